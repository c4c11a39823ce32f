package tracing

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// RequestIDKey is how logs name the id of a request to a REST dialect; attributeRequestID is how spans do.
const (
	RequestIDKey       = "requestID"
	attributeRequestID = "slipway.request_id"
)

// longestRequestID is how many bytes an id may have.
const longestRequestID = 128

// RequestID returns the attribute of a span that tells which request it is about.
func RequestID(id string) attribute.KeyValue { return attribute.String(attributeRequestID, id) }

// About returns a context whose logger, and span, say by which request to a REST dialect an object was last changed. Where there was
// none it returns the same context. Everybody who may change the object may write what it says, so what is no id is left out.
func About(ctx context.Context, object metav1.Object) context.Context {
	id := object.GetAnnotations()[fleetv1.AnnotationRequestID]
	if !IsRequestID(id) {
		return ctx
	}
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(RequestID(id))
	}
	return ctrl.LoggerInto(ctx, ctrl.LoggerFrom(ctx).WithValues(RequestIDKey, id))
}

// IsRequestID tells whether a text has the form of an id: 1 to 128 visible ASCII characters.
func IsRequestID(text string) bool {
	if text == "" || len(text) > longestRequestID {
		return false
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
