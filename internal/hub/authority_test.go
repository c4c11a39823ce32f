package hub_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	clocktesting "k8s.io/utils/clock/testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// begin is when the authorities of the tests begin.
var begin = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// authority is a certificate authority of a tenant cluster.
type authority struct {
	certificate       *x509.Certificate
	certPEM, keyPEM   []byte
	certText, keyText string
}

func newAuthority(t testing.TB, years int, key crypto.Signer, change ...func(*x509.Certificate)) *authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(begin.Unix()), Subject: pkix.Name{CommonName: "tenant-ca"},
		NotBefore: begin.AddDate(-1, 0, 0), NotAfter: begin.AddDate(years, 0, 0),
		KeyUsage: x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
	}
	for _, c := range change {
		c(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	certificate, err := x509.ParseCertificate(der)
	must(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	a := &authority{
		certificate: certificate,
		certPEM:     pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		keyPEM:      pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}
	a.certText, a.keyText = string(a.certPEM), string(a.keyPEM)
	return a
}

func curveKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return key
}

// parsed makes a request as it comes over the wire.
func parsed(t testing.TB, template *x509.CertificateRequest, key crypto.Signer) *x509.CertificateRequest {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	must(t, err)
	request, err := x509.ParseCertificateRequest(der)
	must(t, err)
	return request
}

func request(t testing.TB, user string) *x509.CertificateRequest {
	t.Helper()
	return parsed(t, &x509.CertificateRequest{Subject: pkix.Name{CommonName: user}}, curveKey(t))
}

func certificateIn(t testing.TB, text []byte) *x509.Certificate {
	t.Helper()
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" || len(rest) > 0 {
		t.Fatalf("not one certificate in PEM: %q", text)
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	must(t, err)
	return certificate
}

// signing is a replica at the time at which the authorities begin.
func (f *tenant) signing(r *replica) *hub.Store {
	return hub.NewStore(hub.StoreOptions{
		Client: f.client, Memory: r.index, Clock: clocktesting.NewFakeClock(begin), SystemNamespace: f.namespace,
	})
}

// leave puts an authority beside a Cluster, as a platform does.
func (f *tenant) leave(cluster *hub.Record, a *authority, options ...func(*corev1.Secret)) {
	f.Helper()
	f.secret(f.namespace, fleetv1.CASecretName(cluster.Name), map[string]string{corev1.TLSCertKey: a.certText, corev1.TLSPrivateKeyKey: a.keyText}, options...)
}

// trusting is a kubeconfig whose current context trusts an authority.
func trusting(t testing.TB, authorityPEM []byte) string {
	t.Helper()
	text, err := clientcmd.Write(clientcmdapi.Config{
		Clusters: map[string]*clientcmdapi.Cluster{
			"t": {Server: "https://10.0.0.1:6443", CertificateAuthorityData: authorityPEM},
			"u": {Server: "https://10.0.0.2:6443", CertificateAuthorityData: newAuthority(t, 1, curveKey(t)).certPEM},
		},
		Contexts:       map[string]*clientcmdapi.Context{"t": {Cluster: "t"}, "u": {Cluster: "u"}},
		CurrentContext: "t",
	})
	must(t, err)
	return string(text)
}

func TestSignedCertificatesVerify(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	store := f.signing(r)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	for name, key := range map[string]crypto.Signer{"curve": curveKey(t), "rsa": rsaKey, "ed": edKey} {
		t.Run(name, func(t *testing.T) {
			cluster := f.cluster(r, "signing-"+name)
			ca := newAuthority(t, 20, key)
			f.leave(cluster, ca, ownedBy(cluster))
			for requested, signs := range map[string]crypto.Signer{"curve": curveKey(t), "rsa": rsaKey, "ed": edKey} {
				asked := parsed(t, &x509.CertificateRequest{
					Subject:  pkix.Name{CommonName: "somebody", Organization: []string{"system:masters", "b"}, Locality: []string{"Ort"}},
					DNSNames: []string{"kubernetes.default.svc"},
				}, signs)
				text, err := store.Sign(t.Context(), f.caller, ref(cluster), asked)
				must(t, err)
				verify(t, requested, ca, asked, certificateIn(t, text))
			}
		})
	}
}

// verify holds a certificate against what was asked for, and lets the standard library judge it as a server would.
func verify(t *testing.T, what string, ca *authority, asked *x509.CertificateRequest, got *x509.Certificate) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(ca.certificate)
	end := begin.AddDate(5, 0, 0)
	for moment, valid := range map[time.Time]bool{
		begin: true, begin.Add(-time.Minute): true, end.Add(-time.Second): true, end.Add(time.Second): false, begin.Add(-time.Hour): false,
	} {
		_, err := got.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: moment, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		if (err == nil) != valid {
			t.Errorf("%s: at %s: %v", what, moment, err)
		}
	}
	if _, err := got.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: begin, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}); err == nil {
		t.Errorf("%s: a server can use it", what)
	}
	if !bytes.Equal(got.RawSubject, asked.RawSubject) || !bytes.Equal(got.RawSubjectPublicKeyInfo, asked.RawSubjectPublicKeyInfo) {
		t.Errorf("%s: it is about %s", what, got.Subject)
	}
	if got.IsCA || !got.BasicConstraintsValid || len(got.DNSNames) > 0 || got.SerialNumber.BitLen() != 127 {
		t.Errorf("%s: it is a certificate authority %t, names %v, serial %s", what, got.IsCA, got.DNSNames, got.SerialNumber)
	}
}

