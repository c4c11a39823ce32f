package tenancy_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/request/anonymous"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	"k8s.io/apiserver/pkg/authentication/request/union"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/endpoints/request"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// users are the identities by token.
var users = map[string]*user.DefaultInfo{
	"jane":     {Name: "jane"},
	"mail":     {Name: "jane", Extra: map[string][]string{"email": {"jane@example.com"}}},
	"mails":    {Name: "jane", Extra: map[string][]string{"email": {"other@example.com"}, tenancy.ExtraEmail: {"jane@example.com"}}},
	"project":  {Name: "jane", Extra: map[string][]string{tenancy.ExtraProject: {"mine"}}},
	"projects": {Name: "jane", Extra: map[string][]string{tenancy.ExtraProject: {"mine", "theirs"}}},
	"nowhere":  {Name: "jane", Extra: map[string][]string{tenancy.ExtraProject: {"../x"}}},
	"account":  {Name: "system:serviceaccount:theirs:ci"},
	"moved":    {Name: "system:serviceaccount:theirs:ci", Extra: map[string][]string{tenancy.ExtraProject: {"mine"}}},
	"bound":    {Name: "system:serviceaccount:mine:adapter"},
	"mute":     {Name: "system:serviceaccount:mine:mute"},
	"extra":    {Name: "jane", Extra: map[string][]string{tenancy.ExtraAdapter: {"dns", "b"}}},
	"grouped":  {Name: "jane", Groups: []string{"x", tenancy.GroupAdapter + "dns", tenancy.GroupAdapter + "a"}},
	"all": {Name: "system:serviceaccount:mine:adapter", Groups: []string{tenancy.GroupAdapter + "dns"},
		Extra: map[string][]string{tenancy.ExtraAdapter: {"z"}}},
}

// review answers for tokens as the reviewer of tokens does.
func review(_ context.Context, token string) (*authenticator.Response, bool, error) {
	switch token {
	case "offline":
		return nil, false, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	case "overloaded":
		return nil, false, apierrors.NewTooManyRequests("later", 1)
	case "slow":
		return nil, false, fmt.Errorf("reviewing: %w", context.DeadlineExceeded)
	}
	if known := users[token]; known != nil {
		return &authenticator.Response{User: known}, true, nil
	}
	return nil, false, errors.New("[invalid bearer token, token has a secret]")
}

func newAuthenticator(change func(*tenancy.Options)) *tenancy.Authenticator {
	options := tenancy.Options{
		Delegate: union.New(bearertoken.New(authenticator.TokenFunc(review))), Names: objects, Clock: expect.Clock(),
		Accounts: accounts{"mine/adapter": " validation, dns,,dns", "mine/mute": ""},
	}
	if change != nil {
		change(&options)
	}
	return tenancy.NewAuthenticator(options)
}

