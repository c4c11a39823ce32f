package addon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
)

// readOutputs reads the outputs of a deployed add-on from the tenant cluster. If that does not answer, the outputs stay what
// they were: whether the add-on is ready is for Flux to say.
func (r *Reconciler) readOutputs(ctx context.Context, s *scope) error {
	if s.state.Phase != release.Deployed {
		return nil
	}
	if len(s.version.Outputs) == 0 {
		s.outputs = map[string]string{}
		return nil
	}
	tenant, err := r.Tenants.Get(s.kubeconfig)
	if err != nil {
		return fmt.Errorf("reaching Cluster %s: %w", s.cluster.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	read := outputReader{tenant: tenant, namespace: release.Namespace(s.template), release: s.addon.InstanceName()}
	outputs, missing := map[string]string{}, []string(nil)
	for _, output := range s.version.Outputs {
		value, err := read.one(ctx, output)
		if err = remote.Classify(err); errors.Is(err, remote.ErrUnreachable) || errors.Is(err, remote.ErrUnauthorized) {
			ctrl.LoggerFrom(ctx).Info("Reading the outputs failed", "output", output.Name, "reason", err.Error())
			return nil
		}
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("reading output %s from Cluster %s: %w", output.Name, s.cluster.Name, err)
		}
		switch {
		case err == nil && value != "":
			outputs[output.Name] = value
		case !output.Optional:
			missing = append(missing, fmt.Sprintf("output %s: %s", output.Name, read.missing(output, err)))
		}
	}
	s.outputs, s.missing = outputs, missing
	return nil
}

// outputReader reads the outputs of one release.
type outputReader struct {
	tenant    client.Reader
	namespace string
	release   string
}

// one reads one output. An empty text means that there is nothing to show.
func (o outputReader) one(ctx context.Context, output fleetv1.AddonOutput) (string, error) {
	switch {
	case output.Service != nil:
		service := &corev1.Service{}
		if err := o.tenant.Get(ctx, o.key(output.Service.ObjectOutput), service); err != nil {
			return "", err
		}
		return serviceAddress(service, output.Service), nil
	case output.Ingress != nil:
		ingress := &networkingv1.Ingress{}
		if err := o.tenant.Get(ctx, o.key(*output.Ingress), ingress); err != nil {
			return "", err
		}
		return ingressAddress(ingress), nil
	case output.SecretKey != nil:
		key := o.key(output.SecretKey.ObjectOutput)
		secret := &corev1.Secret{}
		if err := o.tenant.Get(ctx, key, secret); err != nil {
			return "", err
		}
		if _, there := secret.Data[output.SecretKey.Key]; !there {
			return "", nil
		}
		return fmt.Sprintf("Secret %s/%s, key %s", key.Namespace, key.Name, output.SecretKey.Key), nil
	default:
		return "", nil
	}
}

// missing says what an output that has nothing to show waits for.
func (o outputReader) missing(output fleetv1.AddonOutput, err error) string {
	switch {
	case output.Service != nil && err != nil:
		return fmt.Sprintf("Service %s does not exist", o.key(output.Service.ObjectOutput))
	case output.Service != nil && output.Service.Port != "":
		return fmt.Sprintf("Service %s has no cluster IP, or no port %s", o.key(output.Service.ObjectOutput), output.Service.Port)
	case output.Service != nil:
		return fmt.Sprintf("Service %s has no cluster IP, or no port", o.key(output.Service.ObjectOutput))
	case output.Ingress != nil && err != nil:
		return fmt.Sprintf("Ingress %s does not exist", o.key(*output.Ingress))
	case output.Ingress != nil:
		return fmt.Sprintf("Ingress %s names no host", o.key(*output.Ingress))
	case output.SecretKey != nil:
		key := o.key(output.SecretKey.ObjectOutput)
		return fmt.Sprintf("Secret %s, or its key %s, does not exist", key, output.SecretKey.Key)
	}
	return "nothing to read"
}

func (o outputReader) key(object fleetv1.ObjectOutput) client.ObjectKey {
	key := client.ObjectKey{Namespace: object.Namespace, Name: strings.ReplaceAll(object.Name, "{release}", o.release)}
	if key.Namespace == "" {
		key.Namespace = o.namespace
	}
	return key
}

// serviceAddress returns <scheme>://<cluster IP>:<port>. A headless Service, or one without such a port, has none.
func serviceAddress(service *corev1.Service, output *fleetv1.ServiceOutput) string {
	address := net.ParseIP(service.Spec.ClusterIP)
	port := servicePort(service, output.Port)
	if address == nil || port == 0 {
		return ""
	}
	scheme := output.Scheme
	if scheme == "" {
		scheme = "http"
	}
	return scheme + "://" + net.JoinHostPort(address.String(), strconv.Itoa(int(port)))
}

func servicePort(service *corev1.Service, wanted string) int32 {
	for _, port := range service.Spec.Ports {
		if wanted == "" || wanted == port.Name || wanted == strconv.Itoa(int(port.Port)) {
			return port.Port
		}
	}
	return 0
}

// ingressAddress returns http(s)://<host> for the first host of an Ingress.
func ingressAddress(ingress *networkingv1.Ingress) string {
	for _, rule := range ingress.Spec.Rules {
		if rule.Host == "" {
			continue
		}
		if encrypted(ingress, rule.Host) {
			return "https://" + rule.Host
		}
		return "http://" + rule.Host
	}
	return ""
}

func encrypted(ingress *networkingv1.Ingress, host string) bool {
	for _, tls := range ingress.Spec.TLS {
		if len(tls.Hosts) == 0 {
			return true
		}
		for _, h := range tls.Hosts {
			if h == host {
				return true
			}
		}
	}
	return false
}
