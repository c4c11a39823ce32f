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

// addons counts the Addons by template and reason.
var addons = census.Census{
	Name:   "addons",
	Help:   "How many Addons there are, by template and the reason of their Ready condition.",
	Labels: []string{"template", "reason"},
	Count: func(ctx context.Context, reader client.Reader, one func(values ...string)) error {
		var list fleetv1.AddonList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			reason := "Pending"
			if ready := conditions.Get(&list.Items[i], fleetv1.ConditionReady); ready != nil {
				reason = ready.Reason
			}
			one(list.Items[i].Spec.TemplateName, reason)
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
