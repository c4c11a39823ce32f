package tracing_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/slipway-dev/slipway/internal/testing/otlp"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// find returns the one span of a name.
func find(t *testing.T, spans []otlp.Span, name string) otlp.Span {
	t.Helper()
	var found []otlp.Span
	for _, span := range spans {
		if span.Name == name {
			found = append(found, span)
		}
	}
	if len(found) != 1 {
		t.Fatalf("there are %d spans %q among %+v", len(found), name, spans)
	}
	return found[0]
}

func TestAReconciliationAndItsRequestsAreOneTrace(t *testing.T) {
	before := otel.GetTracerProvider()
	t.Cleanup(func() { otel.SetTracerProvider(before) })
	receiver := otlp.Start(t)
	provider, err := tracing.Open(t.Context(), receiver.ConfigFile(t), "slipway-test")
	if err != nil {
		t.Fatal(err)
	}
	var told string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told = r.Header.Get("Traceparent") }))
	t.Cleanup(server.Close)
	config := &rest.Config{Host: server.URL}
	tracing.Outgoing(config, provider)
	outgoing, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	inner := reconcile.Func(func(ctx context.Context, _ reconcile.Request) (reconcile.Result, error) {
		ctx, end := tracing.Span(ctx, "part")
		defer end()
		trace.SpanFromContext(ctx).SetAttributes(attribute.String("slipway.part", "first"))
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			return reconcile.Result{}, err
		}
		answer, err := outgoing.Do(request)
		if err != nil {
			return reconcile.Result{}, err
		}
		return reconcile.Result{}, errors.Join(answer.Body.Close(), errors.New("it failed"))
	})
	request := reconcile.Request{NamespacedName: types.NamespacedName{Namespace: "ns", Name: "sample"}}
	if _, err := tracing.Reconciler("thing", inner).Reconcile(t.Context(), request); err == nil || err.Error() != "it failed" {
		t.Errorf("the error of the reconciliation is %v", err)
	}
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	spans := receiver.Spans()
	root, part, out := find(t, spans, "reconcile thing"), find(t, spans, "part"), find(t, spans, "HTTP GET")
	if root.Parent != "" || part.Parent != root.ID || out.Parent != part.ID || out.Trace != root.Trace {
		t.Errorf("the spans do not hang together: %+v", spans)
	}
	if root.Service != "slipway-test" || !root.Failed || root.Message != "it failed" || root.Attributes["slipway.request"] != "ns/sample" {
		t.Errorf("the reconciliation: %+v", root)
	}
	if part.Attributes["slipway.part"] != "first" {
		t.Errorf("the part: %+v", part)
	}
	if !strings.Contains(told, root.Trace) || !strings.Contains(told, out.ID) {
		t.Errorf("the receiver was told %q, want trace %s and span %s", told, root.Trace, out.ID)
	}
}

func TestWithoutAConfigurationNothingIsTraced(t *testing.T) {
	provider, err := tracing.Open(t.Context(), "", "slipway-test")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := tracing.Span(t.Context(), "part")
	end()
	if ctx != t.Context() || provider.On() || provider.Transport() != nil {
		t.Error("something is traced")
	}
	config := &rest.Config{}
	tracing.Outgoing(config, provider)
	if config.WrapTransport != nil {
		t.Error("requests are traced")
	}
	tracing.Close(t.Context(), provider)
}

func TestAWrongConfigurationIsRefused(t *testing.T) {
	const head = "apiVersion: apiserver.config.k8s.io/v1\nkind: TracingConfiguration\n"
	for name, tc := range map[string]struct{ text, want string }{
		"it must be a configuration of traces": {text: "kind: Nothing", want: "must be a TracingConfiguration of apiserver.config.k8s.io/v1"},
		"it must be there":                     {want: "no such file"},
		"it must have no unknown fields":       {text: head + "collector: x\n", want: "collector"},
		"a rate must be possible":              {text: head + "samplingRatePerMillion: -1\n", want: "samplingRatePerMillion"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "tracing.yaml")
			if tc.text != "" {
				if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := tracing.Open(t.Context(), file, "x"); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Open = %v, want an error about %s", err, tc.want)
			}
		})
	}
}
