package addon

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// abandonedTotal counts releases that were given up without being uninstalled.
var abandonedTotal = prometheus.NewCounter(prometheus.CounterOpts{
	Namespace: "slipway", Subsystem: "addon", Name: "releases_abandoned_total",
	Help: "How many releases were given up without being uninstalled, because their cluster was gone or did not answer.",
})

// deployedTotal counts deployments by template.
var deployedTotal = prometheus.NewCounterVec(prometheus.CounterOpts{
	Namespace: "slipway", Subsystem: "addon", Name: "deployed_total",
	Help: "How many times an add-on became ready, by template.",
}, []string{"template"})

// addons counts the Addons by template and reason.
var addons = prometheus.NewDesc("slipway_addons",
	"How many Addons there are, by template and the reason of their Ready condition.",
	[]string{"template", "reason"}, nil)

func init() { metrics.Registry.MustRegister(abandonedTotal, deployedTotal) }

// countTransitions counts what a change of the status tells.
func countTransitions(before, after *fleetv1.Addon) {
	if conditions.IsTrueNow(after, fleetv1.ConditionReady) && !conditions.IsTrue(before, fleetv1.ConditionReady) {
		deployedTotal.WithLabelValues(after.Spec.TemplateName).Inc()
	}
}

// registerMetrics adds what is counted from the cache. A second manager in one process, as in tests, leaves the first one's
// counter in place.
func registerMetrics(reader client.Reader) {
	_ = metrics.Registry.Register(census{reader: reader}) // AlreadyRegisteredError, see above
}

// census counts Addons when it is scraped.
type census struct{ reader client.Reader }

// Describe tells what is counted.
func (census) Describe(ch chan<- *prometheus.Desc) { ch <- addons }

// Collect counts.
func (c census) Collect(ch chan<- prometheus.Metric) {
	var list fleetv1.AddonList
	if err := c.reader.List(context.Background(), &list, client.UnsafeDisableDeepCopy); err != nil {
		return // the cache has not started; there is nothing to count yet
	}
	type key struct{ template, reason string }
	counts := map[key]float64{}
	for i := range list.Items {
		reason := "Pending"
		if ready := conditions.Get(&list.Items[i], fleetv1.ConditionReady); ready != nil {
			reason = ready.Reason
		}
		counts[key{list.Items[i].Spec.TemplateName, reason}]++
	}
	for k, n := range counts {
		ch <- prometheus.MustNewConstMetric(addons, prometheus.GaugeValue, n, k.template, k.reason)
	}
}
