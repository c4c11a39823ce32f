package hub

import (
	"bytes"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
)

// What lies in Secrets comes from tenants: none of it may bring the facade down, and no key may pass for a certificate.
func FuzzAuthority(f *testing.F) {
	f.Add([]byte("apiVersion: v1\nkind: Config\nclusters: [{name: t}]\ncontexts: [{name: t, context: {cluster: t}}]\ncurrent-context: t\n"), []byte(""))
	f.Add([]byte("contexts: [{name: t}]\ncurrent-context: t\n"), []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Add([]byte("clusters: [{cluster: {certificate-authority-data: LS0t}}]"), []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"))
	f.Fuzz(func(t *testing.T, kubeconfig, text []byte) {
		config, err := clientcmd.Load(kubeconfig)
		if err != nil {
			config = nil
		}
		certificates := append(trustedBy(config), decodeCertificates(text)...)
		if bytes.Contains(encodeCertificates(certificates), []byte("PRIVATE KEY")) {
			t.Error("a key is among the certificates")
		}
		if signer := pair(certificates, text); signer != nil && !signer.certificate.IsCA {
			t.Error("what is no authority signs")
		}
	})
}
