package otlp

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonv1 "go.opentelemetry.io/proto/otlp/common/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
)

// Span is a span as it was received.
type Span struct {
	// Service is what the process says that it is.
	Service string
	// Name is the span's.
	Name string
	// Trace, ID and Parent are hexadecimal; Parent is empty for the first span of a trace.
	Trace, ID, Parent string
	// Links are the traces that the span is linked to.
	Links []string
	// Attributes are those that are text or numbers.
	Attributes map[string]string
	// Failed tells that the span's status is an error, Message says which.
	Failed  bool
	Message string
}

// Receiver is a collector.
type Receiver struct {
	collector.UnimplementedTraceServiceServer

	address string
	mu      sync.Mutex
	spans   []Span
}

// Start starts a collector that ends with the test.
func Start(t testing.TB) *Receiver {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Receiver{address: listener.Addr().String()}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, r)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-done; err != nil {
			t.Error("the collector ended:", err)
		}
	})
	return r
}

// ConfigFile writes a configuration of traces that sends all of them here, and returns its path.
func (r *Receiver) ConfigFile(t testing.TB) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tracing.yaml")
	text := fmt.Sprintf("apiVersion: apiserver.config.k8s.io/v1\nkind: TracingConfiguration\nendpoint: %s\nsamplingRatePerMillion: 1000000\n", r.address)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// Spans returns all that was received.
func (r *Receiver) Spans() []Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Span(nil), r.spans...)
}

// Export implements the collector's service.
func (r *Receiver) Export(_ context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, resource := range request.GetResourceSpans() {
		service := attributes(resource.GetResource().GetAttributes())["service.name"]
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				r.spans = append(r.spans, received(service, span))
			}
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func received(service string, span *tracev1.Span) Span {
	got := Span{
		Service: service, Name: span.GetName(), Attributes: attributes(span.GetAttributes()),
		Trace: hex.EncodeToString(span.GetTraceId()), ID: hex.EncodeToString(span.GetSpanId()), Parent: hex.EncodeToString(span.GetParentSpanId()),
		Failed: span.GetStatus().GetCode() == tracev1.Status_STATUS_CODE_ERROR, Message: span.GetStatus().GetMessage(),
	}
	for _, link := range span.GetLinks() {
		got.Links = append(got.Links, hex.EncodeToString(link.GetTraceId()))
	}
	return got
}

func attributes(list []*commonv1.KeyValue) map[string]string {
	values := map[string]string{}
	for _, attribute := range list {
		switch value := attribute.GetValue().GetValue().(type) {
		case *commonv1.AnyValue_StringValue:
			values[attribute.GetKey()] = value.StringValue
		case *commonv1.AnyValue_IntValue:
			values[attribute.GetKey()] = fmt.Sprint(value.IntValue)
		}
	}
	return values
}
