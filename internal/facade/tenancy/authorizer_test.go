package tenancy_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	genericapifilters "k8s.io/apiserver/pkg/endpoints/filters"
	"k8s.io/apiserver/pkg/endpoints/request"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/requestinfo"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// rights allow what they list, as "verb resource namespace/name", where a missing name stands for all objects. They remember
// what they were asked.
type rights struct {
	allowed []string
	err     error
	asked   []string
}

func (r *rights) Authorize(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
	question := a.GetVerb() + " " + a.GetResource() + " " + a.GetNamespace() + "/" + a.GetName()
	if !a.IsResourceRequest() {
		question = a.GetVerb() + " " + a.GetPath()
	}
	r.asked = append(r.asked, question)
	if r.err != nil {
		return authorizer.DecisionNoOpinion, "", r.err
	}
	for _, allowed := range r.allowed {
		if allowed == question {
			return authorizer.DecisionAllow, "", nil
		}
	}
	return authorizer.DecisionNoOpinion, "a secret", nil
}

// server is the part of a server's chain that deals with identities and rights, as it is.
func server(t testing.TB, delegate *rights) http.Handler {
	t.Helper()
	return serverOf(t, sample{}, delegate)
}

// serverOf is server, for a dialect.
func serverOf(t testing.TB, dialect facade.Dialect, delegate *rights) http.Handler {
	t.Helper()
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, metav1.Unversioned)
	codecs := serializer.NewCodecFactory(scheme)
	f, err := facade.New(expect.Clock(), dialect)
	if err != nil {
		t.Fatal(err)
	}
	handler := http.Handler(http.HandlerFunc(f.Serve))
	handler = genericapifilters.WithAuthorization(handler, tenancy.Authorizer{Authorizer: authorizer.AuthorizerFunc(delegate.Authorize)}, codecs)
	handler = genericapifilters.WithAuthentication(handler, newAuthenticator(nil), genericapifilters.Unauthorized(codecs), nil, nil)
	return f.Wrap(genericapifilters.WithRequestInfo(handler, requestinfo.Resolver{Default: &request.RequestInfoFactory{}}))
}