func TestWhoAsksAndWhere(t *testing.T) {
	tests := map[string]struct {
		token, header, byDefault string
		want                     hub.Caller
		home                     bool
	}{
		"nothing but a name":             {token: "jane", want: hub.Caller{User: "jane"}},
		"a default":                      {token: "jane", byDefault: "std", want: hub.Caller{User: "jane", Namespace: "std"}, home: true},
		"the header":                     {token: "jane", byDefault: "std", header: "theirs", want: hub.Caller{User: "jane", Namespace: "theirs"}},
		"the header names the default":   {token: "jane", byDefault: "std", header: "std", want: hub.Caller{User: "jane", Namespace: "std"}, home: true},
		"a project":                      {token: "project", byDefault: "std", want: hub.Caller{User: "jane", Namespace: "mine"}, home: true},
		"a project and the header":       {token: "project", header: "theirs", want: hub.Caller{User: "jane", Namespace: "theirs"}},
		"two projects are none":          {token: "projects", byDefault: "std", want: hub.Caller{User: "jane"}},
		"a project that is no namespace": {token: "nowhere", byDefault: "std", want: hub.Caller{User: "jane"}},
		"a service account's own":        {token: "account", byDefault: "std", want: hub.Caller{User: "system:serviceaccount:theirs:ci", Namespace: "theirs"}, home: true},
		"a service account's project":    {token: "moved", want: hub.Caller{User: "system:serviceaccount:theirs:ci", Namespace: "mine"}, home: true},
		"an e-mail":                      {token: "mail", want: hub.Caller{User: "jane", Email: "jane@example.com"}},
		"two e-mails":                    {token: "mails", want: hub.Caller{User: "jane", Email: "jane@example.com"}},
		"bound by annotation":            {token: "bound", want: hub.Caller{User: "system:serviceaccount:mine:adapter", Namespace: "mine", Adapters: []string{"dns", "validation"}}, home: true},
		"bound by annotation to nobody":  {token: "mute", want: hub.Caller{User: "system:serviceaccount:mine:mute", Namespace: "mine", Adapters: []string{}}, home: true},
		"bound by what it carries":       {token: "extra", want: hub.Caller{User: "jane", Adapters: []string{"b", "dns"}}},
		"bound by groups":                {token: "grouped", want: hub.Caller{User: "jane", Adapters: []string{"a", "dns"}}},
		"bound in every way":             {token: "all", want: hub.Caller{User: "system:serviceaccount:mine:adapter", Namespace: "mine", Adapters: []string{"dns", "validation", "z"}}, home: true},
		"bound, and elsewhere":           {token: "bound", header: "theirs", want: hub.Caller{User: "system:serviceaccount:mine:adapter", Namespace: "theirs", Adapters: []string{"dns", "validation"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := newAuthenticator(func(o *tenancy.Options) { o.DefaultNamespace = test.byDefault })
			r := httptest.NewRequest(http.MethodGet, "/api/sample/clusters/1", nil)
			r.Header.Set("X-Auth-Token", test.token)
			if test.header != "" {
				r.Header.Set("X-Project-Id", test.header)
			}
			seen, status, body := through(t, a, r)
			if seen == nil {
				t.Fatalf("refused: %d %s", status, body)
			}
			call := facade.From(seen.Context())
			test.want.RequestID = call.RequestID
			if diff := cmp.Diff(test.want, call.Caller); diff != "" {
				t.Error(diff)
			}
			if call.Home != test.home {
				t.Errorf("home is %t, want %t", call.Home, test.home)
			}
		})
	}
}

func TestTheRequestInfoIsCompleted(t *testing.T) {
	tests := map[string]struct {
		method, path string
		want         request.RequestInfo
	}{
		"a known object":    {"GET", "/clusters/1", request.RequestInfo{Verb: "get", Resource: "clusters", Namespace: "mine", Name: "one"}},
		"an unknown object": {"DELETE", "/clusters/x", request.RequestInfo{Verb: "delete", Resource: "clusters", Namespace: "mine", Name: "x"}},
		"a foreign object":  {"GET", "/clusters/2", request.RequestInfo{Verb: "get", Resource: "clusters", Namespace: "mine", Name: "2"}},
		"a list":            {"GET", "/clusters", request.RequestInfo{Verb: "list", Resource: "clusters", Namespace: "mine"}},
		"a stream":          {"GET", "/clusters?watch=true", request.RequestInfo{Verb: "watch", Resource: "clusters", Namespace: "mine"}},
		"a report":          {"POST", "/clusters/1/statuses", request.RequestInfo{Verb: "create", Resource: "adapterstatuses", Namespace: "mine"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(test.method, "/api/sample"+test.path, nil)
			r.Header.Set("Authorization", "Bearer project")
			seen, status, body := through(t, newAuthenticator(nil), r)
			if seen == nil {
				t.Fatalf("refused: %d %s", status, body)
			}
			info, _ := request.RequestInfoFrom(seen.Context())
			ignored := cmpopts.IgnoreFields(request.RequestInfo{}, "IsResourceRequest", "Path", "APIPrefix", "APIGroup", "APIVersion")
			if diff := cmp.Diff(&test.want, info, ignored); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func jwt(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestWhyNobodyKnowsWhoAsks(t *testing.T) {
	now := expect.Clock().Now()
	past, future := fmt.Sprintf(`{"exp":%d}`, now.Add(-time.Hour).Unix()), fmt.Sprintf(`{"exp":%d}`, now.Add(time.Hour).Unix())
	tests := map[string]struct {
		headers string
		want    string
	}{
		"nothing":                        {"", "401 NoCredentials"},
		"an unknown token":               {"Authorization: Bearer x", "401 BadCredentials"},
		"an unknown X-Auth-Token":        {"X-Auth-Token: x", "401 BadCredentials"},
		"another scheme":                 {"Authorization: Basic eDp5", "401 BadCredentials"},
		"a token without a scheme":       {"Authorization: jane", "401 BadCredentials"},
		"an empty token":                 {"Authorization: Bearer", "401 BadCredentials"},
		"a token that has expired":       {"Authorization: Bearer " + jwt(past), "401 ExpiredCredentials"},
		"one in X-Auth-Token":            {"X-Auth-Token: " + jwt(past), "401 ExpiredCredentials"},
		"a token that has not":           {"Authorization: Bearer " + jwt(future), "401 BadCredentials"},
		"a token that never does":        {"Authorization: Bearer " + jwt(`{}`), "401 BadCredentials"},
		"a token that expires nonsense":  {"Authorization: Bearer " + jwt(`{"exp":"x"}`), "401 BadCredentials"},
		"a token that expired too far":   {"Authorization: Bearer " + jwt(`{"exp":-1e300}`), "401 BadCredentials"},
		"a token that expires far":       {"Authorization: Bearer " + jwt(`{"exp":1e300}`), "401 BadCredentials"},
		"a token of three bad parts":     {"Authorization: Bearer a.!.c", "401 BadCredentials"},
		"the reviewer cannot be reached": {"Authorization: Bearer offline", "503 "},
		"the reviewer is overloaded":     {"Authorization: Bearer overloaded", "503 "},
		"the reviewer takes too long":    {"Authorization: Bearer slow", "503 "},
		"a user that a header names":     {"X-Remote-User: root", "401 ForgedHeaders"},
		"a group that a header names":    {"X-Remote-Group: system:masters", "401 ForgedHeaders"},
		"extra that a header names":      {"x-remote-extra-scopes: x", "401 ForgedHeaders"},
		"a header beside a good token":   {"Authorization: Bearer jane\nX-Remote-Uid: 0", "401 ForgedHeaders"},
	}
	for _, anonymously := range []bool{false, true} {
		for name, test := range tests {
			t.Run(fmt.Sprintf("%s, anonymous requests %t", name, anonymously), func(t *testing.T) {
				a := newAuthenticator(func(o *tenancy.Options) {
					if anonymously {
						o.Delegate = union.NewFailOnError(o.Delegate, anonymous.NewAuthenticator(nil))
					}
				})
				r := httptest.NewRequest(http.MethodGet, "/api/sample/clusters", nil)
				setHeaders(r, test.headers)
				seen, _, body := through(t, a, r)
				if seen != nil || body != test.want+"  /api/sample/clusters" && body != test.want+" /api/sample/clusters" {
					t.Errorf("got %q, want %q", body, test.want)
				}
			})
		}
	}
}

func setHeaders(r *http.Request, lines string) {
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			r.Header.Add(name, value)
		} else if line != "" {
			r.Header.Add(line, "")
		}
	}
}

func TestPublicRoutesAskNobody(t *testing.T) {
	a := newAuthenticator(func(o *tenancy.Options) {
		o.Delegate = authenticator.RequestFunc(func(*http.Request) (*authenticator.Response, bool, error) {
			t.Error("the delegate was asked")
			return nil, false, nil
		})
	})
	r := httptest.NewRequest(http.MethodGet, "/api/sample", nil)
	setHeaders(r, "Authorization: Bearer jane\nX-Remote-User: root")
	seen, status, body := through(t, a, r)
	if seen == nil {
		t.Fatalf("refused: %d %s", status, body)
	}
	who, _ := request.UserFrom(seen.Context())
	if who.GetName() != user.Anonymous || len(facade.From(seen.Context()).Caller.User) > 0 {
		t.Errorf("the caller is %v", who)
	}
}
