package hub

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/component-base/metrics"
	"k8s.io/component-base/metrics/legacyregistry"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var (
	reportsIn = metrics.NewCounterVec(&metrics.CounterOpts{
		Namespace: "slipway", Subsystem: "facade", Name: "reports_total",
		Help: "Reports of adapters that came in, by the kind of their target and what became of them: Stored, Repeated (answered, not stored), " +
			"Dropped (of no use any more) or Failed.",
		StabilityLevel: metrics.ALPHA,
	}, []string{"kind", "outcome"})

	aggregationSeconds = metrics.NewHistogramVec(&metrics.HistogramOpts{
		Namespace: "slipway", Subsystem: "facade", Name: "report_aggregation_seconds",
		Help:           "How long it took from when a report came in until it was stored and the status of its target in line with it, by the kind of the target.",
		Buckets:        metrics.ExponentialBuckets(0.001, 2, 14),
		StabilityLevel: metrics.ALPHA,
	}, []string{"kind"})

	registerMetrics = sync.OnceFunc(func() { legacyregistry.MustRegister(reportsIn, aggregationSeconds) })
)

// What became of a report.
const (
	reportStored   = "Stored"
	reportRepeated = "Repeated"
	reportDropped  = "Dropped"
	reportFailed   = "Failed"
)

// outcome is what became of a report that was taken without an error.
func (h *hearing) outcome() string {
	switch {
	case h.written:
		return reportStored
	case h.stored != nil:
		return reportRepeated
	default:
		return reportDropped
	}
}

var (
	indexObjects = prometheus.NewDesc("slipway_facade_index_objects", "How many objects are in memory, by kind.", []string{"kind"}, nil)
	indexSynced  = prometheus.NewDesc("slipway_facade_index_synced",
		"Whether the memory is filled, so that requests are answered: 1 if so, else 0.", nil, nil)
)

// Metrics returns what is told about the index whenever it is scraped.
func (x *Index) Metrics() prometheus.Collector { return indexCollector{index: x} }

type indexCollector struct{ index *Index }

// Describe implements prometheus.Collector.
func (c indexCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- indexObjects
	ch <- indexSynced
}

// Collect implements prometheus.Collector.
func (c indexCollector) Collect(ch chan<- prometheus.Metric) {
	for kind, count := range c.index.counts() {
		ch <- prometheus.MustNewConstMetric(indexObjects, prometheus.GaugeValue, float64(count), kind)
	}
	synced := 0.0
	if c.index.Synced() {
		synced = 1
	}
	ch <- prometheus.MustNewConstMetric(indexSynced, prometheus.GaugeValue, synced)
}

// counts returns how many objects of each of our own kinds the watches have delivered.
func (x *Index) counts() map[string]int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return map[string]int{
		fleetv1.KindCluster: len(x.clusters.objects), fleetv1.KindNodePool: len(x.pools.objects), "AdapterStatus": len(x.reports.objects),
		fleetv1.KindAddon: len(x.addons.objects), fleetv1.KindAddonTemplate: len(x.templates.objects), "Operation": len(x.operations.objects),
		"Platform": len(x.platforms.objects),
	}
}
