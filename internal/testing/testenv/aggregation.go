package testenv

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// FrontProxyName is the name of the client certificate with which the kube-apiserver proxies to aggregated API servers.
const FrontProxyName = "front-proxy-client"

// KeyPair is a certificate and its key, as PEM.
type KeyPair struct{ Certificate, Key []byte }

// aggregation makes the kube-apiserver a front proxy for aggregated API servers. The files lie in dir.
func aggregation(control *envtest.Environment, dir string) (KeyPair, error) {
	authorityKey, err := newKey()
	if err != nil {
		return KeyPair{}, err
	}
	authority, err := cert.NewSelfSignedCACert(cert.Config{CommonName: "front-proxy-ca"}, authorityKey)
	if err != nil {
		return KeyPair{}, fmt.Errorf("making the authority of the front proxy: %w", err)
	}
	client, err := issueClient(FrontProxyName, authority, authorityKey)
	if err != nil {
		return KeyPair{}, err
	}
	authorityPEM, err := cert.EncodeCertificates(authority)
	if err != nil {
		return KeyPair{}, fmt.Errorf("encoding the authority of the front proxy: %w", err)
	}
	flags := control.ControlPlane.GetAPIServer().Configure()
	for flag, content := range map[string][]byte{
		"requestheader-client-ca-file": authorityPEM, "proxy-client-cert-file": client.Certificate, "proxy-client-key-file": client.Key,
	} {
		file := filepath.Join(dir, flag+".pem")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return KeyPair{}, fmt.Errorf("writing a file of the front proxy: %w", err)
		}
		flags.Set(flag, file)
	}
	flags.Set("requestheader-allowed-names", FrontProxyName)
	flags.Set("requestheader-extra-headers-prefix", "X-Remote-Extra-")
	flags.Set("requestheader-group-headers", "X-Remote-Group")
	flags.Set("requestheader-username-headers", "X-Remote-User")
	return client, nil
}

// issueClient makes the certificate of a client.
func issueClient(name string, authority *x509.Certificate, authorityKey crypto.Signer) (KeyPair, error) {
	key, err := newKey()
	if err != nil {
		return KeyPair{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Minute), NotAfter: now.Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, authority, key.Public(), authorityKey)
	if err != nil {
		return KeyPair{}, fmt.Errorf("making the certificate of %s: %w", name, err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return KeyPair{}, fmt.Errorf("reading the certificate of %s: %w", name, err)
	}
	certificate, err := cert.EncodeCertificates(parsed)
	if err != nil {
		return KeyPair{}, fmt.Errorf("encoding the certificate of %s: %w", name, err)
	}
	keyPEM, err := keyutil.MarshalPrivateKeyToPEM(key)
	if err != nil {
		return KeyPair{}, fmt.Errorf("encoding the key of %s: %w", name, err)
	}
	return KeyPair{Certificate: certificate, Key: keyPEM}, nil
}

func newKey() (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return key, nil
}
