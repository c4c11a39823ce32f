package adapterstatus

import (
	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// reports counts the reports that were seen.
var reports = prometheus.NewCounterVec(prometheus.CounterOpts{
	Namespace: "slipway", Name: "reports_total",
	Help: "How many reports of adapters were seen, by the kind of their target.",
}, []string{"kind"})

func init() { metrics.Registry.MustRegister(reports) }

// counted counts reports on their way to the controller. Of the changes to an AdapterStatus only those of its metadata are
// the controller's business; a new report alone does not wake it.
func counted() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(e event.CreateEvent) bool {
			count(nil, e.Object)
			return true
		},
		UpdateFunc: func(e event.UpdateEvent) bool {
			count(e.ObjectOld, e.ObjectNew)
			return metadataChanged(e)
		},
	}
}

func count(before, after client.Object) {
	new, ok := after.(*fleetv1.AdapterStatus)
	if !ok || new.Report == nil {
		return
	}
	if old, ok := before.(*fleetv1.AdapterStatus); ok && old.Report != nil && old.Report.ObservedTime.Equal(&new.Report.ObservedTime) {
		return
	}
	reports.WithLabelValues(new.Spec.TargetRef.Kind).Inc()
}

func metadataChanged(e event.UpdateEvent) bool {
	labels := predicate.LabelChangedPredicate{}
	return labels.Update(e) ||
		len(e.ObjectOld.GetFinalizers()) != len(e.ObjectNew.GetFinalizers()) ||
		len(e.ObjectOld.GetOwnerReferences()) != len(e.ObjectNew.GetOwnerReferences()) ||
		e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero()
}
