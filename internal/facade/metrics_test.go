package facade_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"k8s.io/component-base/metrics/legacyregistry"
	"k8s.io/component-base/metrics/testutil"
)

func TestRequestsAreCountedByRoute(t *testing.T) {
	server := serve(t, newFacade(t, nil), filters{})
	// Other tests of this package count too.
	legacyregistry.Reset()
	send := func(method, path string) {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/api/sample"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		do(t, r)
	}
	for i := range 100 {
		send(http.MethodGet, fmt.Sprintf("/v1/clusters/%d?search=%d", i, i))
		send(http.MethodGet, fmt.Sprintf("/v1/%d", i))
		send(fmt.Sprintf("METHOD%d", i), "/v1/clusters")
	}
	send(http.MethodPut, "/v1/clusters/a")
	send(http.MethodGet, "/")
	send(http.MethodGet, "/v1/clusters?watch=true")
	want := `# HELP slipway_facade_requests_total [ALPHA] Requests by dialect, method, route and HTTP status.
# TYPE slipway_facade_requests_total counter
slipway_facade_requests_total{code="200",dialect="sample",method="GET",route="/"} 1
slipway_facade_requests_total{code="200",dialect="sample",method="GET",route="/v1/clusters"} 1
slipway_facade_requests_total{code="200",dialect="sample",method="GET",route="/v1/clusters/{id}"} 100
slipway_facade_requests_total{code="404",dialect="sample",method="GET",route="unknown"} 100
slipway_facade_requests_total{code="405",dialect="sample",method="PUT",route="/v1/clusters/{id}"} 1
slipway_facade_requests_total{code="405",dialect="sample",method="other",route="/v1/clusters"} 100
`
	if err := testutil.GatherAndCompare(legacyregistry.DefaultGatherer, strings.NewReader(want), "slipway_facade_requests_total"); err != nil {
		t.Error(err)
	}
	families, err := legacyregistry.DefaultGatherer.Gather()
	if err != nil {
		t.Fatal(err)
	}
	series := map[string]uint64{}
	for _, family := range families {
		if family.GetName() == "slipway_facade_request_duration_seconds" {
			for _, metric := range family.GetMetric() {
				series[fmt.Sprint(metric.GetLabel())] = metric.GetHistogram().GetSampleCount()
			}
		}
	}
	// Streams are as long as somebody listens, so they are left out.
	if len(series) != 5 {
		t.Errorf("durations are kept for %v, want 5 series", series)
	}
}

func TestStreamsAreCountedWhileTheyAreOpen(t *testing.T) {
	open := func() string {
		families, err := legacyregistry.DefaultGatherer.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			if family.GetName() == "slipway_facade_streams" {
				return fmt.Sprint(family.GetMetric())
			}
		}
		return ""
	}
	var during string
	server := serve(t, newFacade(t, map[string]http.HandlerFunc{
		"GET /v1/clusters": func(http.ResponseWriter, *http.Request) { during = open() },
	}), filters{})
	get(t, server, "/api/sample/v1/clusters?watch=true")
	if !strings.Contains(during, `value:"sample"`) || !strings.Contains(during, "gauge:{value:1}") {
		t.Errorf("while a stream is open there are %s", during)
	}
	if after := open(); !strings.Contains(after, "gauge:{value:0}") {
		t.Errorf("afterwards there are %s", after)
	}
}
