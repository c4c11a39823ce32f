package target

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

var (
	// evaluated is how long the computation of a status took.
	evaluated = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "slipway", Subsystem: "aggregation", Name: "duration_seconds",
		Help:    "How long one aggregation took, the computation alone, by the kind of its target.",
		Buckets: prometheus.ExponentialBuckets(0.000_01, 4, 8),
	}, []string{"kind"})

	// aggregated is how long reports waited for the status of their target.
	aggregated = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "slipway", Subsystem: "report", Name: "aggregation_seconds",
		Help: "How long it took from when a report was seen until the status of its target was in line with it, by the kind of the target. " +
			"Reports whose writer brings the status in line are left out.",
		Buckets: prometheus.ExponentialBuckets(0.001, 2, 16),
	}, []string{"kind"})
)

func init() { metrics.Registry.MustRegister(evaluated, aggregated) }
