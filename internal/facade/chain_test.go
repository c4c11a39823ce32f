package facade_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	genericapifilters "k8s.io/apiserver/pkg/endpoints/filters"
	"k8s.io/apiserver/pkg/endpoints/request"
	genericfilters "k8s.io/apiserver/pkg/server/filters"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/requestinfo"
)

// filters are the parts of a server's chain that a test may want to misbehave.
type filters struct {
	authenticate authenticator.RequestFunc
	authorize    authorizer.AuthorizerFunc
	inFlight     int
	timeout      time.Duration
	// untimed leaves out the filter that answers 504. It takes the end of a connection's reading side for a timeout, and
	// our own server has no use for it.
	untimed bool
}

// serve starts a server whose chain is made of the filters of k8s.io/apiserver, as they are.
func serve(t testing.TB, f *facade.Facade, with filters) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(chain(f, with))
	t.Cleanup(server.Close)
	return server
}

// startServer serves a handler and returns where.
func startServer(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func chain(f *facade.Facade, with filters) http.Handler {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, metav1.Unversioned)
	codecs := serializer.NewCodecFactory(scheme)
	if with.authenticate == nil {
		with.authenticate = func(*http.Request) (*authenticator.Response, bool, error) {
			return &authenticator.Response{User: &user.DefaultInfo{Name: "jane"}}, true, nil
		}
	}
	if with.authorize == nil {
		with.authorize = func(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
			return authorizer.DecisionAllow, "", nil
		}
	}
	if with.timeout == 0 {
		with.timeout = time.Minute
	}
	long := genericfilters.BasicLongRunningRequestCheck(sets.NewString("watch"), sets.NewString())
	resolver := requestinfo.Resolver{Default: &request.RequestInfoFactory{}}
	mux := http.NewServeMux()
	mux.Handle("/", http.NotFoundHandler())
	handler := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/sample") {
			f.Serve(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	handler = genericapifilters.WithAuthorization(handler, with.authorize, codecs)
	if with.inFlight > 0 {
		handler = genericfilters.WithMaxInFlightLimit(handler, with.inFlight, with.inFlight, long)
	}
	handler = genericapifilters.WithAuthentication(handler, with.authenticate, genericapifilters.Unauthorized(codecs), nil, nil)
	if !with.untimed {
		handler = genericfilters.WithTimeoutForNonLongRunningRequests(handler, long)
	}
	handler = genericapifilters.WithRequestDeadline(handler, nil, nil, long, codecs, with.timeout)
	handler = genericapifilters.WithCacheControl(handler)
	handler = genericfilters.WithHTTPLogging(handler)
	handler = genericapifilters.WithRequestInfo(handler, resolver)
	handler = genericapifilters.WithRequestReceivedTimestamp(handler)
	handler = genericfilters.WithPanicRecovery(handler, resolver)
	return f.Wrap(genericapifilters.WithAuditInit(handler))
}

// got is what a client gets.
type got struct {
	status int
	header http.Header
	body   string
	// closed tells that the server ends the connection.
	closed bool
}

func get(t testing.TB, server *httptest.Server, path string, headers ...string) got {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return do(t, r)
}

func do(t testing.TB, r *http.Request) got {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(r)
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

func (g got) refused(t testing.TB) refused {
	t.Helper()
	if contentType := g.header.Get("Content-Type"); contentType != "application/sample+json" {
		t.Errorf("the answer is of type %q: %d %s", contentType, g.status, g.body)
	}
	var r refused
	if err := json.Unmarshal([]byte(g.body), &r); err != nil {
		t.Errorf("%v in %q", err, g.body)
	}
	if r.Refused != g.status {
		t.Errorf("the status is %d and in the body %d", g.status, r.Refused)
	}
	return r
}

func TestErrorsOfFiltersSpeakTheDialect(t *testing.T) {
	late := make(chan struct{})
	defer close(late)
	handlers := map[string]http.HandlerFunc{
		"GET /v1/clusters/special": func(http.ResponseWriter, *http.Request) { panic("a bug with a secret") },
		"GET /openapi": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/late")
			<-late
			_, _ = io.WriteString(w, "too late")
		},
	}
	deny := func(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
		return authorizer.DecisionDeny, "because of a secret", nil
	}
	tests := map[string]struct {
		with       filters
		path       string
		want       refused
		wantHeader map[string]string
	}{
		"nobody": {
			with:       filters{authenticate: func(*http.Request) (*authenticator.Response, bool, error) { return nil, false, nil }},
			path:       "/api/sample/v1/clusters",
			want:       refused{Refused: 401, Cause: facade.NoCredentials},
			wantHeader: map[string]string{"WWW-Authenticate": "Bearer"},
		},
		"a cause that was told": {
			with: filters{authenticate: func(r *http.Request) (*authenticator.Response, bool, error) {
				facade.From(r.Context()).Because(facade.Refusal{Status: 503, Cause: "X", Detail: "told"})
				return nil, false, errors.New("a secret")
			}},
			path: "/api/sample/v1/clusters",
			want: refused{Refused: 503, Cause: "X", Detail: "told"},
		},
		"no right": {with: filters{authorize: deny}, path: "/api/sample/v1/clusters", want: refused{Refused: 403, Cause: facade.NoRight}},
		"the right is unknown": {
			with: filters{authorize: func(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
				return authorizer.DecisionNoOpinion, "", errors.New("a secret")
			}},
			path: "/api/sample/v1/clusters", want: refused{Refused: 500},
		},
		"a panic":       {path: "/api/sample/v1/clusters/special", want: refused{Refused: 500}},
		"took too long": {with: filters{timeout: 50 * time.Millisecond}, path: "/api/sample/openapi", want: refused{Refused: 504}},
		"no such path":  {path: "/api/sample/v2", want: refused{Refused: 404, Cause: facade.NoRoute}},
		"two slashes":   {path: "/api/sample//v1/clusters", want: refused{Refused: 404, Cause: facade.NoRoute}},
		"no such method": {
			path: "/api/sample/v1/clusters/a/nodepools/b?method=POST", want: refused{Refused: 405, Cause: facade.NoMethod},
			wantHeader: map[string]string{"Allow": "GET"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := serve(t, newFacade(t, handlers), test.with)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(test.path, "method=POST") {
				r.Method = http.MethodPost
			}
			answer := do(t, r)
			if diff := cmp.Diff(test.want, answer.refused(t)); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(answer.body, "secret") || strings.Count(answer.body, "\n") != 1 {
				t.Errorf("the body holds more than the refusal: %s", answer.body)
			}
			if answer.header.Get("X-Request-ID") == "" {
				t.Error("X-Request-ID is missing")
			}
			for name, value := range test.wantHeader {
				if answer.header.Get(name) != value {
					t.Errorf("%s is %q, want %q", name, answer.header.Get(name), value)
				}
			}
		})
	}
}

func TestTooManyRequests(t *testing.T) {
	arrived, leave := make(chan struct{}), make(chan struct{})
	server := serve(t, newFacade(t, map[string]http.HandlerFunc{
		"GET /v1/clusters": func(w http.ResponseWriter, _ *http.Request) {
			close(arrived)
			<-leave
			w.WriteHeader(http.StatusNoContent)
		},
	}), filters{inFlight: 1})
	first := make(chan got, 1)
	go func() { first <- get(t, server, "/api/sample/v1/clusters") }()
	<-arrived
	second := get(t, server, "/api/sample/v1/clusters/a")
	close(leave)
	if diff := cmp.Diff(refused{Refused: 429}, second.refused(t)); diff != "" {
		t.Error(diff)
	}
	if second.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q, want 1", second.header.Get("Retry-After"))
	}
	if answer := <-first; answer.status != http.StatusNoContent {
		t.Errorf("the first request is answered %d, want 204", answer.status)
	}
}

