package cluster

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// aggregationSeconds is how long the aggregation of one Cluster took.
var aggregationSeconds = prometheus.NewHistogram(prometheus.HistogramOpts{
	Namespace: "slipway", Subsystem: "cluster", Name: "aggregation_duration_seconds",
	Help:    "How long the aggregation of one Cluster took.",
	Buckets: prometheus.ExponentialBuckets(0.000_01, 4, 8),
})

// clusters counts the Clusters by Platform and state.
var clusters = prometheus.NewDesc("slipway_clusters",
	"How many Clusters there are, by Platform and state: Ready, Pending, Stalled or Deleting.",
	[]string{"platform", "state"}, nil)

func init() { metrics.Registry.MustRegister(aggregationSeconds) }

// registerMetrics adds what is counted from the cache. A second manager in one process, as in tests, leaves the first one's
// counter in place.
func registerMetrics(reader client.Reader) {
	_ = metrics.Registry.Register(census{reader: reader})
}

// census counts Clusters when it is scraped.
type census struct{ reader client.Reader }

// Describe tells what is counted.
func (census) Describe(ch chan<- *prometheus.Desc) { ch <- clusters }

// Collect counts.
func (c census) Collect(ch chan<- prometheus.Metric) {
	var list fleetv1.ClusterList
	if err := c.reader.List(context.Background(), &list, client.UnsafeDisableDeepCopy); err != nil {
		return // the cache has not started; there is nothing to count yet
	}
	type key struct{ platform, state string }
	counts := map[key]float64{}
	for i := range list.Items {
		counts[key{list.Items[i].Spec.PlatformName, state(&list.Items[i])}]++
	}
	for k, n := range counts {
		ch <- prometheus.MustNewConstMetric(clusters, prometheus.GaugeValue, n, k.platform, k.state)
	}
}

func state(cluster *fleetv1.Cluster) string {
	switch {
	case !cluster.DeletionTimestamp.IsZero():
		return "Deleting"
	case conditions.IsTrueNow(cluster, fleetv1.ConditionStalled):
		return "Stalled"
	case conditions.IsTrueNow(cluster, fleetv1.ConditionReady):
		return "Ready"
	default:
		return "Pending"
	}
}
