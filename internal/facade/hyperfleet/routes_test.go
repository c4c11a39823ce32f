package hyperfleet

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
)

func TestEveryoneMayKnowWhatThisIs(t *testing.T) {
	for path, want := range map[string]string{
		"":  `{"id":"hyperfleet","kind":"API","href":"/api/hyperfleet","version":"v1.2.3","build_time":"2026-01-01T00:00:00Z"}`,
		"/": `{"id":"hyperfleet","kind":"API","href":"/api/hyperfleet","version":"v1.2.3","build_time":"2026-01-01T00:00:00Z"}`,
	} {
		w := httptest.NewRecorder()
		server(t, newFakeHub()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/hyperfleet"+path, nil))
		if w.Code != http.StatusOK || w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/api/hyperfleet/openapi", "/api/hyperfleet/v1/openapi", "/apis/rest.slipway.dev/v1alpha1/hyperfleet/v1/openapi"} {
		w := httptest.NewRecorder()
		server(t, newFakeHub()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		var document struct{ Openapi string }
		if err := json.Unmarshal(w.Body.Bytes(), &document); err != nil || document.Openapi != "3.0.3" || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v %d %v %.80s", path, err, w.Code, w.Header(), w.Body)
		}
	}
}

// The rights of the contract, row by row.
func TestRoutesNeedRights(t *testing.T) {
	want := []string{
		"DELETE /v1/clusters/{cluster_id} delete clusters of Cluster by name",
		"DELETE /v1/clusters/{cluster_id}/nodepools/{nodepool_id} delete nodepools of NodePool by name",
		"DELETE /v1/nodepools/{nodepool_id} delete nodepools of NodePool by name",
		"GET  public",
		"GET /openapi public",
		"GET /openapi.html public",
		"GET /openapi/assets/{file} public",
		"GET /v1/clusters list clusters or watch",
		"GET /v1/clusters/{cluster_id} get clusters of Cluster by name",
		"GET /v1/clusters/{cluster_id}/nodepools list nodepools or watch of Cluster",
		"GET /v1/clusters/{cluster_id}/nodepools/{nodepool_id} get nodepools of NodePool by name",
		"GET /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/statuses list adapterstatuses of NodePool",
		"GET /v1/clusters/{cluster_id}/statuses list adapterstatuses of Cluster",
		"GET /v1/nodepools list nodepools or watch",
		"GET /v1/nodepools/{nodepool_id} get nodepools of NodePool by name",
		"GET /v1/nodepools/{nodepool_id}/statuses list adapterstatuses of NodePool",
		"GET /v1/openapi public",
		"GET /v1/openapi.html public",
		"GET /v1/openapi/assets/{file} public",
		"PATCH /v1/clusters/{cluster_id} patch clusters of Cluster by name",
		"PATCH /v1/clusters/{cluster_id}/nodepools/{nodepool_id} patch nodepools of NodePool by name",
		"PATCH /v1/nodepools/{nodepool_id} patch nodepools of NodePool by name",
		"POST /v1/clusters create clusters",
		"POST /v1/clusters/{cluster_id}/force-delete create clusters/force-delete of Cluster by name",
		"POST /v1/clusters/{cluster_id}/nodepools create nodepools of Cluster",
		"POST /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/force-delete create nodepools/force-delete of NodePool by name",
		"POST /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
		"POST /v1/clusters/{cluster_id}/statuses create adapterstatuses of Cluster",
		"POST /v1/nodepools/{nodepool_id}/force-delete create nodepools/force-delete of NodePool by name",
		"POST /v1/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
		"PUT /v1/clusters/{cluster_id}/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
		"PUT /v1/clusters/{cluster_id}/statuses create adapterstatuses of Cluster",
		"PUT /v1/nodepools/{nodepool_id}/statuses create adapterstatuses of NodePool",
	}
	var got []string
	for _, route := range newDialect(t, nil).Routes() {
		row := route.Method + " " + route.Path + " " + describe(route)
		got = append(got, row)
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func describe(route facade.Route) string {
	if route.Public {
		return "public"
	}
	text := route.Verb + " " + route.Resource
	if route.Subresource != "" {
		text += "/" + route.Subresource
	}
	if route.Watch {
		text += " or watch"
	}
	if route.Target != nil {
		text += " of " + route.Target.Kind
	}
	if route.Target != nil && route.Target.Named {
		text += " by name"
	}
	return text
}

func TestUnknownMethodsAreToldTheKnownOnes(t *testing.T) {
	for path, want := range map[string]string{
		clusters: "GET, POST", one: "DELETE, GET, PATCH", "/nodepools": "GET", pools: "GET, POST", pool: "DELETE, GET, PATCH", flat: "DELETE, GET, PATCH",
		one + "/statuses": "GET, POST, PUT", flat + "/force-delete": "POST", "/openapi": "GET",
	} {
		w := ask(t, newFakeHub(), http.MethodOptions, path, "")
		if got := w.Header().Get("Allow"); w.Code != http.StatusMethodNotAllowed || got != want {
			t.Errorf("%s: want %s, got %d %s", path, want, w.Code, got)
		}
	}
}

// The document describes exactly what is served.
func TestDocumentHasTheRoutes(t *testing.T) {
	d := newDialect(t, nil)
	var document struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(d.document.json, &document); err != nil {
		t.Fatal(err)
	}
	var documented, served []string
	for path, operations := range document.Paths {
		for _, method := range slices.Collect(maps.Keys(operations)) {
			if method != "parameters" {
				documented = append(documented, strings.ToUpper(method)+" "+path)
			}
		}
	}
	for _, route := range d.Routes() {
		// The document stands at two places and tells of one; what its page consists of concerns nobody.
		if !strings.HasPrefix(route.Path, "/openapi") && !strings.Contains(route.Path, "/assets/") {
			served = append(served, route.Method+" "+base+route.Path)
		}
	}
	slices.Sort(documented)
	slices.Sort(served)
	if diff := cmp.Diff(documented, served); diff != "" {
		t.Errorf("-documented +served:\n%s", diff)
	}
}
