package tracing

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Reconciler makes a span of each reconciliation of a controller: "reconcile <name>", with what was asked for, and the error.
func Reconciler[R comparable](name string, inner reconcile.TypedReconciler[R]) reconcile.TypedReconciler[R] {
	return reconcile.TypedFunc[R](func(ctx context.Context, request R) (reconcile.Result, error) {
		ctx, span := otel.Tracer(scope).Start(ctx, "reconcile "+name)
		defer span.End()
		if !span.IsRecording() {
			return inner.Reconcile(ctx, request)
		}
		span.SetAttributes(attribute.String("slipway.request", fmt.Sprint(request)))
		result, err := inner.Reconcile(ctx, request)
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
		}
		return result, err
	})
}

// Span makes a span of a part of something, if that is traced. The function it returns ends it.
func Span(ctx context.Context, name string) (context.Context, func()) {
	parent := trace.SpanFromContext(ctx)
	if !parent.IsRecording() {
		return ctx, func() {}
	}
	ctx, span := parent.TracerProvider().Tracer(scope).Start(ctx, name)
	return ctx, func() { span.End() }
}
