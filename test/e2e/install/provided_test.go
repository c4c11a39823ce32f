//go:build e2e

package install

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	certutil "k8s.io/client-go/util/cert"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// servers are the Services behind which certificates are served, where, by which name, and from which Secret.
var servers = []scraped{
	{"slipway-webhook", "webhook", "slipway-webhook." + namespace + ".svc", "slipway-webhook-certificate"},
	facade,
}

// provided are certificates of an operator's own: by Secret, and the authorities that signed them.
type provided struct {
	secrets     map[string]map[string][]byte
	authorities string
}

// makeCertificates makes a certificate for each server, each signed by an authority of its own.
func makeCertificates() provided {
	GinkgoHelper()
	made := provided{secrets: map[string]map[string][]byte{}}
	for _, server := range servers {
		chain, key, err := certutil.GenerateSelfSignedCertKey(server.serverName, nil, nil)
		Expect(err).NotTo(HaveOccurred())
		authority := chain[bytes.LastIndex(chain, []byte("-----BEGIN")):]
		made.secrets[server.secret] = map[string][]byte{corev1.TLSCertKey: chain, corev1.TLSPrivateKeyKey: key, corev1.ServiceAccountRootCAKey: authority}
		made.authorities += string(authority)
	}
	return made
}

// put replaces what the serving Secrets hold, and waits until everybody serves with it.
func (p provided) put(ctx context.Context) {
	GinkgoHelper()
	for name, data := range p.secrets {
		secret := &corev1.Secret{}
		Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, secret)).To(Succeed())
		secret.Data = data
		Expect(hub.client.Update(ctx, secret)).To(Succeed())
	}
	authorities := x509.NewCertPool()
	Expect(authorities.AppendCertsFromPEM([]byte(p.authorities))).To(BeTrue())
	for _, server := range servers {
		config := &tls.Config{RootCAs: authorities, ServerName: server.serverName, MinVersion: tls.VersionTLS12}
		Eventually(func(g Gomega) {
			for _, address := range server.addresses(ctx) {
				connection, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
				g.Expect(err).NotTo(HaveOccurred(), server.service)
				g.Expect(connection.Close()).To(Succeed())
			}
		}).WithContext(ctx).Should(Succeed())
	}
}

// trust upgrades to certificates of a mode, with these authorities.
func trust(ctx context.Context, mode, authorities string, more ...string) {
	GinkgoHelper()
	file := filepath.Join(GinkgoT().TempDir(), "authorities.pem")
	Expect(os.WriteFile(file, []byte(authorities), 0o600)).To(Succeed())
	helm(ctx, append([]string{"upgrade", release, chart, "--values=" + values, "--set=certificates.mode=" + mode,
		"--set-file=certificates.caBundle=" + file, "--wait", "--timeout=2m"}, more...)...)
}
