package tenancy_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apiserver/pkg/authorization/authorizer"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
)

// TestProjectsThatAreIgnored holds which namespace a request is about where X-Project-Id may be anything.
func TestProjectsThatAreIgnored(t *testing.T) {
	getAll, getOne, see := "get clusters theirs/", "get clusters theirs/two", "list addons theirs/"
	for name, test := range map[string]struct {
		request, project string
		allowed          []string
		err              error
		want             string
		asked            []string
	}{
		"none":                            {request: "GET /clusters/2", want: "mine"},
		"the caller's own":                {request: "GET /clusters/2", project: "mine", want: "mine"},
		"one with the right on all":       {request: "GET /clusters/2", project: "theirs", allowed: []string{getAll}, want: "theirs", asked: []string{getAll}},
		"one with the right on one":       {request: "GET /clusters/2", project: "theirs", allowed: []string{getOne}, want: "theirs", asked: []string{getAll, getOne}},
		"one that can be seen":            {request: "GET /clusters/2", project: "theirs", allowed: []string{see}, want: "theirs", asked: []string{getAll, getOne, see}},
		"one without any right":           {request: "GET /clusters/2", project: "theirs", want: "mine", asked: []string{getAll, getOne, see}},
		"one that is not there":           {request: "GET /clusters/2", project: "0123456789abcdef0123456789abcdef", allowed: []string{getAll}, want: "mine"},
		"one that is no name":             {request: "GET /clusters/2", project: "../theirs", want: "mine"},
		"rights that nobody knows":        {request: "GET /clusters/2", project: "theirs", err: errors.New("a secret"), want: "503 ", asked: []string{getAll}},
		"a path that nobody knows":        {request: "GET /x", project: "theirs", want: "mine"},
		"what lies in no namespace, seen": {request: "GET /catalogue", project: "theirs", allowed: []string{see}, want: "theirs", asked: []string{see}},
		"what lies in no namespace":       {request: "GET /catalogue", project: "theirs", allowed: []string{"list addontemplates /"}, want: "mine", asked: []string{see}},
	} {
		t.Run(name, func(t *testing.T) {
			delegate := &rights{allowed: test.allowed, err: test.err}
			a := newAuthenticator(func(o *tenancy.Options) { o.Rights = authorizer.AuthorizerFunc(delegate.Authorize) })
			method, path, _ := strings.Cut(test.request, " ")
			r := httptest.NewRequest(method, "/api/sample"+path, nil)
			setHeaders(r, "Authorization: Bearer project\nX-Project-Id: "+test.project)
			if test.project == "" {
				r.Header.Del("X-Project-Id")
			}
			seen, _, got := throughDialect(t, particular{credentials: facade.Credentials{LenientProject: true}}, a, r)
			if seen != nil {
				got = facade.From(seen.Context()).Caller.Namespace
			}
			if !strings.HasPrefix(got, test.want) || strings.Contains(got, "secret") {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if diff := cmp.Diff(test.asked, delegate.asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestProjectsThatMustBeThere holds that a project which does not exist is refused like one of others, also to those who may do
// everything everywhere.
func TestProjectsThatMustBeThere(t *testing.T) {
	known := particular{credentials: facade.Credentials{KnownProject: true}}
	for name, test := range map[string]struct {
		project string
		allowed []string
		want    string
		asked   []string
	}{
		"the caller's own":        {"mine", []string{"get clusters mine/"}, "", []string{"get clusters mine/"}},
		"another's, with a right": {"theirs", []string{"get clusters theirs/"}, "", []string{"get clusters theirs/"}},
		"another's":               {"theirs", nil, "403 NoRight  /api/sample/clusters/2", []string{"get clusters theirs/", "get clusters theirs/two"}},
		"nobody's":                {"nowhere", []string{"get clusters nowhere/"}, "403 NoRight  /api/sample/clusters/2", nil},
		"no name of any":          {"No/Where", []string{"get clusters No/Where/"}, "403 NoRight  /api/sample/clusters/2", nil},
	} {
		t.Run(name, func(t *testing.T) {
			delegate := &rights{allowed: test.allowed}
			r := httptest.NewRequest(http.MethodGet, "/api/sample/clusters/2", nil)
			setHeaders(r, "Authorization: Bearer project\nX-Project-Id: "+test.project)
			w := httptest.NewRecorder()
			serverOf(t, known, delegate).ServeHTTP(w, r)
			if got := w.Body.String(); test.want != "" && got != test.want || (test.want == "") == strings.HasPrefix(got, "403") {
				t.Errorf("answered %d %s, want %q", w.Code, got, test.want)
			}
			if diff := cmp.Diff(test.asked, delegate.asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMoreRights holds what handlers get to hear about rights beside their route's.
func TestMoreRights(t *testing.T) {
	const route = "get clusters mine/"
	for name, test := range map[string]struct {
		right   facade.Right
		allowed []string
		err     error
		want    int
		asked   []string
	}{
		"a right on all": {right: facade.Right{Verb: "create", Resource: "addons"}, allowed: []string{"create addons mine/"}, asked: []string{"create addons mine/"}},
		"a right on one": {right: facade.Right{Verb: "get", Resource: "clusters", Name: "one"}, allowed: []string{"get clusters mine/one"},
			asked: []string{"get clusters mine/", "get clusters mine/one"}},
		"a right in no namespace": {right: facade.Right{Verb: "list", Resource: "addontemplates"}, allowed: []string{"list addontemplates /"}, asked: []string{"list addontemplates /"}},
		"no right":                {right: facade.Right{Verb: "create", Resource: "addons"}, want: http.StatusForbidden, asked: []string{"create addons mine/"}},
		"a right that nobody knows": {right: facade.Right{Verb: "create", Resource: "addons"}, err: errors.New("a secret"), want: http.StatusServiceUnavailable,
			asked: []string{"create addons mine/"}},
	} {
		t.Run(name, func(t *testing.T) {
			delegate := &rights{allowed: append([]string{route}, test.allowed...)}
			dialect := sample{get: func(_ http.ResponseWriter, r *http.Request) {
				delegate.asked, delegate.allowed, delegate.err = nil, test.allowed, test.err
				err := facade.From(r.Context()).May(r.Context(), test.right)
				refusal, _ := errors.AsType[*facade.Refusal](err)
				if (refusal == nil) != (test.want == 0) || refusal != nil && refusal.Status != test.want {
					t.Errorf("got %v, want %d", err, test.want)
				}
			}}
			if w := ask(t, serverOf(t, dialect, delegate), "GET /clusters/1", "project", ""); w.Code != http.StatusOK {
				t.Fatalf("got %d %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(test.asked, delegate.asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}
