package facade

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/legacyregistry"
)

// The labels hold names of dialects and patterns of routes, never what a client sent, so their number does not grow.
var (
	requests = metrics.NewCounterVec(&metrics.CounterOpts{
		Namespace: "slipway", Subsystem: "facade", Name: "requests_total",
		Help:           "Requests by dialect, method, route and HTTP status.",
		StabilityLevel: metrics.ALPHA,
	}, []string{"dialect", "method", "route", "code"})

	durations = metrics.NewHistogramVec(&metrics.HistogramOpts{
		Namespace: "slipway", Subsystem: "facade", Name: "request_duration_seconds",
		Help:           "How long requests took, streams left out, by dialect, method and route.",
		Buckets:        []float64{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60},
		StabilityLevel: metrics.ALPHA,
	}, []string{"dialect", "method", "route"})

	streams = metrics.NewGaugeVec(&metrics.GaugeOpts{
		Namespace: "slipway", Subsystem: "facade", Name: "streams",
		Help:           "How many streams of changes are open, by dialect.",
		StabilityLevel: metrics.ALPHA,
	}, []string{"dialect"})

	registerMetrics = sync.OnceFunc(func() {
		legacyregistry.MustRegister(requests, durations, streams)
	})
)

// unknown stands for a path that no dialect knows; other for a method that none knows.
const (
	unknown = "unknown"
	other   = "other"
)

// count records a request that was answered. Status 0 is that of an answer nobody wrote, which is 200.
func count(call *Call, method string, status int, took time.Duration) {
	route := call.Pattern()
	if !slices.Contains(methods, method) {
		method = other
	}
	if status == 0 {
		status = http.StatusOK
	}
	dialect := call.Dialect.Name()
	requests.WithLabelValues(dialect, method, route, strconv.Itoa(status)).Inc()
	if !call.Watch {
		durations.WithLabelValues(dialect, method, route).Observe(took.Seconds())
	}
}

// Pattern is the path of the request as metrics and spans show it: that of the route, never what a client sent.
func (c *Call) Pattern() string {
	switch {
	case c.Route == nil && c.Allow == nil:
		return unknown
	case c.pattern == "":
		return "/"
	}
	return c.pattern
}
