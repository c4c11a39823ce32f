package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Input is what a release is rendered from.
type Input struct {
	// Addon is the wish.
	Addon *fleetv1.Addon
	// Template is the catalogue entry that the Addon names.
	Template *fleetv1.AddonTemplate
	// Version is the version of the template to install.
	Version *fleetv1.AddonVersion
	// Values are the chart's values.
	Values map[string]any
	// Kubeconfig is the sanitized kubeconfig of the tenant cluster. Only delivery Hub hands it to Flux.
	Kubeconfig []byte
	// Delivery says which Flux installs the release, and so where the objects belong. Default: Hub.
	Delivery fleetv1.Delivery
	// Copies are the contents of spec.valuesFrom, in its order, nil for what does not exist and may be missing. Only delivery
	// Tenant takes them along: there the objects that are named do not exist.
	Copies [][]byte
}

// copied returns the content of one of the user's references, nil if there is none.
func (in Input) copied(index int) []byte {
	if index >= len(in.Copies) {
		return nil
	}
	return in.Copies[index]
}

// Objects are the rendered objects in the order in which they are applied: what a release refers to comes before it.
type Objects struct {
	// Source is the HelmRepository or OCIRepository.
	Source *unstructured.Unstructured
	// Values is the Secret with the chart's values.
	Values *unstructured.Unstructured
	// Kubeconfig is the Secret with the tenant's kubeconfig, nil for delivery Tenant.
	Kubeconfig *unstructured.Unstructured
	// Release is the HelmRelease.
	Release *unstructured.Unstructured

	// Checksum changes when anything that decides about the release changes. A new kubeconfig does not change it: the
	// release stays what it is. It is also in the annotation by which Flux takes requests: a change of the values or of the
	// source alone would not move the HelmRelease's generation, and Flux answers a request once it has acted on it.
	Checksum string
}

// All returns the objects in the order in which they are applied.
func (o Objects) All() []*unstructured.Unstructured {
	if o.Kubeconfig == nil {
		return []*unstructured.Unstructured{o.Source, o.Values, o.Release}
	}
	return []*unstructured.Unstructured{o.Source, o.Values, o.Kubeconfig, o.Release}
}

// Render returns the objects that install the add-on.
func Render(in Input) (Objects, error) {
	if name := in.Addon.InstanceName(); len(name) > maxReleaseName {
		return Objects{}, fmt.Errorf("the label %s has %d characters: the name of a Helm release has at most %d",
			fleetv1.LabelInstance, len(name), maxReleaseName)
	}
	source, err := object(source(in))
	if err != nil {
		return Objects{}, err
	}
	valuesSecret, err := values(in)
	if err != nil {
		return Objects{}, err
	}
	kubeconfigSecret, err := kubeconfig(in)
	if err != nil {
		return Objects{}, err
	}
	helmRelease, err := object(helmRelease(in))
	if err != nil {
		return Objects{}, err
	}
	// A field that was set by a patch stays unless it is applied, and suspending patches this one.
	if err := unstructured.SetNestedField(helmRelease.Object, in.Addon.Spec.Suspend, "spec", "suspend"); err != nil {
		return Objects{}, fmt.Errorf("setting spec.suspend: %w", err)
	}
	sum, err := checksum(source, valuesSecret, helmRelease)
	if err != nil {
		return Objects{}, err
	}
	helmRelease.SetAnnotations(map[string]string{fluxmeta.ReconcileRequestAnnotation: sum})
	objects := Objects{Source: source, Values: valuesSecret, Kubeconfig: kubeconfigSecret, Release: helmRelease, Checksum: sum}
	objects.own(in)
	return objects, nil
}

// own makes the Addon the owner of the objects, unless it is on another cluster. That comes after the checksum: a restored Addon has
// another UID, and is no other wish.
func (o Objects) own(in Input) {
	if in.Delivery == fleetv1.DeliveryTenant {
		return
	}
	for _, object := range o.All() {
		yes := true
		object.SetOwnerReferences([]metav1.OwnerReference{{
			APIVersion:         fleetv1.SchemeGroupVersion.String(),
			Kind:               fleetv1.KindAddon,
			Name:               in.Addon.Name,
			UID:                in.Addon.UID,
			Controller:         &yes,
			BlockOwnerDeletion: &yes,
		}})
	}
}

// maxReleaseName is the longest name that Helm takes.
const maxReleaseName = 53

// values renders the Secret with the values of the params and, on the tenant cluster, those that the user's references hold.
func values(in Input) (*unstructured.Unstructured, error) {
	// JSON is YAML; its keys are sorted, so that the same values are always the same text.
	own, err := json.MarshalIndent(in.Values, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the values: %w", err)
	}
	data, size := map[string][]byte{ValuesKey: own}, len(own)
	for i, content := range in.Copies {
		if in.Delivery == fleetv1.DeliveryTenant && content != nil {
			data[copyKey(i)], size = content, size+len(content)
		}
	}
	if size > corev1.MaxSecretSize {
		return nil, fmt.Errorf("the values of params and of spec.valuesFrom are %d bytes, and at most %d can be handed to the tenant cluster",
			size, corev1.MaxSecretSize)
	}
	return object(secret(in, ValuesSecretName(in.Addon.Name), data))
}

// kubeconfig renders the Secret with the kubeconfig, for delivery Hub.
func kubeconfig(in Input) (*unstructured.Unstructured, error) {
	if in.Delivery == fleetv1.DeliveryTenant {
		return nil, nil
	}
	if len(in.Kubeconfig) == 0 {
		return nil, fmt.Errorf("there is no kubeconfig for cluster %s", in.Addon.Spec.ClusterName)
	}
	rendered := secret(in, KubeconfigSecretName(in.Addon.Name), map[string][]byte{fleetv1.KubeconfigKey: in.Kubeconfig})
	rendered.Labels[labelWatch] = labelWatchEnabled
	return object(rendered)
}

// meta is the metadata that all rendered objects have: their place, and the label by which the admission policy knows them. An owner on
// another cluster cannot be named: there a label says which Addon an object was made for.
func meta(in Input, name string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{
		Namespace: ObjectsNamespace(in.Addon, in.Delivery),
		Name:      name,
		Labels: map[string]string{
			fleetv1.LabelAddon:   in.Addon.Name,
			fleetv1.LabelCluster: in.Addon.Spec.ClusterName,
		},
	}
	if in.Delivery == fleetv1.DeliveryTenant {
		m.Labels[fleetv1.LabelAddonUID] = fleetv1.IDOf(in.Addon)
	}
	return m
}

func secret(in Input, name string, data map[string][]byte) *corev1.Secret {
	return &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: meta(in, name),
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	}
}

// object turns a typed object into what server-side apply sends: only what is set.
func object(typed runtime.Object) (*unstructured.Unstructured, error) {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return nil, fmt.Errorf("writing a %T: %w", typed, err)
	}
	delete(content, "status")
	u := &unstructured.Unstructured{Object: content}
	unstructured.RemoveNestedField(u.Object, "metadata", "creationTimestamp")
	return u, nil
}

func checksum(objects ...*unstructured.Unstructured) (string, error) {
	sum := sha256.New()
	for _, o := range objects {
		text, err := json.Marshal(o.Object)
		if err != nil {
			return "", fmt.Errorf("writing a %s: %w", o.GetKind(), err)
		}
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil))[:32], nil
}
