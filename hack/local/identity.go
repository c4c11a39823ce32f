package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/slipway-dev/slipway/internal/controlplane"
)

const (
	systemNamespace = "slipway-system"
	// credentialLife is how long what we issue is good for; it is reissued when half of that is left.
	credentialLife = 365 * 24 * time.Hour
)

// auditVariable names the variable with the folder into which the management cluster writes what our service accounts ask for;
// without it nothing is written. hack/rights reads it.
const auditVariable = "SLIPWAY_AUDIT_DIR"

// audit says where that is written, with a file for each environment.
func (l layout) audit(dir string) *controlplane.Audit {
	if dir == "" {
		return nil
	}
	name := strings.ReplaceAll(strings.Trim(l.state, string(filepath.Separator)), string(filepath.Separator), "-")
	return &controlplane.Audit{File: filepath.Join(dir, name+".log"), Groups: []string{"system:serviceaccounts:" + systemNamespace}}
}

// tool is the path of a pinned tool.
func (e *environment) tool(name string) string { return filepath.Join(e.binDir, name) }

// portOf is the port of an address that we made ourselves.
func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// serviceAccountKubeconfig returns the file of a kubeconfig whose client certificate makes its bearer a service account.
// It is issued once, and again when it no longer fits the management cluster: a new one means a restart.
func (e *environment) serviceAccountKubeconfig(name string) (string, error) {
	file := e.path(name + ".kubeconfig")
	if e.kubeconfigFits(file) {
		return file, nil
	}
	user := "system:serviceaccount:" + systemNamespace + ":" + name
	groups := []string{"system:serviceaccounts", "system:serviceaccounts:" + systemNamespace}
	content, err := e.hub.ClientKubeconfig(user, groups, credentialLife)
	if err != nil {
		return "", fmt.Errorf("issuing the kubeconfig of %s: %w", name, err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return "", fmt.Errorf("writing the kubeconfig of %s: %w", name, err)
	}
	return file, nil
}

// kubeconfigFits reports whether a kubeconfig of ours still works with the management cluster as it is.
func (e *environment) kubeconfigFits(file string) bool {
	content, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(content)
	if err != nil {
		return false
	}
	ca, _, err := e.hub.CA()
	return err == nil && config.Host == e.hub.Endpoint() && bytes.Equal(config.CAData, ca) &&
		e.certificateFits(config.CertData, config.KeyData) == nil
}

// ensureServingCertificate makes a server's certificate for some names in a folder, signed by the management cluster's
// authority, and returns its files: certificate and key.
func (e *environment) ensureServingCertificate(dir, name string, names []string) ([]string, error) {
	files := []string{filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")}
	certPEM, certErr := os.ReadFile(files[0])
	keyPEM, keyErr := os.ReadFile(files[1])
	if certErr == nil && keyErr == nil && e.certificateFits(certPEM, keyPEM, names...) == nil {
		return files, nil
	}
	certPEM, keyPEM, err := e.hub.ServingCertificate(name, names, credentialLife)
	if err != nil {
		return nil, fmt.Errorf("issuing the certificate of %s: %w", name, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making a folder for the certificate of %s: %w", name, err)
	}
	for i, content := range [][]byte{certPEM, keyPEM} {
		if err := os.WriteFile(files[i], content, 0o600); err != nil {
			return nil, fmt.Errorf("writing the certificate of %s: %w", name, err)
		}
	}
	return files, nil
}

// certificateFits is nil when a certificate goes with its key, was issued by the management cluster's present authority
// for at least the names, and will last.
func (e *environment) certificateFits(certPEM, keyPEM []byte, names ...string) error {
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := pair.Leaf.VerifyHostname(strings.Replace(name, "*", "any", 1)); err != nil {
			return err
		}
	}
	ca, _, err := e.hub.CA()
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return errors.New("the management cluster has no certificate authority")
	}
	_, err = pair.Leaf.Verify(x509.VerifyOptions{
		Roots: roots, CurrentTime: time.Now().Add(credentialLife / 2), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err
}