func TestHowLongSignedCertificatesAreValid(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	store := f.signing(r)
	for name, test := range map[string]struct {
		years     int32
		authority int
		want      time.Time
	}{
		"as-wished":       {years: 2, authority: 10, want: begin.AddDate(2, 0, 0)},
		"by-default":      {authority: 10, want: begin.AddDate(5, 0, 0)},
		"never-longer":    {years: 3, authority: 1, want: begin.AddDate(1, 0, 0)},
		"as-the-greatest": {years: 5, authority: 5, want: begin.AddDate(5, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			record := f.cluster(r, name)
			if test.years > 0 {
				cluster := live(f, record, &fleetv1.Cluster{})
				cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: test.years}
				must(t, f.client.Update(t.Context(), cluster))
				r.index.Apply(cluster)
			}
			f.leave(record, newAuthority(t, test.authority, curveKey(t)), ownedBy(record))
			text, err := store.Sign(t.Context(), f.caller, ref(record), request(t, "somebody"))
			must(t, err)
			if got := certificateIn(t, text).NotAfter; !got.Equal(test.want) {
				t.Errorf("it ends %s, want %s", got, test.want)
			}
		})
	}
}

func TestWhatIsNotSigned(t *testing.T) {
	f := serve(t, 1)
	r, other := f.replicas[0], f.other()
	store := f.signing(r)
	sign := func(t *testing.T, caller hub.Caller, of *hub.Record, request *x509.CertificateRequest, want hub.Reason) {
		t.Helper()
		text, err := store.Sign(t.Context(), caller, ref(of), request)
		if text != nil {
			t.Errorf("it was signed: %q", text)
		}
		reason(t, err, want)
	}
	ca := newAuthority(t, 10, curveKey(t))
	cluster := f.cluster(r, "sample")
	sign(t, f.caller, cluster, request(t, "a"), hub.WrongState)

	f.leave(cluster, ca, ownedBy(cluster))
	forged := request(t, "a")
	forged.Signature = bytes.Clone(forged.Signature)
	forged.Signature[len(forged.Signature)-1] ^= 1
	sign(t, f.caller, cluster, forged, hub.Invalid)
	sign(t, other, cluster, request(t, "a"), hub.NotFound)
	sign(t, f.caller, f.pool(r, cluster, "workers"), request(t, "a"), hub.NotFound)

	leaf := newAuthority(t, 10, curveKey(t), func(c *x509.Certificate) { c.IsCA = false })
	past := newAuthority(t, 10, curveKey(t), func(c *x509.Certificate) { c.NotAfter = begin.Add(-time.Second) })
	for name, test := range map[string]struct {
		certificate, key string
		owner            *hub.Record
	}{
		"no-key":             {certificate: ca.certText},
		"another-key":        {certificate: ca.certText, key: leaf.keyText},
		"a-broken-key":       {certificate: ca.certText, key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
		"no-certificate":     {certificate: "none", key: ca.keyText},
		"not-an-authority":   {certificate: leaf.certText, key: leaf.keyText},
		"over":               {certificate: past.certText, key: past.keyText},
		"of-another-cluster": {certificate: ca.certText, key: ca.keyText, owner: cluster},
		"of-nobody":          {certificate: ca.certText, key: ca.keyText, owner: &hub.Record{Object: cluster.Object.DeepCopy()}},
	} {
		t.Run(name, func(t *testing.T) {
			named := f.cluster(r, name)
			owner := ownedBy(named)
			if test.owner != nil {
				owner = ownedBy(test.owner)
			}
			if name == "of-nobody" {
				owner = func(*corev1.Secret) {}
			}
			f.secret(f.namespace, fleetv1.CASecretName(name), map[string]string{
				corev1.TLSCertKey: test.certificate, corev1.TLSPrivateKeyKey: test.key,
			}, owner)
			sign(t, f.caller, named, request(t, "a"), hub.WrongState)
		})
	}
}

func TestAuthority(t *testing.T) {
	f := serve(t, 1)
	r, other := f.replicas[0], f.other()
	store := f.signing(r)
	ca, second, foreign := newAuthority(t, 10, curveKey(t)), newAuthority(t, 10, curveKey(t)), newAuthority(t, 10, curveKey(t))
	holding := func(cluster *hub.Record, kubeconfig string) {
		f.secret(f.namespace, cluster.Name+"-kubeconfig", map[string]string{fleetv1.KubeconfigKey: kubeconfig})
		f.pointTo(r, cluster, cluster.Name+"-kubeconfig")
	}
	for name, test := range map[string]struct {
		prepare func(*hub.Record)
		want    string
		signs   bool
	}{
		"unknown": {prepare: func(*hub.Record) {}},
		"left-by-the-platform": {
			prepare: func(c *hub.Record) { f.leave(c, ca, ownedBy(c)) }, want: ca.certText, signs: true,
		},
		"from-the-kubeconfig": {prepare: func(c *hub.Record) { holding(c, trusting(t, ca.certPEM)) }, want: ca.certText},
		"two-in-the-kubeconfig": {
			prepare: func(c *hub.Record) { holding(c, trusting(t, append(bytes.Clone(ca.certPEM), second.certPEM...))) },
			want:    ca.certText + second.certText,
		},
		"trusted-by-the-kubeconfig": {
			prepare: func(c *hub.Record) { holding(c, trusting(t, ca.certPEM)); f.leave(c, ca) }, want: ca.certText, signs: true,
		},
		"somebody-elses-beside-it": {
			prepare: func(c *hub.Record) { holding(c, trusting(t, ca.certPEM)); f.leave(c, foreign) }, want: ca.certText,
		},
		"somebody-elses": {prepare: func(c *hub.Record) { f.leave(c, foreign) }},
		"nothing-trusted": {
			prepare: func(c *hub.Record) { holding(c, trusting(t, nil)); f.leave(c, foreign) },
		},
		"with-a-key-beside-it": {
			prepare: func(c *hub.Record) {
				f.leave(c, &authority{certText: ca.keyText + ca.certText + "words\n", keyText: ca.keyText}, ownedBy(c))
			},
			want: ca.certText, signs: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := f.cluster(r, name)
			test.prepare(cluster)
			got, err := store.Authority(t.Context(), f.caller, ref(cluster))
			if test.want == "" {
				reason(t, err, hub.WrongState)
			} else if diff := cmp.Diff(test.want, string(got)); err != nil || diff != "" {
				t.Errorf("%v, (-want +got):\n%s", err, diff)
			}
			if _, err := store.Sign(t.Context(), f.caller, ref(cluster), request(t, "a")); (err == nil) != test.signs {
				t.Errorf("signing: %v", err)
			}
			_, err = store.Authority(t.Context(), other, ref(cluster))
			reason(t, err, hub.NotFound)
		})
	}
}
