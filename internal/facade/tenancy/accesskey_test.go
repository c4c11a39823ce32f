package tenancy_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiserver/pkg/endpoints/request"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/signature"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// keyring are access keys by name.
type keyring map[string]tenancy.AccessKey

func (k keyring) AccessKey(name string) (tenancy.AccessKey, bool) {
	key, ok := k[name]
	return key, ok
}

var keys = keyring{"AK1": {Namespace: "mine", Key: signature.Key{
	AccessKey: "AK1", SecretKey: "hush", User: "jane", Groups: []string{"dev", tenancy.GroupAdapter + "dns"}}}}

// sign signs a request as a client does, with the date and the project. Queries must be in order.
func sign(r *http.Request, accessKey, secretKey, body string, at time.Time) {
	date := at.UTC().Format("20060102T150405Z")
	r.Header.Set("X-Sdk-Date", date)
	names, headers := "x-sdk-date", "x-sdk-date:"+date+"\n"
	if project := r.Header.Get("X-Project-Id"); project != "" {
		names, headers = "x-project-id;"+names, "x-project-id:"+project+"\n"+headers
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	canonical := strings.Join([]string{r.Method, r.URL.Path + "/", r.URL.RawQuery, headers, names, hash(body)}, "\n")
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + hash(canonical)))
	r.Header.Set("Authorization", fmt.Sprintf("SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%x", accessKey, names, mac.Sum(nil)))
}

// signedRequest is a request that is signed with the good key.
func signedRequest(body string, at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/api/sample/clusters/1?a=b", strings.NewReader(body))
	r.Header.Set("X-Project-Id", "0123456789abcdef0123456789abcdef")
	sign(r, "AK1", "hush", body, at)
	return r
}

func withKeys(o *tenancy.Options) { o.Keys = keys }

func TestSignedRequests(t *testing.T) {
	now := expect.Clock().Now()
	wrong := "401 BadCredentials The access key or the signature is wrong."
	for name, test := range map[string]struct {
		change func(*http.Request) *http.Request
		want   string
	}{
		"as signed":                {func(r *http.Request) *http.Request { return r }, ""},
		"an unknown key":           {func(r *http.Request) *http.Request { sign(r, "AK2", "hush", "", now); return r }, wrong},
		"another key's secret":     {func(r *http.Request) *http.Request { sign(r, "AK1", "hush!", "", now); return r }, wrong},
		"another path":             {func(r *http.Request) *http.Request { r.URL.Path = "/api/sample/clusters/2"; return r }, wrong},
		"another query":            {func(r *http.Request) *http.Request { r.URL.RawQuery = "a=c"; return r }, wrong},
		"another method":           {func(r *http.Request) *http.Request { r.Method = "DELETE"; return r }, wrong},
		"another project":          {func(r *http.Request) *http.Request { r.Header.Set("X-Project-Id", "mine"); return r }, wrong},
		"another body":             {func(*http.Request) *http.Request { r := signedRequest("x", now); r.Body = http.NoBody; return r }, wrong},
		"a quarter late":           {func(*http.Request) *http.Request { return signedRequest("", now.Add(-15*time.Minute)) }, ""},
		"too late":                 {func(*http.Request) *http.Request { return signedRequest("", now.Add(-15*time.Minute-time.Second)) }, "401 ExpiredCredentials The request is not dated"},
		"too early":                {func(*http.Request) *http.Request { return signedRequest("", now.Add(15*time.Minute+time.Second)) }, "401 ExpiredCredentials The request is not dated"},
		"no date":                  {func(r *http.Request) *http.Request { r.Header.Del("X-Sdk-Date"); return r }, "401 ExpiredCredentials The request is not dated"},
		"a malformed header":       {func(r *http.Request) *http.Request { r.Header.Set("Authorization", "SDK-HMAC-SHA256 x"); return r }, "401 BadCredentials The header Authorization is malformed"},
		"another algorithm":        {func(r *http.Request) *http.Request { r.Header.Set("Authorization", "SDK-HMAC-SM3 x"); return r }, "401 BadCredentials "},
		"a proxy's header beside":  {func(r *http.Request) *http.Request { r.Header.Set("X-Remote-User", "root"); return r }, "401 ForgedHeaders"},
		"a token beside, too":      {func(r *http.Request) *http.Request { r.Header.Set("X-Auth-Token", "nobody"); return r }, "401 BadCredentials "},
		"a parameter that is lost": {func(*http.Request) *http.Request { return timed(now) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dialect := particular{credentials: facade.Credentials{TokenFirst: true, Signatures: true, LenientProject: true}}
			seen, _, body := throughDialect(t, dialect, newAuthenticator(withKeys), test.change(signedRequest("", now)))
			if (seen != nil) != (test.want == "") || !strings.HasPrefix(body, test.want) {
				t.Fatalf("got %q, want %q", body, test.want)
			}
			if strings.Contains(body, "hush") {
				t.Errorf("the answer tells the key: %s", body)
			}
		})
	}
}

// timed is a request with a parameter that the server's filters must not see.
func timed(at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/api/sample/clusters/1?a=b&timeout=5", nil)
	sign(r, "AK1", "hush", "", at)
	return r
}

func TestWhoSigned(t *testing.T) {
	dialect := particular{credentials: facade.Credentials{Signatures: true}}
	seen, status, body := throughDialect(t, dialect, newAuthenticator(withKeys), signedRequest("{}\n", expect.Clock().Now()))
	if seen == nil {
		t.Fatalf("refused: %d %s", status, body)
	}
	call := facade.From(seen.Context())
	want := hub.Caller{User: "jane", Namespace: "mine", Adapters: []string{"dns"}, RequestID: call.RequestID}
	if diff := cmp.Diff(want, call.Caller); diff != "" {
		t.Error(diff)
	}
	who, _ := request.UserFrom(seen.Context())
	if diff := cmp.Diff([]string{"dev", tenancy.GroupAdapter + "dns", "system:authenticated"}, who.GetGroups()); diff != "" {
		t.Error(diff)
	}
	if info, _ := request.RequestInfoFrom(seen.Context()); info.Namespace != "mine" || info.Name != "one" {
		t.Errorf("the request is about %s/%s", info.Namespace, info.Name)
	}
	if again, err := facade.ReadJSON(httptest.NewRecorder(), seen); err != nil || string(again.Raw) != "{}\n" {
		t.Errorf("the handler reads %q: %v", again.Raw, err)
	}
}

func TestWithoutKeysNothingIsSigned(t *testing.T) {
	dialect := particular{credentials: facade.Credentials{Signatures: true}}
	seen, _, body := throughDialect(t, dialect, newAuthenticator(nil), signedRequest("", expect.Clock().Now()))
	if want := "401 BadCredentials Access keys are not in use here."; seen != nil || !strings.HasPrefix(body, want) {
		t.Errorf("got %q, want %q", body, want)
	}
	seen, _, body = through(t, newAuthenticator(withKeys), signedRequest("", expect.Clock().Now()))
	if want := "401 BadCredentials  "; seen != nil || !strings.HasPrefix(body, want) {
		t.Errorf("a dialect without signatures: got %q, want %q", body, want)
	}
}
