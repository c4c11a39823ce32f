package controlplane

import (
	"crypto/x509/pkix"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// kubeconfigFile is where the kubeconfig of one of the control plane's own clients lies.
func (c *ControlPlane) kubeconfigFile(client string) string {
	if client == "admin" {
		return filepath.Join(c.opts.Dir, "kubeconfig")
	}
	return filepath.Join(c.opts.Dir, client+".kubeconfig")
}

// AdminKubeconfigFile is the path of the administrator's kubeconfig.
func (c *ControlPlane) AdminKubeconfigFile() string { return c.kubeconfigFile("admin") }

// AdminKubeconfig is the administrator's kubeconfig (group system:masters), with certificates inline.
func (c *ControlPlane) AdminKubeconfig() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ownKubeconfig("admin")
}

// RESTConfig is the administrator's client configuration.
func (c *ControlPlane) RESTConfig() (*rest.Config, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.restConfig()
}

func (c *ControlPlane) restConfig() (*rest.Config, error) {
	kubeconfig, err := c.ownKubeconfig("admin")
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("reading the administrator's kubeconfig: %w", err)
	}
	return config, nil
}

// ClientKubeconfig issues a client certificate and returns a kubeconfig with it. The common name is the user, orgs are the
// groups; a service account is the user system:serviceaccount:<namespace>:<name> in its two groups.
func (c *ControlPlane) ClientKubeconfig(commonName string, orgs []string, ttl time.Duration) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ca, err := c.authority()
	if err != nil {
		return nil, err
	}
	client, err := ca.client(pkix.Name{CommonName: commonName, Organization: orgs}, c.opts.Clock.Now(), ttl)
	if err != nil {
		return nil, err
	}
	return c.kubeconfig(commonName, client)
}

// ServingCertificate issues a certificate for a server beside the control plane, which clients of the control plane trust.
func (c *ControlPlane) ServingCertificate(name string, names []string, ttl time.Duration) (certPEM, keyPEM []byte, err error) {
	ca, err := c.authority()
	if err != nil {
		return nil, nil, err
	}
	server, err := ca.server(name, names, c.opts.Clock.Now(), ttl)
	if err != nil {
		return nil, nil, err
	}
	return server.certPEM, server.keyPEM, nil
}

// CertificateExpiry is when the certificates of the control plane end: the first of kube-apiserver's and the authority's.
func (c *ControlPlane) CertificateExpiry() (time.Time, error) {
	var first time.Time
	for _, name := range []string{"ca.crt", "server.crt"} {
		content, err := os.ReadFile(c.pki(name))
		if err != nil {
			return first, fmt.Errorf("reading a certificate: %w", err)
		}
		cert, err := parseCertificate(content)
		if err != nil {
			return first, fmt.Errorf("reading %s: %w", name, err)
		}
		if first.IsZero() || cert.NotAfter.Before(first) {
			first = cert.NotAfter
		}
	}
	return first, nil
}

// writeKubeconfigs brings the kubeconfig files up to date with the endpoint and the certificates.
func (c *ControlPlane) writeKubeconfigs() error {
	for client := range clients {
		content, err := c.ownKubeconfig(client)
		if err != nil {
			return err
		}
		if err := writeFile(c.kubeconfigFile(client), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// ownKubeconfig renders the kubeconfig of one of the control plane's own clients.
func (c *ControlPlane) ownKubeconfig(client string) ([]byte, error) {
	certPEM, err := os.ReadFile(c.pki(client + ".crt"))
	if err != nil {
		return nil, fmt.Errorf("reading the certificate of %s: %w", client, err)
	}
	keyPEM, err := os.ReadFile(c.pki(client + ".key"))
	if err != nil {
		return nil, fmt.Errorf("reading the key of %s: %w", client, err)
	}
	return c.kubeconfig(client, pair{certPEM: certPEM, keyPEM: keyPEM})
}

func (c *ControlPlane) kubeconfig(user string, client pair) ([]byte, error) {
	ca, err := os.ReadFile(c.pki("ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	const cluster = "slipway"
	content, err := clientcmd.Write(clientcmdapi.Config{
		Clusters:       map[string]*clientcmdapi.Cluster{cluster: {Server: c.endpoint(), CertificateAuthorityData: ca}},
		AuthInfos:      map[string]*clientcmdapi.AuthInfo{user: {ClientCertificateData: client.certPEM, ClientKeyData: client.keyPEM}},
		Contexts:       map[string]*clientcmdapi.Context{cluster: {Cluster: cluster, AuthInfo: user}},
		CurrentContext: cluster,
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the kubeconfig of %s: %w", user, err)
	}
	return content, nil
}
