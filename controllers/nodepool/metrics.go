package nodepool

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// aggregationSeconds is how long the aggregation of one NodePool took.
var aggregationSeconds = prometheus.NewHistogram(prometheus.HistogramOpts{
	Namespace: "slipway", Subsystem: "nodepool", Name: "aggregation_duration_seconds",
	Help:    "How long the aggregation of one NodePool took.",
	Buckets: prometheus.ExponentialBuckets(0.000_01, 4, 8),
})

// pools counts the NodePools by state.
var pools = prometheus.NewDesc("slipway_nodepools",
	"How many NodePools there are, by state: Ready, Pending, Stalled or Deleting.",
	[]string{"state"}, nil)

func init() { metrics.Registry.MustRegister(aggregationSeconds) }

// registerMetrics adds what is counted from the cache. A second manager in one process, as in tests, leaves the first one's
// counter in place.
func registerMetrics(reader client.Reader) {
	_ = metrics.Registry.Register(census{reader: reader})
}

// census counts NodePools when it is scraped.
type census struct{ reader client.Reader }

// Describe tells what is counted.
func (census) Describe(ch chan<- *prometheus.Desc) { ch <- pools }

// Collect counts.
func (c census) Collect(ch chan<- prometheus.Metric) {
	var list fleetv1.NodePoolList
	if err := c.reader.List(context.Background(), &list, client.UnsafeDisableDeepCopy); err != nil {
		return // the cache has not started; there is nothing to count yet
	}
	counts := map[string]float64{}
	for i := range list.Items {
		counts[state(&list.Items[i])]++
	}
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(pools, prometheus.GaugeValue, n, state)
	}
}

func state(pool *fleetv1.NodePool) string {
	switch {
	case !pool.DeletionTimestamp.IsZero():
		return "Deleting"
	case conditions.IsTrueNow(pool, fleetv1.ConditionStalled):
		return "Stalled"
	case conditions.IsTrueNow(pool, fleetv1.ConditionReady):
		return "Ready"
	default:
		return "Pending"
	}
}
