package tenancy_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"k8s.io/apiserver/pkg/endpoints/request"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/requestinfo"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// sample is a dialect with one route of each sort. Its handlers know one object per namespace.
type sample struct {
	// get replaces the handler of GET /clusters/{id}, if set.
	get http.HandlerFunc
}

func (sample) Name() string { return "sample" }
func (sample) Base() string { return "/api/sample" }

func (s sample) Routes() []facade.Route {
	one := s.get
	if one == nil {
		one = get
	}
	target := facade.Target{Kind: fleetv1.KindCluster, Variable: "id"}
	named := target
	named.Named = true
	return []facade.Route{
		{Method: "GET", Path: "", Public: true, Handler: get},
		{Method: "GET", Path: "/clusters", Verb: "list", Watch: true, Resource: "clusters", Handler: get},
		{Method: "GET", Path: "/clusters/{id}", Verb: "get", Resource: "clusters", Target: &named, Handler: one},
		{Method: "DELETE", Path: "/clusters/{id}", Verb: "delete", Resource: "clusters", Target: &named, Handler: get},
		{Method: "POST", Path: "/clusters/{id}/statuses", Verb: "create", Resource: "adapterstatuses", Target: &target, Handler: get},
		{Method: "GET", Path: "/catalogue", Verb: "list", Resource: "addontemplates", Handler: get},
	}
}

// particular is the sample whose callers say in another way who they are.
type particular struct {
	sample
	credentials facade.Credentials
}

func (p particular) Credentials() facade.Credentials { return p.credentials }

// Refuse writes all that a refusal says.
func (sample) Refuse(w http.ResponseWriter, r *http.Request, refusal facade.Refusal) {
	w.WriteHeader(refusal.Status)
	_, _ = w.Write([]byte(strconv.Itoa(refusal.Status) + " " + string(refusal.Cause) + " " + refusal.Detail + " " + facade.From(r.Context()).Path))
}

func get(w http.ResponseWriter, r *http.Request) {
	call := facade.From(r.Context())
	id := call.Variables["id"]
	if id != "" && objects[call.Caller.Namespace][id] == "" {
		sample{}.Refuse(w, r, facade.Refusal{Status: http.StatusNotFound})
		return
	}
	w.WriteHeader(http.StatusOK)
}

// objects are the names of all objects by namespace and id.
var objects = index{"mine": {"1": "one"}, "theirs": {"2": "two"}}

type index map[string]map[string]string

// ObjectName implements tenancy.Names.
func (i index) ObjectName(namespace string, ref hub.Ref) string { return i[namespace][ref.Name] }

// HasNamespace implements tenancy.Names.
func (i index) HasNamespace(name string) bool { return i[name] != nil }

// accounts are annotations of ServiceAccounts by user name.
type accounts map[string]string

// Annotations implements tenancy.Accounts.
func (a accounts) Annotations(namespace, name string) map[string]string {
	if adapters, ok := a[namespace+"/"+name]; ok {
		return map[string]string{fleetv1.AnnotationAdapters: adapters}
	}
	return nil
}

// through sends a request through the facade up to the authenticator, and returns what became of the request there.
func through(t testing.TB, a *tenancy.Authenticator, r *http.Request) (*http.Request, int, string) {
	t.Helper()
	return throughDialect(t, sample{}, a, r)
}

// throughDialect is through, for a dialect.
func throughDialect(t testing.TB, dialect facade.Dialect, a *tenancy.Authenticator, r *http.Request) (*http.Request, int, string) {
	t.Helper()
	f, err := facade.New(expect.Clock(), dialect)
	if err != nil {
		t.Fatal(err)
	}
	var seen *http.Request
	w := httptest.NewRecorder()
	f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, err := requestinfo.Resolver{Default: &request.RequestInfoFactory{}}.NewRequestInfo(r)
		if err != nil {
			t.Fatal(err)
		}
		r = r.WithContext(request.WithRequestInfo(r.Context(), info))
		response, ok, err := a.AuthenticateRequest(r)
		if err != nil || !ok {
			http.Error(w, "who?", http.StatusUnauthorized)
			return
		}
		seen = r.WithContext(request.WithUser(r.Context(), response.User))
	})).ServeHTTP(w, r)
	return seen, w.Code, w.Body.String()
}
