package addon

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
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

// retriesTotal counts further attempts at releases that failed.
var retriesTotal = prometheus.NewCounterVec(prometheus.CounterOpts{
	Namespace: "slipway", Subsystem: "addon", Name: "retries_total",
	Help: "How many times Flux was asked for another attempt at a release that failed, by template.",
}, []string{"template"})

// states tells how many Addons there are, and for how long they have been so.
var states = census.States{
	Count: &census.Gauge{
		Name: "addons", Labels: []string{"template", "state", "reason"},
		Help: "How many Addons there are, by template, state (Ready, Pending, Stalled, Deleting or Suspended) and the reason of their Ready condition.",
	},
	Age: &census.Gauge{
		Name: "addons_state_age_seconds", Labels: []string{"template", "state"},
		Help: "For how long the Addon that has been longest in the state has been in it, by template and state.",
	},
}

// addons tells how the Addons stand.
var addons = census.Census{
	Gauges: []*census.Gauge{states.Count, states.Age},
	Take: func(ctx context.Context, reader client.Reader, tally *census.Tally) error {
		var list fleetv1.AddonList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			addon := &list.Items[i]
			reason := census.Pending
			if ready := conditions.Get(addon, fleetv1.ConditionReady); ready != nil {
				reason = ready.Reason
			}
			states.Tell(tally, addon, addon.Spec.Suspend, addon.Spec.TemplateName, reason)
		}
		return nil
	},
}

func init() { metrics.Registry.MustRegister(abandonedTotal, deployedTotal, retriesTotal) }

// countTransitions counts what a change of the status tells.
func countTransitions(before, after *fleetv1.Addon) {
	if conditions.IsTrueNow(after, fleetv1.ConditionReady) && !conditions.IsTrue(before, fleetv1.ConditionReady) {
		deployedTotal.WithLabelValues(after.Spec.TemplateName).Inc()
	}
}
