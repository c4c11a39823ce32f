package apiserver

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

// chained is the whole chain around a dialect, where everybody is known and may do everything.
func chained(t testing.TB, dialect facade.Dialect, f filters) http.Handler {
	t.Helper()
	c := &Config{Generic: genericapiserver.NewConfig(codecs()), DefaultNamespace: "team-a"}
	c.Generic.Authentication.Authenticator = authenticator.RequestFunc(func(*http.Request) (*authenticator.Response, bool, error) {
		return &authenticator.Response{User: &user.DefaultInfo{Name: "jane"}}, true, nil
	})
	c.Generic.Authorization.Authorizer = authorizerfactory.NewAlwaysAllowAuthorizer()
	front, err := facade.New(clock.RealClock{}, dialect)
	if err != nil {
		t.Fatal(err)
	}
	c.identify(&backend{accounts: newAccounts(), index: hub.NewIndex(clock.RealClock{})})
	return front.Wrap(f.chain(http.HandlerFunc(front.Serve), c.Generic))
}

func TestStreamsEndWithTheServer(t *testing.T) {
	ending, end := context.WithCancel(t.Context())
	streaming := make(chan struct{}, 1)
	handler := chained(t, tiny{streaming: streaming}, filters{ending: ending, synced: func() bool { return true }})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/tiny/v1/things?watch=true", nil))
	}()
	<-streaming
	end()
	<-ended

	// What is no stream is not ended.
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, things, nil))
	if recorder.Code != http.StatusOK {
		t.Errorf("a request after the end of the streams: %d %s", recorder.Code, recorder.Body)
	}
}

// What the filters cost, beside the handler alone. Priority and fairness, and what a network costs, come on top.
func BenchmarkChain(b *testing.B) {
	dialect := tiny{}
	filtered := chained(b, dialect, filters{ending: b.Context(), synced: func() bool { return true }})
	for name, handler := range map[string]http.Handler{
		"handler alone": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, said{User: "jane"}) }),
		"whole chain":   filtered,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				recorder := httptest.NewRecorder()
				request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/api/tiny/v1/things/one", nil)
				handler.ServeHTTP(recorder, request)
				if recorder.Code != http.StatusOK {
					b.Fatalf("%d %s", recorder.Code, recorder.Body)
				}
			}
		})
	}
}
