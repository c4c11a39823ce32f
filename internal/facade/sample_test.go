package facade_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// sample is a dialect with routes of every sort.
type sample struct {
	name, base string
	routes     []facade.Route
}

func (s sample) Name() string           { return s.name }
func (s sample) Base() string           { return s.base }
func (s sample) Routes() []facade.Route { return s.routes }

// refused is how the sample renders a refusal.
type refused struct {
	Refused int          `json:"refused"`
	Cause   facade.Cause `json:"cause,omitempty"`
	Detail  string       `json:"detail,omitempty"`
}

func (s sample) Refuse(w http.ResponseWriter, _ *http.Request, refusal facade.Refusal) {
	w.Header().Set("Content-Type", "application/sample+json")
	if len(refusal.Allow) > 0 {
		w.Header().Set("Allow", strings.Join(refusal.Allow, ", "))
	}
	if refusal.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(refusal.RetryAfter))
	}
	w.WriteHeader(refusal.Status)
	_ = json.NewEncoder(w).Encode(refused{Refused: refusal.Status, Cause: refusal.Cause, Detail: refusal.Detail})
}

// answered is what the sample's handlers answer.
type answered struct {
	Path      string            `json:"path"`
	Route     string            `json:"route"`
	Variables map[string]string `json:"variables,omitempty"`
	Query     string            `json:"query,omitempty"`
}

func answer(w http.ResponseWriter, r *http.Request) {
	call := facade.From(r.Context())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answered{
		Path: call.Path, Route: call.Route.Method + " " + call.Route.Path, Variables: call.Variables, Query: r.URL.RawQuery,
	})
}

func clusters(method, path, verb string) facade.Route {
	return facade.Route{Method: method, Path: path, Verb: verb, Resource: "clusters", Handler: answer}
}

func newSample() sample {
	watched := clusters("GET", "/v1/clusters", "list")
	watched.Watch = true
	target := &facade.Target{Kind: fleetv1.KindCluster, Variable: "id", Named: true}
	one := clusters("GET", "/v1/clusters/{id}", "get")
	one.Target = target
	pool := &facade.Target{Kind: fleetv1.KindNodePool, Variable: "np", Cluster: "id", Named: true}
	return sample{name: "sample", base: "/api/sample", routes: []facade.Route{
		{Method: "GET", Path: "", Public: true, Handler: answer},
		{Method: "GET", Path: "/openapi", Public: true, Handler: answer},
		watched,
		clusters("POST", "/v1/clusters", "create"),
		one,
		{Method: "PATCH", Path: "/v1/clusters/{id}", Verb: "patch", Resource: "clusters", Target: target, Handler: answer},
		{Method: "DELETE", Path: "/v1/clusters/{id}", Verb: "delete", Resource: "clusters", Target: target, Handler: answer},
		{Method: "GET", Path: "/v1/clusters/special", Verb: "list", Resource: "clusters", Handler: answer},
		{Method: "GET", Path: "/v1/clusters/{id}/nodepools/{np}", Verb: "get", Resource: "nodepools", Target: pool, Handler: answer},
	}}
}

// newFacade makes a facade of the sample.
func newFacade(t testing.TB, handlers map[string]http.HandlerFunc) *facade.Facade {
	t.Helper()
	dialect := newSample()
	for i := range dialect.routes {
		if handler := handlers[dialect.routes[i].Method+" "+dialect.routes[i].Path]; handler != nil {
			dialect.routes[i].Handler = handler
		}
	}
	made, err := facade.New(expect.Clock(), dialect)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
