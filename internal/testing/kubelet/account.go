package kubelet

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const (
	accountPath    = "/var/run/secrets/kubernetes.io/serviceaccount"
	kubeconfigFile = "kubeconfig"
)

// token is a service account's token, and when to ask for the next one.
type token struct {
	value []byte
	until time.Time
}

// accountVolume is the volume with the service account's token; empty when the container gets none.
func accountVolume(spec *corev1.Container) string {
	for _, mount := range spec.VolumeMounts {
		if mount.MountPath == accountPath {
			return mount.Name
		}
	}
	return ""
}

// accountToken returns a token that is bound to the pod, and a kubeconfig that uses it: programs look for the token at a path
// that does not exist on this machine.
func (p *pod) accountToken(ctx context.Context, volume string, source *corev1.ServiceAccountTokenProjection) (map[string][]byte, error) {
	name := volume + "/" + source.Path
	current := p.volumes.tokens[name]
	if current == nil || time.Now().After(current.until) {
		next, err := p.requestToken(ctx, source)
		if err != nil {
			return nil, err
		}
		if p.volumes.tokens == nil {
			p.volumes.tokens = map[string]*token{}
		}
		p.volumes.tokens[name], current = next, next
	}
	kubeconfig, err := p.kubeconfig(filepath.Join(p.volumeDir(volume), source.Path))
	return map[string][]byte{source.Path: current.value, kubeconfigFile: kubeconfig}, err
}

func (p *pod) requestToken(ctx context.Context, source *corev1.ServiceAccountTokenProjection) (*token, error) {
	object := p.object.Load()
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{
		ExpirationSeconds: source.ExpirationSeconds,
		BoundObjectRef:    &authenticationv1.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: object.Name, UID: object.UID},
	}}
	if source.Audience != "" {
		request.Spec.Audiences = []string{source.Audience}
	}
	began := time.Now()
	answer, err := p.kubelet.client.CoreV1().ServiceAccounts(object.Namespace).CreateToken(ctx, object.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("asking for a token of service account %s: %w", object.Spec.ServiceAccountName, err)
	}
	return &token{
		value: []byte(answer.Status.Token),
		until: began.Add(answer.Status.ExpirationTimestamp.Sub(began) * 4 / 5),
	}, nil
}

// kubeconfig leads to the control plane as the service account. Clients read the token's file again when it changes.
func (p *pod) kubeconfig(tokenFile string) ([]byte, error) {
	const name = "pod"
	config := p.kubelet.options.Config
	content, err := clientcmd.Write(clientcmdapi.Config{
		Clusters:       map[string]*clientcmdapi.Cluster{name: {Server: config.Host, CertificateAuthorityData: config.CAData}},
		AuthInfos:      map[string]*clientcmdapi.AuthInfo{name: {TokenFile: tokenFile}},
		Contexts:       map[string]*clientcmdapi.Context{name: {Cluster: name, AuthInfo: name, Namespace: p.object.Load().Namespace}},
		CurrentContext: name,
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the pod's kubeconfig: %w", err)
	}
	return content, nil
}