func TestRights(t *testing.T) {
	const getAll, getOne = "get clusters mine/", "get clusters mine/one"
	const report, reportElsewhere = "create adapterstatuses mine/", "create adapterstatuses theirs/"
	denied := "403 NoRight "
	tests := map[string]struct {
		request, token, project string
		allowed                 []string
		err                     error
		status                  int
		body                    string
		asked                   []string
	}{
		"the right on all objects":   {request: "GET /clusters/1", token: "project", allowed: []string{getAll}, status: 200, asked: []string{getAll}},
		"the right on one object":    {request: "GET /clusters/1", token: "project", allowed: []string{getOne}, status: 200, asked: []string{getAll, getOne}},
		"the right on another":       {request: "GET /clusters/x", token: "project", allowed: []string{getOne}, status: 403, body: denied, asked: []string{getAll, "get clusters mine/x"}},
		"no right":                   {request: "DELETE /clusters/1", token: "project", allowed: []string{getAll}, status: 403, body: denied, asked: []string{"delete clusters mine/", "delete clusters mine/one"}},
		"no right in that namespace": {request: "GET /clusters", token: "project", project: "theirs", allowed: []string{"list clusters mine/"}, status: 403, body: denied, asked: []string{"list clusters theirs/"}},
		"a stream":                   {request: "GET /clusters?watch=true", token: "project", allowed: []string{"list clusters mine/"}, status: 403, body: denied, asked: []string{"watch clusters mine/"}},
		"what lies in no namespace":  {request: "GET /catalogue", token: "project", allowed: []string{"list addontemplates /"}, status: 200, asked: []string{"list addontemplates /"}},
		"a right in a namespace on what lies in none": {request: "GET /catalogue", token: "project", allowed: []string{"list addontemplates mine/"},
			status: 403, body: denied, asked: []string{"list addontemplates /"}},
		"no namespace":               {request: "GET /clusters", token: "jane", status: 403, body: "The identity belongs to no project; name one in the header X-Project-Id."},
		"rights that nobody knows":   {request: "GET /clusters", token: "project", err: errors.New("a secret"), status: 503, asked: []string{"list clusters mine/"}},
		"a public route":             {request: "GET /", status: 200},
		"an unknown path":            {request: "GET /x", token: "jane", status: 404},
		"an unknown path, nobody":    {request: "GET /x", status: 401},
		"an unknown method":          {request: "POST /clusters/1", token: "jane", status: 405},
		"a report, bound":            {request: "POST /clusters/1/statuses", token: "bound", status: 200},
		"a report, bound, elsewhere": {request: "POST /clusters/2/statuses", token: "bound", project: "theirs", status: 403, body: denied, asked: []string{reportElsewhere}},
		"a report, bound, elsewhere, with the right": {request: "POST /clusters/2/statuses", token: "bound", project: "theirs",
			allowed: []string{reportElsewhere}, status: 200, asked: []string{reportElsewhere}},
		"a report, bound, at home by the header": {request: "POST /clusters/1/statuses", token: "bound", project: "mine", status: 200},
		"a report, bound, without a namespace":   {request: "POST /clusters/1/statuses", token: "extra", status: 403, body: "The identity belongs to no project"},
		"a report, not bound":                    {request: "POST /clusters/1/statuses", token: "project", status: 403, body: denied, asked: []string{report}},
		"a report, not bound, with the right":    {request: "POST /clusters/1/statuses", token: "project", allowed: []string{report}, status: 200, asked: []string{report}},
		"something else, bound":                  {request: "GET /clusters/1", token: "bound", status: 403, body: denied, asked: []string{getAll, getOne}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			delegate := &rights{allowed: test.allowed, err: test.err}
			w := ask(t, server(t, delegate), test.request, test.token, test.project)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.body) || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, test.status, test.body)
			}
			if diff := cmp.Diff(test.asked, delegate.asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func ask(t testing.TB, handler http.Handler, line, token, project string) *httptest.ResponseRecorder {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	r := httptest.NewRequest(method, "/api/sample"+path, nil)
	r.Header.Set("X-Request-ID", "x")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if project != "" {
		r.Header.Set("X-Project-Id", project)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// TestForeignIsUnknown compares answers about what lies in another namespace with answers about what is nowhere.
func TestForeignIsUnknown(t *testing.T) {
	all := []string{"get clusters mine/", "delete clusters mine/", "create adapterstatuses mine/"}
	for name, allowed := range map[string][]string{"with all rights": all, "with rights on one object": {"get clusters mine/one"}, "without rights": nil} {
		for _, line := range []string{"GET /clusters/%", "DELETE /clusters/%", "POST /clusters/%/statuses", "PUT /clusters/%"} {
			t.Run(name+", "+line, func(t *testing.T) {
				answer := func(id, project string) string {
					w := ask(t, server(t, &rights{allowed: allowed}), strings.Replace(line, "%", id, 1), "project", project)
					var headers strings.Builder
					_ = w.Header().Write(&headers)
					return http.StatusText(w.Code) + "\n" + headers.String() + strings.ReplaceAll(w.Body.String(), "/"+id, "/ID")
				}
				if diff := cmp.Diff(answer("3", ""), answer("2", "")); diff != "" {
					t.Errorf("a foreign object differs from an unknown one: %s", diff)
				}
				if diff := cmp.Diff(answer("1", "nowhere"), answer("1", "theirs")); diff != "" {
					t.Errorf("a foreign namespace differs from one that does not exist: %s", diff)
				}
			})
		}
	}
}

// TestWhatIsForNoDialectIsTheServers holds that the decorators leave other requests alone.
func TestWhatIsForNoDialectIsTheServers(t *testing.T) {
	delegate := &rights{}
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Authorization", "Bearer jane")
	w := httptest.NewRecorder()
	server(t, delegate).ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), `"kind":"Status"`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if diff := cmp.Diff([]string{"get /metrics"}, delegate.asked); diff != "" {
		t.Error(diff)
	}
}
