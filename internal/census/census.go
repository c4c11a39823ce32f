package census

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// patience is how long a scrape waits for a cache that is being filled.
const patience = 5 * time.Second

// Gauge is a metric that a census tells.
type Gauge struct {
	// Name is the name of the metric after "slipway_".
	Name string
	// Help says what it is.
	Help string
	// Labels are the names of the labels.
	Labels []string
}

func (g *Gauge) desc() *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName("slipway", "", g.Name), g.Help, g.Labels, nil)
}

// Census is one look at the objects of a kind.
type Census struct {
	// Gauges are all the metrics that come of it.
	Gauges []*Gauge
	// Take goes through the objects once and tells the tally of each.
	Take func(ctx context.Context, reader client.Reader, tally *Tally) error
}

// Register makes the census part of what is scraped from the manager while it leads. A second manager in one process, as in
// tests, leaves the first one's census in place.
func (c Census) Register(mgr ctrl.Manager, now clock.PassiveClock) {
	_ = metrics.Registry.Register(c.Collector(Source{Reader: mgr.GetClient(), Clock: now, Leads: mgr.Elected()})) // AlreadyRegisteredError, see above
}

// Source is where a census is taken.
type Source struct {
	// Reader shows the objects.
	Reader client.Reader
	// Clock says until when ages are counted.
	Clock clock.PassiveClock
	// Leads is closed once there is something to tell.
	Leads <-chan struct{}
}

// Collector returns the metrics as taken from the source.
func (c Census) Collector(source Source) prometheus.Collector {
	return collector{census: c, source: source}
}

type collector struct {
	census Census
	source Source
}

// Describe tells what is told.
func (c collector) Describe(ch chan<- *prometheus.Desc) {
	for _, gauge := range c.census.Gauges {
		ch <- gauge.desc()
	}
}

// Collect takes the census. It tells nothing while there is nobody to tell it, and where the cache has not started.
func (c collector) Collect(ch chan<- prometheus.Metric) {
	select {
	case <-c.source.Leads:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tally := &Tally{now: c.source.Clock.Now(), samples: map[*Gauge]map[string]*sample{}}
	if err := c.census.Take(ctx, c.source.Reader, tally); err != nil {
		return
	}
	for _, gauge := range c.census.Gauges {
		desc := gauge.desc()
		for _, s := range tally.samples[gauge] {
			ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, s.value, s.labels...)
		}
	}
}
