package nks

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// FuzzRequests holds that whatever is sent is answered: with the headers of all answers, in JSON, and never as if the server were broken.
func FuzzRequests(f *testing.F) {
	for _, route := range (&Dialect{}).Routes() {
		f.Add(route.Method, expand(route.Path, "test-k8s"), "limit=1", `{"node_count":"2","version":"v1.27.3","enable":false}`, "container-infra 1.9", true)
	}
	f.Add("PATCH", "/v1/clusters/test-k8s", "", `[{"op":"replace","path":"/node_count","value":2}]`, "", false)
	f.Add("POST", "/v1/certificates", "", `{"cluster_uuid":"test-k8s","csr":"-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----"}`, "1.", false)
	f.Add("POST", "/v1/clusters", "", newClusterBody, "magnum latest, x 1.1", true)
	f.Add("POST", "/v1/clusters/test-k8s/nodegroups", "", newGroupBody, "magnum 2.1", false)
	// The dialect is made once, since its document is large; each request finds the hub as it was.
	swapped := &struct{ hub.FleetHub }{}
	handler := newServer(f, swapped, Options{})
	router, _ := newFacade(f, swapped, Options{})
	f.Fuzz(func(t *testing.T, method, path, query, body, version string, program bool) {
		h := newFakeHub()
		h.operations = []*fleetv1.Operation{newOperation(1)}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", io.NopCloser(strings.NewReader(body)))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set(headerVersion, version)
		if program {
			r.Header.Set("User-Agent", "gophercloud/v2.15.0")
		}
		if router.Match(r) == nil {
			return
		}
		swapped.FleetHub = h
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError || w.Header().Get(headerMaximum) == "" || w.Header().Get(headerRequestID) == "" {
			t.Errorf("%s %q?%q %q: answered %d %s", method, path, query, body, w.Code, w.Body)
		}
		if w.Code != http.StatusNoContent && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %q: answered %d %s", method, path, w.Code, w.Body)
		}
	})
}