func TestAnswersOfHandlersPassAsTheyAre(t *testing.T) {
	server := serve(t, newFacade(t, map[string]http.HandlerFunc{
		"GET /v1/clusters": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/mine")
			w.Header().Set("X-Content-Type-Options", "mine")
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, "mine")
		},
		"GET /v1/clusters/{id}": func(http.ResponseWriter, *http.Request) {},
	}), filters{})
	answer := get(t, server, "/api/sample/v1/clusters")
	if answer.status != http.StatusTeapot || answer.body != "mine" || answer.header.Get("Content-Type") != "text/mine" || answer.header.Get("X-Content-Type-Options") != "mine" {
		t.Errorf("got %+v", answer)
	}
	for name := range answer.header {
		if strings.HasPrefix(name, ":") {
			t.Errorf("header %q was sent", name)
		}
	}
	if answer := get(t, server, "/api/sample/v1/clusters/a"); answer.status != http.StatusOK || answer.body != "" {
		t.Errorf("a handler that writes nothing: got %+v", answer)
	}
	if answer := get(t, server, "/healthz"); answer.status != http.StatusNotFound || answer.header.Get("X-Request-ID") != "" {
		t.Errorf("a path of no dialect: got %+v", answer)
	}
}

// TestNothingComesAfterAnAnswer holds that the error of a filter is not taken for the rest of an answer that had begun.
func TestNothingComesAfterAnAnswer(t *testing.T) {
	f := newFacade(t, map[string]http.HandlerFunc{"GET /v1/clusters": func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
	}})
	server := httptest.NewServer(f.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.Serve(w, r)
		http.Error(w, "This request caused a panic.", http.StatusInternalServerError)
	})))
	defer server.Close()
	response, err := http.Get(server.URL + "/api/sample/v1/clusters")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil || string(body) != "half" {
		t.Errorf("got %q and error %v, want half of the answer and an error", body, err)
	}
}

