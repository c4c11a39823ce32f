package facade_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
)

// matched is what the router says about a request.
type matched struct {
	Route, Path string
	Variables   map[string]string
	Allow       []string
	Watch       bool
}

func match(t testing.TB, router *facade.Router, method, target string) *matched {
	t.Helper()
	u, err := url.ParseRequestURI(target)
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	call := router.Match(&http.Request{Method: method, URL: u})
	if call == nil {
		return nil
	}
	found := &matched{Path: call.Path, Variables: call.Variables, Allow: call.Allow, Watch: call.Watch}
	if call.Route != nil {
		found.Route = call.Route.Method + " " + call.Route.Path
	}
	return found
}

func TestMatch(t *testing.T) {
	const at = "/api/sample"
	tests := map[string]struct {
		method, target string
		want           *matched
	}{
		"the base":                              {"GET", at, &matched{Route: "GET ", Path: at}},
		"the base with a slash":                 {"GET", at + "/", &matched{Route: "GET ", Path: at}},
		"a list":                                {"GET", at + "/v1/clusters", &matched{Route: "GET /v1/clusters", Path: at + "/v1/clusters"}},
		"one trailing slash is ignored":         {"GET", at + "/v1/clusters/", &matched{Route: "GET /v1/clusters", Path: at + "/v1/clusters"}},
		"two trailing slashes are not":          {"GET", at + "/v1/clusters//", &matched{Path: at + "/v1/clusters/"}},
		"an empty segment":                      {"GET", at + "//v1/clusters", &matched{Path: at + "//v1/clusters"}},
		"empty segments in front":               {"GET", "//" + at + "/v1/clusters", &matched{Path: "//" + at + "/v1/clusters"}},
		"a dot segment":                         {"GET", at + "/v1/./clusters", &matched{Path: at + "/v1/./clusters"}},
		"a segment of two dots":                 {"GET", at + "/v1/x/../clusters", &matched{Path: at + "/v1/x/../clusters"}},
		"two dots that lead out":                {"GET", at + "/../../healthz", &matched{Path: at + "/../../healthz"}},
		"an escaped dot segment":                {"GET", at + "/v1/clusters/%2e%2E", &matched{Path: at + "/v1/clusters/.."}},
		"an escaped slash":                      {"GET", at + "/v1/clusters/a%2fb", &matched{Path: at + "/v1/clusters/a/b"}},
		"an escaped slash that would fit":       {"GET", at + "/v1%2Fclusters", &matched{Path: at + "/v1/clusters"}},
		"an escaped slash in the base":          {"GET", "/api%2Fsample/v1/clusters", &matched{Path: at + "/v1/clusters"}},
		"an escaped slash at the end":           {"GET", at + "/v1/clusters%2F", &matched{Path: at + "/v1/clusters"}},
		"a variable is decoded":                 {"GET", at + "/v1/clusters/a%20%C3%A4", &matched{Route: "GET /v1/clusters/{id}", Path: at + "/v1/clusters/a ä", Variables: map[string]string{"id": "a ä"}}},
		"a variable is decoded once":            {"GET", at + "/v1/clusters/a%252Fb", &matched{Route: "GET /v1/clusters/{id}", Path: at + "/v1/clusters/a%2Fb", Variables: map[string]string{"id": "a%2Fb"}}},
		"an escaped letter of a literal":        {"GET", at + "/v1/%63lusters", &matched{Route: "GET /v1/clusters", Path: at + "/v1/clusters"}},
		"a literal beats a variable":            {"GET", at + "/v1/clusters/special", &matched{Route: "GET /v1/clusters/special", Path: at + "/v1/clusters/special"}},
		"below what is a literal too":           {"GET", at + "/v1/clusters/special/nodepools/p", &matched{Route: "GET /v1/clusters/{id}/nodepools/{np}", Path: at + "/v1/clusters/special/nodepools/p", Variables: map[string]string{"id": "special", "np": "p"}}},
		"another method":                        {"PUT", at + "/v1/clusters/a", &matched{Path: at + "/v1/clusters/a", Variables: map[string]string{"id": "a"}, Allow: []string{"DELETE", "GET", "PATCH"}}},
		"HEAD is no GET":                        {"HEAD", at + "/v1/clusters", &matched{Path: at + "/v1/clusters", Allow: []string{"GET", "POST"}}},
		"a method is case sensitive":            {"get", at + "/v1/clusters", &matched{Path: at + "/v1/clusters", Allow: []string{"GET", "POST"}}},
		"an unknown path":                       {"GET", at + "/v1/other", &matched{Path: at + "/v1/other"}},
		"a path that is case sensitive":         {"GET", at + "/V1/clusters", &matched{Path: at + "/V1/clusters"}},
		"a path that goes on":                   {"GET", at + "/v1/clusters/a/nodepools/p/x", &matched{Path: at + "/v1/clusters/a/nodepools/p/x"}},
		"a path that ends early":                {"GET", at + "/v1", &matched{Path: at + "/v1"}},
		"a very deep path":                      {"GET", at + strings.Repeat("/x", 1000), &matched{Path: at + strings.Repeat("/x", 1000)}},
		"as an aggregated API":                  {"GET", facade.Aggregated + "/sample/v1/clusters/a", &matched{Route: "GET /v1/clusters/{id}", Path: at + "/v1/clusters/a", Variables: map[string]string{"id": "a"}}},
		"the base as an aggregated API":         {"GET", facade.Aggregated + "/sample/", &matched{Route: "GET ", Path: at}},
		"an aggregated path of nobody":          {"GET", facade.Aggregated + "/other", nil},
		"a path that only begins like the base": {"GET", at + "x/v1/clusters", nil},
		"another path":                          {"GET", "/healthz", nil},
		"a stream":                              {"GET", at + "/v1/clusters?watch=true", &matched{Route: "GET /v1/clusters", Path: at + "/v1/clusters", Watch: true}},
		"a stream, escaped":                     {"GET", at + "/v1/clusters?w%61tch=tru%65", &matched{Route: "GET /v1/clusters", Path: at + "/v1/clusters", Watch: true}},
		"the first watch counts":                {"GET", at + "/v1/clusters?watch=false&watch=true", &matched{Route: "GET /v1/clusters", Path: at + "/v1/clusters"}},
		"another parameter is true":             {"GET", at + "/v1/clusters?xwatch=true", &matched{Route: "GET /v1/clusters", Path: at + "/v1/clusters"}},
		"what cannot stream does not":           {"GET", at + "/v1/clusters/a?watch=true", &matched{Route: "GET /v1/clusters/{id}", Path: at + "/v1/clusters/a", Variables: map[string]string{"id": "a"}}},
	}
	router, err := facade.NewRouter(newSample())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, match(t, router, test.method, test.target)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRoutesThatAreRefused(t *testing.T) {
	get := func(path string) facade.Route { return clusters("GET", path, "get") }
	with := func(change func(*facade.Route)) []facade.Route {
		route := get("/a/{x}")
		change(&route)
		return []facade.Route{route}
	}
	tests := map[string]struct {
		routes []facade.Route
		base   string
		want   string
	}{
		"the same twice":                 {[]facade.Route{get("/a/{x}"), get("/a/{x}")}, "/b", "is given twice"},
		"one path with two names":        {[]facade.Route{get("/a/{x}"), clusters("PUT", "/a/{y}", "update")}, "/b", "with different variables"},
		"neither is the special case":    {[]facade.Route{get("/a/{x}/b"), get("/a/c/{x}")}, "/b", "neither is the special case"},
		"a trailing slash":               {[]facade.Route{get("/a/")}, "/b", "must consist of segments"},
		"an empty segment":               {[]facade.Route{get("/a//b")}, "/b", "must consist of segments"},
		"no leading slash":               {[]facade.Route{get("a")}, "/b", "must consist of segments"},
		"half a variable":                {[]facade.Route{get("/a{x}")}, "/b", "neither a literal nor a variable"},
		"a variable without a name":      {[]facade.Route{get("/{}")}, "/b", "neither a literal nor a variable"},
		"a variable twice":               {[]facade.Route{get("/{x}/{x}")}, "/b", "neither a literal nor a variable"},
		"HEAD":                           {[]facade.Route{clusters("HEAD", "/a", "get")}, "/b", "the method must be one of"},
		"no handler":                     {with(func(r *facade.Route) { r.Handler = nil }), "/b", "the handler is missing"},
		"no verb":                        {with(func(r *facade.Route) { r.Verb = "" }), "/b", "needs a verb and a resource"},
		"a target that is not there":     {with(func(r *facade.Route) { r.Target = &facade.Target{Variable: "y"} }), "/b", "the path has not"},
		"a POST that streams":            {with(func(r *facade.Route) { r.Method, r.Watch = "POST", true }), "/b", "only GET can stream"},
		"a base with a slash at the end": {[]facade.Route{get("/a")}, "/b/", "must begin with a slash"},
		"a base of another dialect":      {[]facade.Route{get("/a")}, "/api/sample", "belongs to dialect sample"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := facade.NewRouter(newSample(), sample{name: "b", base: test.base, routes: test.routes})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestADialectMayLieBelowAnother(t *testing.T) {
	below := sample{name: "below", base: "/api/sample/v1/clusters/special", routes: []facade.Route{clusters("GET", "/x", "get")}}
	router, err := facade.NewRouter(newSample(), below)
	if err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		"/api/sample/v1/clusters/special/x": "below", "/api/sample/v1/clusters/specials": "sample", "/api/sample/v1/clusters/special": "below",
	} {
		if got := router.Match(httptest.NewRequest(http.MethodGet, target, nil)).Dialect.Name(); got != want {
			t.Errorf("%s is for %s, want %s", target, got, want)
		}
	}
	want := []string{
		"/apis/rest.slipway.dev/v1alpha1/sample", "/apis/rest.slipway.dev/v1alpha1/below", "/api/sample/v1/clusters/special", "/api/sample",
	}
	got := router.Prefixes()
	for _, prefix := range want {
		if !strings.Contains(strings.Join(got, " ")+" ", prefix+" ") {
			t.Errorf("%s is missing in %v", prefix, got)
		}
	}
}

// root is a dialect at the root of the server.
func root() sample {
	return sample{name: "root", routes: []facade.Route{
		{Method: "GET", Path: "", Public: true, Handler: answer},
		{Method: "GET", Path: "/v1", Public: true, Handler: answer},
		clusters("GET", "/v1/clusters", "list"),
		clusters("GET", "/v2/{x}", "get"),
	}}
}

func TestADialectMayShareTheRoot(t *testing.T) {
	tests := map[string]struct {
		target string
		want   *matched
	}{
		"the root":                         {"/", &matched{Route: "GET "}},
		"the root twice":                   {"//", &matched{Path: "//"}},
		"a first segment":                  {"/v1", &matched{Route: "GET /v1", Path: "/v1"}},
		"a first segment with a slash":     {"/v1/", &matched{Route: "GET /v1", Path: "/v1"}},
		"below a first segment":            {"/v1/clusters", &matched{Route: "GET /v1/clusters", Path: "/v1/clusters"}},
		"a variable below a first segment": {"/v2/a", &matched{Route: "GET /v2/{x}", Path: "/v2/a", Variables: map[string]string{"x": "a"}}},
		"what no route is":                 {"/v1/other", &matched{Path: "/v1/other"}},
		"a first segment without a route":  {"/v2", &matched{Path: "/v2"}},
		"as an aggregated API":             {facade.Aggregated + "/root/v1/clusters", &matched{Route: "GET /v1/clusters", Path: "/v1/clusters"}},
		"the root as an aggregated API":    {facade.Aggregated + "/root", &matched{Route: "GET "}},
		"another dialect's base":           {"/api/sample", &matched{Route: "GET ", Path: "/api/sample"}},
		"a probe":                          {"/healthz", nil},
		"metrics":                          {"/metrics", nil},
		"the server's own document":        {"/openapi/v3", nil},
		"discovery":                        {"/apis", nil},
		"what only begins like a segment":  {"/v10/clusters", nil},
		"a probe after empty segments":     {"//healthz", nil},
	}
	router, err := facade.NewRouter(newSample(), root())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/"}, router.Exact()); diff != "" {
		t.Error(diff)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, match(t, router, "GET", test.target)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNobodyTakesTheWholeRoot(t *testing.T) {
	greedy := sample{name: "greedy", routes: []facade.Route{clusters("GET", "/{x}", "get")}}
	if _, err := facade.NewRouter(greedy); err == nil || !strings.Contains(err.Error(), "must be a literal") {
		t.Errorf("got error %v", err)
	}
	other := root()
	other.name = "other"
	if _, err := facade.NewRouter(root(), other); err == nil || !strings.Contains(err.Error(), "belongs to dialect root") {
		t.Errorf("got error %v", err)
	}
}

func FuzzMatch(f *testing.F) {
	for _, path := range []string{"/api/sample", "/api/sample/v1/clusters/a%2Fb", "/api/sample//", "/api/sample/v1/clusters/%2e%2e?watch=true", "/x"} {
		f.Add("GET", path)
	}
	router, err := facade.NewRouter(newSample())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		call := router.Match(&http.Request{Method: method, URL: u})
		if call == nil || call.Route == nil {
			return
		}
		if call.Route.Method != method {
			t.Errorf("%s %s takes a route of method %s", method, target, call.Route.Method)
		}
		if want := strings.Count(call.Route.Path, "{"); len(call.Variables) != want {
			t.Errorf("%s has %d variables, want %d", target, len(call.Variables), want)
		}
		path := call.Route.Path
		for name, value := range call.Variables {
			if value == "" || value == "." || value == ".." || strings.Contains(value, "/") {
				t.Errorf("%s: variable %s is %q", target, name, value)
			}
			path = strings.Replace(path, "{"+name+"}", value, 1)
		}
		if got := "/api/sample" + path; got != call.Path && !strings.ContainsAny(call.Path, "{}") {
			t.Errorf("%s is %s by its route and %s by the call", target, got, call.Path)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	router, err := facade.NewRouter(newSample())
	if err != nil {
		b.Fatal(err)
	}
	for name, target := range map[string]string{
		"list": "/api/sample/v1/clusters", "pool": "/api/sample/v1/clusters/a/nodepools/b", "nobody's": "/api/sample/v1/other",
		"aggregated": facade.Aggregated + "/sample/v1/clusters/a",
	} {
		b.Run(name, func(b *testing.B) {
			request := httptest.NewRequest(http.MethodGet, target, nil)
			b.ReportAllocs()
			for b.Loop() {
				router.Match(request)
			}
		})
	}
}
