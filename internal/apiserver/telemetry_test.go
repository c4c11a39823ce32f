package apiserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-logr/logr/funcr"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/component-base/metrics/legacyregistry"
	"k8s.io/klog/v2"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/testing/metricdoc"
	"github.com/slipway-dev/slipway/internal/testing/otlp"
)

func metricsOfThePage(t *testing.T) {
	page, err := metricdoc.Page("Of the facade")
	if err != nil {
		t.Fatal(err)
	}
	both, err := metricdoc.Page("Of both")
	if err != nil {
		t.Fatal(err)
	}
	registry, ok := legacyregistry.Registerer().(prometheus.Collector)
	if !ok {
		t.Fatal("the registry does not say what is in it")
	}
	registered, err := metricdoc.Registered(registry)
	if err != nil {
		t.Fatal(err)
	}
	for name := range both {
		delete(registered, name)
	}
	if differences := metricdoc.Compare(page, registered); len(differences) > 0 {
		t.Error(strings.Join(differences, "\n"))
	}
}

// followed follows one request.
func (c *callers) followed(t *testing.T) {
	const id, trace, span = "nightly/7#create", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	r := c.do(call{method: http.MethodPost, path: things, token: c.editor, header: http.Header{
		"X-Request-Id": {id}, "Traceparent": {"00-" + trace + "-" + span + "-01"},
	}})
	if r.status != http.StatusOK || r.header.Get("X-Request-Id") != id {
		t.Fatalf("status %d, headers %v: %s", r.status, r.header, r.body)
	}
	g := NewWithT(t)
	g.Eventually(func(g Gomega) {
		spans := c.collector.Spans()
		found := slices.IndexFunc(spans, func(s otlp.Span) bool { return s.Attributes["slipway.request_id"] == id })
		g.Expect(found).To(BeNumerically(">=", 0), "the request has a span")
		got := spans[found]
		g.Expect(got.Service).To(Equal("slipway-apiserver"))
		g.Expect(got.Attributes).To(SatisfyAll(
			HaveKeyWithValue("slipway.dialect", "tiny"), HaveKeyWithValue("http.route", "/v1/things"), HaveKeyWithValue("slipway.namespace", "team-b")))
		g.Expect(got.Links).To(ContainElement(trace), "the caller's trace is linked; nobody but an administrator may extend it")
		g.Expect(spans).To(ContainElement(HaveField("Parent", got.ID)), "the requests to the management cluster are spans below it")
	}, patience, "100ms").Should(Succeed())
	g.Expect(c.auditOf(id)).To(HaveLen(1), "the audit log says the id")
}

// auditOf returns the audit events of finished requests with an id.
func (w *world) auditOf(id string) []auditv1.Event {
	w.Helper()
	file, err := os.Open(filepath.Join(w.dir, "audit.log"))
	w.must(err)
	defer file.Close()
	var found []auditv1.Event
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var event auditv1.Event
		w.must(json.Unmarshal(lines.Bytes(), &event))
		if event.Stage == auditv1.StageResponseComplete && event.Annotations[fleetv1.AnnotationRequestID] == id {
			found = append(found, event)
		}
	}
	return found
}

// loud is a dialect whose handler logs.
type loud struct{ tiny }

func (l loud) Routes() []facade.Route {
	routes := l.tiny.Routes()
	for i := range routes {
		routes[i].Handler = func(_ http.ResponseWriter, r *http.Request) { klog.FromContext(r.Context()).Info("Working") }
	}
	return routes
}

func TestWritesLogTheirRequest(t *testing.T) {
	var log bytes.Buffer
	logger := funcr.NewJSON(func(line string) { log.WriteString(line + "\n") }, funcr.Options{})
	handler := chained(t, loud{}, filters{ending: t.Context(), synced: func() bool { return true }})
	r := httptest.NewRequestWithContext(klog.NewContext(t.Context(), logger), http.MethodPost, things, nil)
	r.Header.Set("X-Request-Id", "check-1")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	if recorder.Code != http.StatusOK || !strings.Contains(log.String(), `"requestID":"check-1"`) {
		t.Errorf("status %d, logged %s", recorder.Code, log.String())
	}
}
