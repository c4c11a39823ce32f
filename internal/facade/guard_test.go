package facade_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"

	"github.com/slipway-dev/slipway/internal/facade"
)

func TestGuards(t *testing.T) {
	const twice, syntax = "There is more than one credential in the headers.", "The header Connection must not name other headers."
	bad := func(detail string) refused {
		return refused{Refused: 401, Cause: facade.BadCredentials, Detail: detail}
	}
	header := func(detail string) refused { return refused{Refused: 400, Cause: facade.BadHeader, Detail: detail} }
	forged := refused{Refused: 401, Cause: facade.ForgedHeaders, Detail: "Impersonation is not possible here."}
	tests := map[string]struct {
		headers []string
		want    refused
		// token is what the authenticator sees, where the request passes.
		token string
	}{
		"a bearer token":                   {headers: []string{"Authorization: Bearer t"}, token: "Bearer t"},
		"X-Auth-Token":                     {headers: []string{"X-Auth-Token: t"}, token: "Bearer t"},
		"both, the same":                   {headers: []string{"X-Auth-Token: t", "Authorization: Bearer t"}, token: "Bearer t"},
		"both, different":                  {headers: []string{"X-Auth-Token: u", "Authorization: Bearer t"}, want: bad("Authorization and X-Auth-Token differ.")},
		"a token beside another scheme":    {headers: []string{"X-Auth-Token: t", "Authorization: Basic t"}, want: bad("Authorization and X-Auth-Token differ.")},
		"two Authorization headers":        {headers: []string{"Authorization: Bearer t", "authorization: Bearer t"}, want: bad(twice)},
		"two X-Auth-Token headers":         {headers: []string{"X-Auth-Token: t", "X-AUTH-TOKEN: t"}, want: bad(twice)},
		"an empty X-Auth-Token":            {headers: []string{"X-Auth-Token:"}, want: bad("X-Auth-Token is not a token.")},
		"a token with a space":             {headers: []string{"X-Auth-Token: t u"}, want: bad("X-Auth-Token is not a token.")},
		"impersonation of a user":          {headers: []string{"Impersonate-User: root"}, want: forged},
		"impersonation of a group":         {headers: []string{"impersonate-group: system:masters"}, want: forged},
		"impersonation with extra":         {headers: []string{"Impersonate-Extra-scopes: x"}, want: forged},
		"Connection: close":                {headers: []string{"Connection: close"}},
		"Connection: Keep-Alive":           {headers: []string{"Connection: Keep-Alive"}},
		"Connection: Upgrade":              {headers: []string{"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: x"}},
		"Connection: TE":                   {headers: []string{"Connection: TE, close", "TE: trailers"}},
		"Connection: Authorization":        {headers: []string{"Connection: Authorization"}, want: header(syntax)},
		"Connection: X-Remote-User":        {headers: []string{"Connection: close, X-Remote-User"}, want: header(syntax)},
		"Connection twice":                 {headers: []string{"Connection: close", "Connection: x-project-id"}, want: header(syntax)},
		"a project":                        {headers: []string{"X-Project-Id: team-1"}},
		"two projects":                     {headers: []string{"X-Project-Id: a", "X-Project-Id: a"}, want: header("X-Project-Id is given more than once.")},
		"an empty project":                 {headers: []string{"X-Project-Id:"}, want: header(label)},
		"a project in capitals":            {headers: []string{"X-Project-Id: A"}, want: header(label)},
		"a project with a dot":             {headers: []string{"X-Project-Id: a.b"}, want: header(label)},
		"a project that leads elsewhere":   {headers: []string{"X-Project-Id: ../kube-system"}, want: header(label)},
		"a project of 64 characters":       {headers: []string{"X-Project-Id: " + strings.Repeat("a", 64)}, want: header(label)},
		"several projects in one header":   {headers: []string{"X-Project-Id: a, b"}, want: header(label)},
		"headers that look like a guard's": {headers: []string{"X-Impersonate-User: x", "Authorization2: y"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var seen []string
			server := serve(t, newFacade(t, nil), filters{authenticate: func(r *http.Request) (*authenticator.Response, bool, error) {
				seen = r.Header.Values("Authorization")
				if token := r.Header.Values("X-Auth-Token"); len(token) > 0 {
					t.Errorf("X-Auth-Token is still there: %q", token)
				}
				return &authenticator.Response{User: &user.DefaultInfo{Name: "jane"}}, true, nil
			}})
			answer := raw(t, server.Listener.Addr(), "GET /api/sample/v1/clusters HTTP/1.1", test.headers...)
			if test.want.Refused == 0 {
				if answer.status != http.StatusOK || strings.Join(seen, "|") != test.token {
					t.Errorf("got %d %s, and the authenticator saw %q, want %q", answer.status, answer.body, seen, test.token)
				}
				return
			}
			if diff := cmp.Diff(test.want, answer.refused(t)); diff != "" {
				t.Error(diff)
			}
			if challenge := answer.header.Get("WWW-Authenticate"); (challenge == "Bearer") != (test.want.Refused == 401) {
				t.Errorf("WWW-Authenticate is %q", challenge)
			}
			if answer.header.Get("X-Request-ID") == "" {
				t.Error("X-Request-ID is missing")
			}
		})
	}
}

func TestOnPublicRoutesNobodyIsAnybody(t *testing.T) {
	var seen http.Header
	server := serve(t, newFacade(t, nil), filters{authenticate: func(r *http.Request) (*authenticator.Response, bool, error) {
		seen = r.Header.Clone()
		return &authenticator.Response{User: &user.DefaultInfo{Name: user.Anonymous}}, true, nil
	}})
	answer := raw(t, server.Listener.Addr(), "GET /api/sample/openapi HTTP/1.1",
		"Authorization: Bearer t", "Authorization: Basic u", "X-Auth-Token: t", "X-Auth-Token: t", "X-Project-Id: ..", "X-Remote-User: root",
		"X-Remote-Extra-x: y", "Impersonate-User: root", "Connection: Authorization")
	if answer.status != http.StatusOK {
		t.Fatalf("got %d %s", answer.status, answer.body)
	}
	for _, name := range []string{"Authorization", "X-Auth-Token", "X-Project-Id", "X-Remote-User", "X-Remote-Extra-X", "Impersonate-User"} {
		if len(seen.Values(name)) > 0 {
			t.Errorf("%s is still there", name)
		}
	}
}

// raw sends a request as it stands, which a client of net/http would put right.
func raw(t testing.TB, to net.Addr, line string, headers ...string) got {
	t.Helper()
	connection, err := net.Dial(to.Network(), to.String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	// What comes after an empty header is the body.
	if _, err := fmt.Fprintf(connection, "%s\r\nHost: x\r\n%s\r\n", line, strings.Join(append(headers, ""), "\r\n")); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got{status: response.StatusCode, header: response.Header, body: string(body), closed: response.Close}
}
