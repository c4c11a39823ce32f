package kubelet

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
)

// environment are the variables of a container.
type environment map[string]string

// reference is a variable in an argument, $(NAME), or the escape $$.
var reference = regexp.MustCompile(`\$\$|\$\([A-Za-z_.][-A-Za-z0-9_.]*\)`)

// expand replaces variables that are known. Others stay as they are written, as Kubernetes has it.
func (e environment) expand(text string) string {
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		if found == "$$" {
			return "$"
		}
		if value, known := e[found[2:len(found)-1]]; known {
			return value
		}
		return found
	})
}

// list is the environment of a process. Paths of mounts become those of their files.
func (e environment) list(mounts *strings.Replacer) []string {
	all := make([]string, 0, len(e))
	for _, name := range slices.Sorted(maps.Keys(e)) {
		all = append(all, name+"="+mounts.Replace(e[name]))
	}
	return all
}

// environment makes the variables of a container: those every container has, and its own.
func (p *pod) environment(ctx context.Context, spec *corev1.Container, dir string) (environment, error) {
	object := p.object.Load()
	e := environment{"PATH": os.Getenv("PATH"), "HOME": dir, "TMPDIR": dir, "HOSTNAME": object.Name, "POD_IP": p.address.local()}
	if server, err := url.Parse(p.kubelet.options.Config.Host); err == nil {
		e["KUBERNETES_SERVICE_HOST"], e["KUBERNETES_SERVICE_PORT"] = server.Hostname(), server.Port()
	}
	if volume := accountVolume(spec); volume != "" {
		e["KUBECONFIG"] = filepath.Join(p.volumeDir(volume), kubeconfigFile)
	}
	for _, source := range spec.EnvFrom {
		if err := p.addAll(ctx, e, source); err != nil {
			return nil, fmt.Errorf("container %s: %w", spec.Name, err)
		}
	}
	for _, variable := range spec.Env {
		value, found, err := p.variable(ctx, e, spec, variable)
		if err != nil {
			return nil, fmt.Errorf("container %s: variable %s: %w", spec.Name, variable.Name, err)
		}
		if found {
			e[variable.Name] = value
		}
	}
	return e, nil
}

// addAll adds every key of a ConfigMap or Secret.
func (p *pod) addAll(ctx context.Context, e environment, source corev1.EnvFromSource) error {
	var content map[string][]byte
	var err error
	switch {
	case source.ConfigMapRef != nil:
		content, err = p.configMap(ctx, source.ConfigMapRef.Name, source.ConfigMapRef.Optional)
	case source.SecretRef != nil:
		content, err = p.secret(ctx, source.SecretRef.Name, source.SecretRef.Optional)
	}
	for key, value := range content {
		e[source.Prefix+key] = string(value)
	}
	return err
}

// variable is the value of one variable; it is not found when it is optional and what it refers to does not exist.
func (p *pod) variable(ctx context.Context, e environment, spec *corev1.Container, v corev1.EnvVar) (string, bool, error) {
	if v.ValueFrom == nil {
		return e.expand(v.Value), true, nil
	}
	switch from := v.ValueFrom; {
	case from.FieldRef != nil:
		value, err := p.field(from.FieldRef.FieldPath)
		return value, true, err
	case from.ResourceFieldRef != nil:
		value, err := resourceField(spec, from.ResourceFieldRef)
		return value, true, err
	case from.ConfigMapKeyRef != nil:
		content, err := p.configMap(ctx, from.ConfigMapKeyRef.Name, from.ConfigMapKeyRef.Optional)
		return key(content, from.ConfigMapKeyRef.Key, from.ConfigMapKeyRef.Optional, err)
	case from.SecretKeyRef != nil:
		content, err := p.secret(ctx, from.SecretKeyRef.Name, from.SecretKeyRef.Optional)
		return key(content, from.SecretKeyRef.Key, from.SecretKeyRef.Optional, err)
	}
	return "", false, fmt.Errorf("its source is not known here")
}

func key(content map[string][]byte, name string, optional *bool, err error) (string, bool, error) {
	value, found := content[name]
	if err == nil && !found && !isTrue(optional) {
		err = fmt.Errorf("there is no key %s", name)
	}
	return string(value), found, err
}

var indexedField = regexp.MustCompile(`^metadata\.(labels|annotations)\['(.+)'\]$`)

// field is a field of the pod for the downward API.
func (p *pod) field(path string) (string, error) {
	object := p.object.Load()
	if match := indexedField.FindStringSubmatch(path); match != nil {
		return map[string]map[string]string{"labels": object.Labels, "annotations": object.Annotations}[match[1]][match[2]], nil
	}
	value, known := map[string]string{
		"metadata.name": object.Name, "metadata.namespace": object.Namespace, "metadata.uid": string(object.UID),
		"metadata.labels": lines(object.Labels), "metadata.annotations": lines(object.Annotations),
		"spec.nodeName": object.Spec.NodeName, "spec.serviceAccountName": object.Spec.ServiceAccountName,
		"status.hostIP": p.kubelet.addresses.node.local(), "status.podIP": p.address.local(), "status.podIPs": p.address.local(),
	}[path]
	if !known {
		return "", fmt.Errorf("field %s is not known here", path)
	}
	return value, nil
}

// lines are labels as the downward API writes them into files.
func lines(pairs map[string]string) string {
	var text strings.Builder
	for _, name := range sets.List(sets.KeySet(pairs)) {
		fmt.Fprintf(&text, "%s=%q\n", name, pairs[name])
	}
	return text.String()
}

// resourceField is a limit or request of a container. What has none is not limited here, and zero says so.
func resourceField(spec *corev1.Container, selector *corev1.ResourceFieldSelector) (string, error) {
	kind, resource, _ := strings.Cut(selector.Resource, ".")
	list, known := map[string]corev1.ResourceList{"limits": spec.Resources.Limits, "requests": spec.Resources.Requests}[kind]
	if !known {
		return "", fmt.Errorf("resource %s is not known here", selector.Resource)
	}
	quantity := list[corev1.ResourceName(resource)]
	if divisor := selector.Divisor; !divisor.IsZero() {
		return fmt.Sprint((quantity.MilliValue() + divisor.MilliValue() - 1) / divisor.MilliValue()), nil
	}
	return fmt.Sprint(quantity.Value()), nil
}

// configMap returns the content of a ConfigMap in the pod's namespace; none, when it is optional and does not exist.
func (p *pod) configMap(ctx context.Context, name string, optional *bool) (map[string][]byte, error) {
	found, err := p.kubelet.client.CoreV1().ConfigMaps(p.object.Load().Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, absent("ConfigMap", name, optional, err)
	}
	content := map[string][]byte{}
	for key, value := range found.Data {
		content[key] = []byte(value)
	}
	for key, value := range found.BinaryData {
		content[key] = value
	}
	return content, nil
}

// secret is configMap for Secrets.
func (p *pod) secret(ctx context.Context, name string, optional *bool) (map[string][]byte, error) {
	found, err := p.kubelet.client.CoreV1().Secrets(p.object.Load().Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, absent("Secret", name, optional, err)
	}
	return found.Data, nil
}

func absent(kind, name string, optional *bool, err error) error {
	if apierrors.IsNotFound(err) && isTrue(optional) {
		return nil
	}
	return fmt.Errorf("reading %s %s: %w", kind, name, err)
}

func isTrue(value *bool) bool { return value != nil && *value }