func TestAnAnswerThatBrokeOffIsCutOff(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"a panic": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic("a bug")
		},
		"a timeout": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := serve(t, newFacade(t, map[string]http.HandlerFunc{"GET /v1/clusters": handler}), filters{timeout: 50 * time.Millisecond})
			response, err := http.Get(server.URL + "/api/sample/v1/clusters")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err == nil || string(body) != "half" {
				t.Errorf("got %q and error %v, want half of the answer and an error", body, err)
			}
		})
	}
}

func TestStreamsAreFlushedAndOutliveTheTimeout(t *testing.T) {
	next := make(chan string)
	server := serve(t, newFacade(t, map[string]http.HandlerFunc{
		"GET /v1/clusters": func(w http.ResponseWriter, r *http.Request) {
			if !facade.From(r.Context()).Watch {
				t.Error("the call is no watch")
			}
			for line := range next {
				_, _ = io.WriteString(w, line+"\n")
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
			}
		},
		"GET /v1/clusters/{id}": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	}), filters{timeout: 20 * time.Millisecond})
	go func() { next <- "first" }()
	response, err := http.Get(server.URL + "/api/sample/v1/clusters?watch=true")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewReader(response.Body)
	for _, want := range []string{"first", "second"} {
		line, err := lines.ReadString('\n')
		if err != nil || line != want+"\n" {
			t.Fatalf("got %q and error %v, want %q", line, err, want)
		}
		if want == "first" {
			// A request that is no stream and begins now is cut off before the stream goes on.
			if answer := get(t, server, "/api/sample/v1/clusters/a"); answer.status != http.StatusGatewayTimeout {
				t.Errorf("a slow request is answered %d, want 504", answer.status)
			}
			next <- "second"
		}
	}
	close(next)
}

func TestTheTimeoutOfCallersIsIgnored(t *testing.T) {
	server := serve(t, newFacade(t, nil), filters{})
	for query, want := range map[string]string{
		"timeout=nonsense": "", "a=1&timeout=1ns&b=%20": "a=1&b=%20", "time%6fut=x&timeouts=2": "timeouts=2", "timeout": "", "a=timeout": "a=timeout",
		"%zz=1&timeout=x": "%zz=1",
	} {
		answer := get(t, server, "/api/sample/v1/clusters?"+query)
		var seen answered
		if err := json.Unmarshal([]byte(answer.body), &seen); err != nil || answer.status != http.StatusOK {
			t.Errorf("%s: got %d %s", query, answer.status, answer.body)
		}
		if seen.Query != want {
			t.Errorf("%s: the handler sees %q, want %q", query, seen.Query, want)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	server := serve(t, newFacade(t, nil), filters{})
	for name, test := range map[string]struct {
		id   string
		kept bool
	}{
		"one character":         {"x", true},
		"all that is visible":   {"!~{}\"'<>%00", true},
		"128 characters":        {strings.Repeat("x", 128), true},
		"129 characters":        {strings.Repeat("x", 129), false},
		"with a space":          {"a b", false},
		"with a letter of more": {"ä", false},
		"empty":                 {"", false},
	} {
		t.Run(name, func(t *testing.T) {
			answer := get(t, server, "/api/sample/v1/clusters", "x-request-id", test.id)
			if ids := answer.header.Values("X-Request-ID"); len(ids) != 1 || (ids[0] == test.id) != test.kept || ids[0] == "" {
				t.Errorf("got %q", ids)
			}
		})
	}
}

func BenchmarkWrap(b *testing.B) {
	f := newFacade(b, map[string]http.HandlerFunc{
		"GET /v1/clusters/{id}": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	})
	handler := f.Wrap(http.HandlerFunc(f.Serve))
	r := httptest.NewRequest(http.MethodGet, "/api/sample/v1/clusters/a", nil)
	r.Header.Set("X-Request-ID", "x")
	w := discard{}
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, r)
	}
}

// discard is an answer for nobody.
type discard http.Header

func (d discard) Header() http.Header         { return http.Header(d) }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
