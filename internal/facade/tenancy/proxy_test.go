package tenancy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiserver/pkg/authentication/authenticatorfactory"
	"k8s.io/apiserver/pkg/authentication/request/headerrequest"
	"k8s.io/apiserver/pkg/authentication/request/union"
	authx509 "k8s.io/apiserver/pkg/authentication/request/x509"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// authority issues certificates of clients.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{key: key}
	a.certificate = a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotAfter: expect.Clock().Now().Add(time.Hour),
	})
	return a
}

func (a *authority) client(t *testing.T, name string, expires time.Duration) *x509.Certificate {
	t.Helper()
	return a.issue(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		NotAfter: expect.Clock().Now().Add(expires),
	})
}

func (a *authority) issue(t *testing.T, template *x509.Certificate) *x509.Certificate {
	t.Helper()
	template.SerialNumber, template.NotBefore = big.NewInt(1), expect.Clock().Now().Add(-2*time.Hour)
	parent := template
	if a.certificate != nil {
		parent = a.certificate
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (a *authority) content(t *testing.T) dynamiccertificates.CAContentProvider {
	t.Helper()
	content, err := dynamiccertificates.NewStaticCAContent("test", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestFrontProxiesAndCertificates(t *testing.T) {
	proxies, clients, strangers := newAuthority(t, "proxies"), newAuthority(t, "clients"), newAuthority(t, "strangers")
	one := func(value string) headerrequest.StaticStringSlice { return headerrequest.StaticStringSlice{value} }
	a := newAuthenticator(func(o *tenancy.Options) {
		o.Delegate = union.New(authx509.NewDynamic(clients.content(t).VerifyOptions, authx509.CommonNameUserConversion), o.Delegate)
		o.FrontProxy = &authenticatorfactory.RequestHeaderConfig{
			UsernameHeaders: headerrequest.StaticStringSlice{"X-Remote-User", "X-Custom-User"}, UIDHeaders: one("X-Remote-Uid"),
			GroupHeaders: one("X-Remote-Group"), ExtraHeaderPrefixes: headerrequest.StaticStringSlice{"X-Remote-Extra-", "X-Custom-Extra-"},
			AllowedClientNames: one("front-proxy"), CAContentProvider: proxies.content(t),
		}
	})
	proxy := proxies.client(t, "front-proxy", time.Hour)
	const jane = "X-Remote-User: jane\n"
	tests := map[string]struct {
		certificate *x509.Certificate
		headers     string
		want        string
		caller      hub.Caller
	}{
		"the proxy":                    {certificate: proxy, headers: jane, caller: hub.Caller{User: "jane"}},
		"the proxy, by another header": {certificate: proxy, headers: "X-Custom-User: jane", caller: hub.Caller{User: "jane"}},
		"the proxy, with all it can say": {
			certificate: proxy, headers: jane + "X-Remote-Group: fleet.slipway.dev:adapter:dns\n" +
				"X-Remote-Extra-Fleet.slipway.dev%2fproject: mine\nX-Remote-Extra-Email: jane@example.com",
			caller: hub.Caller{User: "jane", Namespace: "mine", Email: "jane@example.com", Adapters: []string{"dns"}},
		},
		"the proxy, and a project":            {certificate: proxy, headers: jane + "X-Project-Id: theirs", caller: hub.Caller{User: "jane", Namespace: "theirs"}},
		"the proxy, and X-Auth-Token":         {certificate: proxy, headers: jane + "X-Auth-Token: jane", want: "401 BadCredentials"},
		"the proxy, and Authorization":        {certificate: proxy, headers: jane + "Authorization: Bearer jane", want: "401 BadCredentials"},
		"the proxy names nobody":              {certificate: proxy, headers: "X-Remote-Group: x", want: "401 ForgedHeaders"},
		"the proxy names anonymous":           {certificate: proxy, headers: "X-Remote-User: system:anonymous", want: "401 NoCredentials"},
		"the proxy for itself":                {certificate: proxy, want: "401 BadCredentials"},
		"a proxy that is not allowed":         {certificate: proxies.client(t, "other", time.Hour), headers: jane, want: "401 ForgedHeaders"},
		"a proxy whose certificate expired":   {certificate: proxies.client(t, "front-proxy", -time.Hour), headers: jane, want: "401 ForgedHeaders"},
		"a stranger who says to be the proxy": {certificate: strangers.client(t, "front-proxy", time.Hour), headers: jane, want: "401 ForgedHeaders"},
		"a client that forges":                {certificate: clients.client(t, "joe", time.Hour), headers: jane, want: "401 ForgedHeaders"},
		"a client that forges another header": {certificate: clients.client(t, "joe", time.Hour), headers: "X-Custom-User: jane", want: "401 ForgedHeaders"},
		"a client that forges extra":          {certificate: clients.client(t, "joe", time.Hour), headers: "X-Custom-Extra-Scopes: x", want: "401 ForgedHeaders"},
		"a token beside a forged header":      {headers: jane + "Authorization: Bearer jane", want: "401 ForgedHeaders"},
		"a client":                            {certificate: clients.client(t, "joe", time.Hour), caller: hub.Caller{User: "joe"}},
		"a client whose certificate expired":  {certificate: clients.client(t, "joe", -time.Hour), want: "401 ExpiredCredentials"},
		"a stranger":                          {certificate: strangers.client(t, "joe", time.Hour), want: "401 BadCredentials"},
		"a stranger with a good token":        {certificate: strangers.client(t, "joe", time.Hour), headers: "X-Auth-Token: jane", caller: hub.Caller{User: "jane"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/api/sample/clusters", nil)
			if test.certificate != nil {
				r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{test.certificate}}
			}
			setHeaders(r, test.headers)
			seen, _, body := through(t, a, r)
			if test.want != "" {
				if len(body) < len(test.want) || body[:len(test.want)] != test.want {
					t.Errorf("got %q, want %q", body, test.want)
				}
				return
			}
			if seen == nil {
				t.Fatalf("refused: %s", body)
			}
			call := facade.From(seen.Context())
			test.caller.RequestID = call.RequestID
			if diff := cmp.Diff(test.caller, call.Caller); diff != "" {
				t.Error(diff)
			}
			who, _ := request.UserFrom(seen.Context())
			if test.headers != "" && test.certificate == proxy && len(who.GetGroups()) == 0 {
				t.Error("the proxy's users are not in the group of those who are authenticated")
			}
		})
	}
}
