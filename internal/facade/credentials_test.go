package facade_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// particular is the sample whose callers say in another way who they are.
type particular struct {
	sample
	credentials facade.Credentials
}

func (p particular) Credentials() facade.Credentials { return p.credentials }

// newParticular makes a facade of a particular sample. Its handlers answer with the body that they read.
func newParticular(t testing.TB, credentials facade.Credentials) *facade.Facade {
	t.Helper()
	dialect := newSample()
	for i := range dialect.routes {
		if dialect.routes[i].Method == http.MethodPost {
			dialect.routes[i].Handler = func(w http.ResponseWriter, r *http.Request) {
				body, err := facade.ReadJSON(w, r)
				if err != nil {
					t.Errorf("the handler cannot read the body: %v", err)
				}
				_, _ = fmt.Fprintf(w, "%s?%s %s", r.URL.Path, r.URL.RawQuery, body.Raw)
			}
		}
	}
	made, err := facade.New(expect.Clock(), particular{dialect, credentials})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

const signedHeader = "Authorization: SDK-HMAC-SHA256 Access=k, SignedHeaders=x-sdk-date, Signature=s"

func TestParticularCredentials(t *testing.T) {
	first, lenient := facade.Credentials{TokenFirst: true, Signatures: true}, facade.Credentials{LenientProject: true}
	known := facade.Credentials{KnownProject: true}
	bad := func(detail string) refused {
		return refused{Refused: 401, Cause: facade.BadCredentials, Detail: detail}
	}
	long := strings.Repeat("t", 16384)
	tests := map[string]struct {
		credentials facade.Credentials
		headers     []string
		want        refused
		// seen is what the authenticator sees, where the request passes: token, project, and whether it is signed.
		seen string
	}{
		"a token before another one":        {credentials: first, headers: []string{"X-Auth-Token: t", "Authorization: Bearer u"}, seen: "Bearer t||false"},
		"a token before a signature":        {credentials: first, headers: []string{"X-Auth-Token: t", signedHeader}, seen: "Bearer t||false"},
		"a token before two headers":        {credentials: first, headers: []string{"X-Auth-Token: t", "Authorization: x", "Authorization: y"}, seen: "Bearer t||false"},
		"an empty token is none":            {credentials: first, headers: []string{"X-Auth-Token:", signedHeader}, seen: signedHeader[len("Authorization: "):] + "||true"},
		"two tokens":                        {credentials: first, headers: []string{"X-Auth-Token: t", "X-Auth-Token: t"}, want: bad("There is more than one credential in the headers.")},
		"two signatures":                    {credentials: first, headers: []string{signedHeader, signedHeader}, want: bad("There is more than one credential in the headers.")},
		"a long token":                      {credentials: first, headers: []string{"X-Auth-Token: " + long}, seen: "Bearer " + long + "||false"},
		"a token too long":                  {credentials: first, headers: []string{"X-Auth-Token: t" + long}, want: bad("X-Auth-Token is too long.")},
		"a signature where none is known":   {credentials: lenient, headers: []string{signedHeader}, seen: signedHeader[len("Authorization: "):] + "||false"},
		"another algorithm":                 {credentials: first, headers: []string{"Authorization: V11-HMAC-SHA256 x"}, seen: "V11-HMAC-SHA256 x||false"},
		"a project":                         {credentials: lenient, headers: []string{"X-Project-Id: team-1"}, seen: "|team-1|false"},
		"a project in capitals is ignored":  {credentials: lenient, headers: []string{"X-Project-Id: ABC"}, seen: "||false"},
		"two projects are ignored":          {credentials: lenient, headers: []string{"X-Project-Id: a", "X-Project-Id: b"}, seen: "||false"},
		"a project, where it is looked at":  {credentials: first, headers: []string{"X-Project-Id: A"}, want: refused{Refused: 400, Cause: facade.BadHeader, Detail: label}},
		"a project for the authorizer":      {credentials: known, headers: []string{"X-Project-Id: A/B"}, seen: "|A/B|false"},
		"two projects for the authorizer":   {credentials: known, headers: []string{"X-Project-Id: a", "X-Project-Id: b"}, want: refused{Refused: 400, Cause: facade.BadHeader, Detail: "X-Project-Id is given more than once."}},
		"a token beside a signature, plain": {credentials: facade.Credentials{Signatures: true}, headers: []string{"X-Auth-Token: t", signedHeader}, want: bad("Authorization and X-Auth-Token differ.")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var seen string
			server := serve(t, newParticular(t, test.credentials), filters{authenticate: func(r *http.Request) (*authenticator.Response, bool, error) {
				seen = fmt.Sprintf("%s|%s|%t", r.Header.Get("Authorization"), r.Header.Get("X-Project-Id"), facade.From(r.Context()).Signed != nil)
				return &authenticator.Response{User: &user.DefaultInfo{Name: "jane"}}, true, nil
			}})
			answer := raw(t, server.Listener.Addr(), "GET /api/sample/v1/clusters HTTP/1.1", test.headers...)
			if test.want.Refused == 0 {
				if answer.status != http.StatusOK || seen != test.seen {
					t.Errorf("got %d %s, and the authenticator saw %.200q, want %.200q", answer.status, answer.body, seen, test.seen)
				}
				return
			}
			if diff := cmp.Diff(test.want, answer.refused(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const label = "X-Project-Id must consist of at most 63 lower case letters, digits and hyphens, and begin and end with a letter or digit."

// TestWhatIsSignedIsKept holds that a signature is verified against what the client sent, and that the handler still gets the
// body.
func TestWhatIsSignedIsKept(t *testing.T) {
	const body = `{"a": "b"}` + "\n"
	for name, base := range map[string]string{"the dialect's own path": "/api/sample", "the aggregated one": facade.Aggregated + "/sample"} {
		t.Run(name, func(t *testing.T) {
			var seen *facade.Signed
			var read []byte
			front := newParticular(t, facade.Credentials{Signatures: true})
			handler := front.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = facade.From(r.Context()).Signed
				var refusal *facade.Refusal
				if read, refusal = seen.ReadBody(r); refusal != nil {
					t.Error(refusal)
				}
				front.Serve(w, r)
			}))
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
				startServer(t, handler)+base+"/v1/%63lusters/?timeout=5m&b=%2F&a=x", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = "c1.example"
			r.Header.Set("Authorization", signedHeader[len("Authorization: "):])
			r.Header.Set("X-Sdk-Date", "20260301T120000Z")
			answer := do(t, r)
			if want := base + "/v1/clusters/?b=%2F&a=x " + body; answer.body != want {
				t.Errorf("the handler saw %q, want %q", answer.body, want)
			}
			got := []string{seen.Request.Method, seen.Request.Path, seen.Request.Query, seen.Request.Host, seen.Request.Header.Get("X-Sdk-Date"), string(read), seen.Authorization}
			want := []string{"POST", base + "/v1/%63lusters/", "timeout=5m&b=%2F&a=x", "c1.example", "20260301T120000Z", body, signedHeader[len("Authorization: "):]}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABodyTooLargeIsNotRead(t *testing.T) {
	front := newParticular(t, facade.Credentials{Signatures: true})
	url := startServer(t, front.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		if _, refusal := call.Signed.ReadBody(r); refusal != nil {
			call.Because(*refusal)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		front.Serve(w, r)
	})))
	for name, body := range map[string]io.Reader{
		"with its length":    strings.NewReader(strings.Repeat("x", facade.MaxBody+1)),
		"without its length": io.MultiReader(strings.NewReader(strings.Repeat("x", facade.MaxBody+1))),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/sample/v1/clusters", body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", signedHeader[len("Authorization: "):])
			if answer := do(t, r); answer.status != http.StatusRequestEntityTooLarge || !answer.closed {
				t.Errorf("got %d %s, connection closed %t", answer.status, answer.body, answer.closed)
			}
		})
	}
}
