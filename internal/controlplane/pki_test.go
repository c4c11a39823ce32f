package controlplane

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clocktesting "k8s.io/utils/clock/testing"
)

func open(t *testing.T, opts Options) *ControlPlane {
	t.Helper()
	if opts.BinDir == "" {
		opts.BinDir = t.TempDir()
	}
	c, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func certificate(t *testing.T, file string) *x509.Certificate {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := parseCertificate(content)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestOpeningTwiceKeepsEverything(t *testing.T) {
	dir := t.TempDir()
	first := open(t, Options{Dir: dir})
	before, _, err := first.CA()
	if err != nil {
		t.Fatal(err)
	}
	second := open(t, Options{Dir: dir})
	after, _, err := second.CA()
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) || first.Endpoint() != second.Endpoint() {
		t.Error("the certificate authority and the endpoint must be kept")
	}
	if len(second.ports) != 3 {
		t.Errorf("ports of etcd, its peers and kube-apiserver are wanted, got %v", second.ports)
	}
}

func TestCertificates(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	c := open(t, Options{Dir: t.TempDir(), ExtraSANs: []string{"api.example.test"}, ServiceCIDR: "10.42.0.0/24",
		Validity: time.Hour, Clock: clocktesting.NewFakePassiveClock(now)})
	roots := x509.NewCertPool()
	ca, _, err := c.CA()
	if err != nil || !roots.AppendCertsFromPEM(ca) {
		t.Fatal(err)
	}
	server := certificate(t, c.pki("server.crt"))
	for _, name := range []string{"127.0.0.1", "10.42.0.1", "localhost", "kubernetes.default.svc", "api.example.test"} {
		if _, err := server.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: now}); err != nil {
			t.Errorf("as %s: %v", name, err)
		}
	}
	for name, subject := range clients {
		if _, err := tls.LoadX509KeyPair(c.pki(name+".crt"), c.pki(name+".key")); err != nil {
			t.Error(err)
		}
		cert := certificate(t, c.pki(name+".crt"))
		_, err := cert.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		if err != nil || cert.Subject.CommonName != subject.CommonName || !slices.Equal(cert.Subject.Organization, subject.Organization) {
			t.Errorf("client %s: %v, %v", name, cert.Subject, err)
		}
	}
	if expiry, err := c.CertificateExpiry(); err != nil || !expiry.Equal(now.Add(time.Hour)) {
		t.Errorf("expiry %v, %v", expiry, err)
	}
}

func TestAClientCertificateCarriesUserAndGroups(t *testing.T) {
	c := open(t, Options{Dir: t.TempDir()})
	content, err := c.ClientKubeconfig("system:serviceaccount:a:b", []string{"system:serviceaccounts", "system:serviceaccounts:a"}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(content)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := parseCertificate(config.CertData)
	if err != nil {
		t.Fatal(err)
	}
	if cert.Subject.CommonName != "system:serviceaccount:a:b" || len(cert.Subject.Organization) != 2 || config.Host != c.Endpoint() {
		t.Errorf("subject %v at %s", cert.Subject, config.Host)
	}
}

func TestANameThatIsAddedLaterGetsIntoTheCertificate(t *testing.T) {
	dir := t.TempDir()
	first := open(t, Options{Dir: dir})
	before, old := certificate(t, first.pki("server.crt")), fingerprint(t, first, APIServer)
	second := open(t, Options{Dir: dir, ExtraSANs: []string{"new.example.test"}})
	after := certificate(t, second.pki("server.crt"))
	if err := after.VerifyHostname("new.example.test"); err != nil {
		t.Error(err)
	}
	if !slices.Equal(before.RawSubjectPublicKeyInfo, after.RawSubjectPublicKeyInfo) {
		t.Error("the key must stay, as certificate and key are two files")
	}
	if old == fingerprint(t, second, APIServer) {
		t.Error("kube-apiserver must be restarted")
	}
}

func fingerprint(t *testing.T, c *ControlPlane, component Component) string {
	t.Helper()
	f, err := c.spec(component).Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestNewCertificatesReplaceOldOnesAsAWhole(t *testing.T) {
	dir := t.TempDir()
	c := open(t, Options{Dir: dir})
	oldCA := certificate(t, c.pki("ca.crt"))
	tokenKey, err := os.ReadFile(c.pki("sa.key"))
	if err != nil {
		t.Fatal(err)
	}
	// What a run that was killed in the middle leaves behind.
	for _, name := range []string{"pki-new-1234", "pki-7"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.newPKI(time.Hour, tokenKey); err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(oldCA)
	if _, err := certificate(t, c.pki("server.crt")).Verify(x509.VerifyOptions{Roots: roots}); err == nil {
		t.Error("the old authority must not vouch for the new certificate")
	}
	if kept, err := os.ReadFile(c.pki("sa.key")); err != nil || string(kept) != string(tokenKey) {
		t.Errorf("the key of tokens must be kept: %v", err)
	}
	sets, _ := filepath.Glob(filepath.Join(dir, "pki-*"))
	if len(sets) != 1 || filepath.Base(sets[0]) != "pki-8" {
		t.Errorf("sets left: %v", sets)
	}
}
