package apiserver

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apiserver/pkg/audit"
	genericapifilters "k8s.io/apiserver/pkg/endpoints/filters"
	genericapiserver "k8s.io/apiserver/pkg/server"
	genericfilters "k8s.io/apiserver/pkg/server/filters"
	"k8s.io/apiserver/pkg/server/httplog"
	flowcontrolrequest "k8s.io/apiserver/pkg/util/flowcontrol/request"
	"k8s.io/klog/v2"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// filters are what the filters need that is not in the generic configuration.
type filters struct {
	// ending ends the streams.
	ending context.Context
	// synced tells when requests of dialects can be answered.
	synced func() bool
	// traced tells that tracing is configured.
	traced bool
}

// chain wraps the mux with the filters of k8s.io/apiserver that the facade has a use for. It is written out, instead of taken
// from DefaultBuildHandlerChain, because of what it leaves out:
//
//   - impersonation: the facade never impersonates anybody, and headers that ask for it are refused;
//   - the filter that answers 504 while the handler goes on: it costs a goroutine and a copy of each request, and the hub keeps
//     the deadline, which is in the request's context;
//   - trackers of latency by filter, warnings, CORS, HSTS, GOAWAY: nobody here records or sends any;
//   - tracing, unless it is configured: to trace nothing costs as much as authentication.
//
// The last filter named here is the first one a request meets.
//
// The facade wraps what this returns, so that all errors in it come out in the shape of the dialect that is spoken.
func (f filters) chain(handler http.Handler, c *genericapiserver.Config) http.Handler {
	handler = genericapifilters.WithAuthorization(handler, c.Authorization.Authorizer, c.Serializer)
	handler = withFlowControl(handler, c)
	handler = withRequestID(handler)
	handler = genericapifilters.WithAudit(handler, c.AuditBackend, c.AuditPolicyRuleEvaluator, c.LongRunningFunc)

	refused := genericapifilters.Unauthorized(c.Serializer)
	refused = genericapifilters.WithFailedAuthenticationAudit(refused, c.AuditBackend, c.AuditPolicyRuleEvaluator)
	if f.traced {
		// After authentication, so that only those who are known have a say in what is sampled.
		handler = genericapifilters.WithTracing(withSpanOfCall(handler), c.TracerProvider)
	}
	handler = genericapifilters.WithAuthentication(
		handler, c.Authentication.Authenticator, refused, c.Authentication.APIAudiences, c.Authentication.RequestHeaderConfig)

	handler = withMemory(handler, f.synced)
	handler = genericapifilters.WithRequestDeadline(
		handler, c.AuditBackend, c.AuditPolicyRuleEvaluator, c.LongRunningFunc, c.Serializer, c.RequestTimeout)
	handler = withStreamEnd(f.ending, handler, c.LongRunningFunc)
	handler = genericfilters.WithWaitGroup(handler, c.LongRunningFunc, c.NonLongRunningRequestWaitGroup)
	handler = genericapifilters.WithCacheControl(handler)
	handler = genericfilters.WithHTTPLogging(handler)
	handler = genericapifilters.WithRequestInfo(handler, c.RequestInfoResolver)
	handler = genericapifilters.WithRequestReceivedTimestamp(handler)
	handler = genericfilters.WithPanicRecovery(handler, c.RequestInfoResolver)
	return genericapifilters.WithAuditInit(handler)
}

// withSpanOfCall says in the span of a request what only the facade knows about it.
func withSpanOfCall(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if call, span := facade.From(r.Context()), trace.SpanFromContext(r.Context()); call != nil && span.IsRecording() {
			span.SetAttributes(attribute.String("slipway.dialect", call.Dialect.Name()), tracing.RequestID(call.RequestID),
				attribute.String("http.route", call.Pattern()), attribute.String("slipway.namespace", call.Caller.Namespace))
		}
		handler.ServeHTTP(w, r)
	})
}

// withRequestID says in the logs and in the audit log which request they are about, by the id that the client is answered.
func withRequestID(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		if call == nil {
			handler.ServeHTTP(w, r)
			return
		}
		ctx := r.Context()
		httplog.AddKeyValue(ctx, tracing.RequestIDKey, call.RequestID)
		audit.AddAuditAnnotation(ctx, fleetv1.AnnotationRequestID, call.RequestID)
		if r.Method != http.MethodGet {
			// Reads have nothing to say but to httplog.
			r = r.WithContext(klog.NewContext(ctx, klog.FromContext(ctx).WithValues(tracing.RequestIDKey, call.RequestID)))
		}
		handler.ServeHTTP(w, r)
	})
}

// withFlowControl holds back what is too much: by priority and fairness, or else by counting.
func withFlowControl(handler http.Handler, c *genericapiserver.Config) http.Handler {
	if c.FlowControl == nil {
		return genericfilters.WithMaxInFlightLimit(handler, c.MaxRequestsInFlight, c.MaxMutatingRequestsInFlight, c.LongRunningFunc)
	}
	estimator := flowcontrolrequest.NewWorkEstimator(c.StorageObjectCountTracker.Get, c.FlowControl.GetInterestedWatchCount,
		flowcontrolrequest.DefaultWorkEstimatorConfig(), c.FlowControl.GetMaxSeats)
	return genericfilters.WithPriorityAndFairness(handler, c.LongRunningFunc, c.FlowControl, estimator, c.RequestTimeout/4)
}
