package census

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// Census is a metric that tells how many objects there are, by labels.
type Census struct {
	// Name is the name of the metric after "slipway_".
	Name string
	// Help says what is counted.
	Help string
	// Labels are the names of the labels.
	Labels []string
	// Count calls one once for each object, with the values of the labels in the order of their names.
	Count func(ctx context.Context, reader client.Reader, one func(values ...string)) error
}

// Register makes the metric part of what is scraped. A second manager in one process, as in tests, leaves the first one's
// counter in place.
func (c Census) Register(reader client.Reader) {
	_ = metrics.Registry.Register(c.Collector(reader)) // AlreadyRegisteredError, see above
}

// Collector returns the metric as counted from the reader.
func (c Census) Collector(reader client.Reader) prometheus.Collector {
	return collector{census: c, reader: reader}
}

type collector struct {
	census Census
	reader client.Reader
}

// Describe tells what is counted.
func (c collector) Describe(ch chan<- *prometheus.Desc) { c.none().Describe(ch) }

// Collect counts.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	counts := c.none()
	one := func(values ...string) { counts.WithLabelValues(values...).Inc() }
	if err := c.census.Count(context.Background(), c.reader, one); err != nil {
		return // the cache has not started; there is nothing to count yet
	}
	counts.Collect(ch)
}

// none returns the metric before anything was counted.
func (c collector) none() *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(
		prometheus.GaugeOpts{Namespace: "slipway", Name: c.census.Name, Help: c.census.Help}, c.census.Labels)
}
