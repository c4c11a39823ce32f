package tenancy_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	"k8s.io/apiserver/pkg/authentication/user"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
)

// TestScope holds which tokens are refused that are good but for their scope. Every token here is verified.
func TestScope(t *testing.T) {
	for name, test := range map[string]struct {
		token, scope string
		refused      bool
	}{
		"the scope, alone":           {token: jwt(`{"scope":"user"}`), scope: "user"},
		"the scope among others":     {token: jwt(`{"scope":"openid user  mail"}`), scope: "user"},
		"the scope in an array":      {token: jwt(`{"scope":["openid","user"]}`), scope: "user"},
		"the scope in scp":           {token: jwt(`{"scp":["user"]}`), scope: "user"},
		"the scope in scp, as text":  {token: jwt(`{"scp":"a user"}`), scope: "user"},
		"in one of the two":          {token: jwt(`{"scope":"a","scp":["user"]}`), scope: "user"},
		"another scope":              {token: jwt(`{"scope":"users"}`), scope: "user", refused: true},
		"another scope in scp":       {token: jwt(`{"scp":["admin"]}`), scope: "user", refused: true},
		"words in an array":          {token: jwt(`{"scp":["a user"]}`), scope: "user", refused: true},
		"another case":               {token: jwt(`{"scope":"User"}`), scope: "user", refused: true},
		"no scopes":                  {token: jwt(`{"scope":""}`), scope: "user", refused: true},
		"a scope that is none":       {token: jwt(`{"scope":1}`), scope: "user", refused: true},
		"a scope that is null":       {token: jwt(`{"scope":null}`), scope: "user", refused: true},
		"no claim":                   {token: jwt(`{"sub":"jane"}`), scope: "user"},
		"no JWT":                     {token: "opaque", scope: "user"},
		"three parts that are none":  {token: "a.b.c", scope: "user"},
		"claims that are no object":  {token: jwt(`["scope"]`), scope: "user"},
		"where no scope is asked":    {token: jwt(`{"scope":"other"}`)},
		"where no scope is asked, 2": {token: "opaque"},
	} {
		for _, header := range []string{"Authorization: Bearer ", "X-Auth-Token: "} {
			t.Run(name+", "+header, func(t *testing.T) {
				a := newAuthenticator(func(o *tenancy.Options) {
					o.Delegate = bearertoken.New(authenticator.TokenFunc(func(context.Context, string) (*authenticator.Response, bool, error) {
						return &authenticator.Response{User: &user.DefaultInfo{Name: "jane"}}, true, nil
					}))
				})
				r := httptest.NewRequest(http.MethodGet, "/api/sample/clusters", nil)
				setHeaders(r, header+test.token)
				dialect := particular{credentials: facade.Credentials{Scope: test.scope}}
				seen, _, body := throughDialect(t, dialect, a, r)
				if (seen == nil) != test.refused || test.refused && !strings.HasPrefix(body, "401 WrongScope") {
					t.Errorf("got %q, refused is %t", body, seen == nil)
				}
			})
		}
	}
}
