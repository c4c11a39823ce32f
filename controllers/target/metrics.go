package target

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// AggregationSeconds returns how long the aggregation of one target of the kind took, as a registered metric.
func AggregationSeconds(kind string) prometheus.Histogram {
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "slipway", Subsystem: strings.ToLower(kind), Name: "aggregation_duration_seconds",
		Help:    "How long the aggregation of one " + kind + " took.",
		Buckets: prometheus.ExponentialBuckets(0.000_01, 4, 8),
	})
	metrics.Registry.MustRegister(histogram)
	return histogram
}

// State returns the word by which a target is counted.
func State(object Object) string {
	switch {
	case !object.GetDeletionTimestamp().IsZero():
		return "Deleting"
	case conditions.IsTrueNow(object, fleetv1.ConditionStalled):
		return "Stalled"
	case conditions.IsTrueNow(object, fleetv1.ConditionReady):
		return "Ready"
	default:
		return "Pending"
	}
}
