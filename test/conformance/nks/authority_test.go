package nks

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// kubeconfig leads to nowhere, and trusts an authority.
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://c.example:6443", certificate-authority-data: "%s"}}]
contexts: [{name: c, context: {cluster: c, user: ""}}]
current-context: c
`

// variables are an authority as a platform leaves it beside a cluster, ${ca.crt} and ${ca.key}, a kubeconfig that trusts it, a request for a certificate, ${csr},
// and one that somebody changed after it was signed, ${forged csr}.
var variables = sync.OnceValue(func() map[string]string {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "conformance"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:  x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
	}
	certificate := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	request := must(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "alice", Organization: []string{"developers"}},
	}, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))))
	forged := []byte(strings.Replace(string(request), "alice", "mallo", 1))
	return map[string]string{
		"kind":       "c",
		"ca.crt":     block("CERTIFICATE", certificate),
		"ca.key":     block("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(key))),
		"kubeconfig": fmt.Sprintf(kubeconfig, base64.StdEncoding.EncodeToString([]byte(block("CERTIFICATE", certificate)))),
		"csr":        block("CERTIFICATE REQUEST", request),
		"forged csr": block("CERTIFICATE REQUEST", forged),
	}
})

func block(kind string, content []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
}

// must is for what fails only where there is no randomness.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
