package target

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// OfReport wakes the target that a report is about, if it is of the kind.
func OfReport(kind string) handler.EventHandler {
	return handler.EnqueueRequestsFromMapFunc(func(_ context.Context, object client.Object) []reconcile.Request {
		report, ok := object.(*fleetv1.AdapterStatus)
		if !ok || report.Spec.TargetRef.Kind != kind {
			return nil
		}
		return Request(report.Namespace, report.Spec.TargetRef.Name)
	})
}

// Request asks for the reconciliation of one target.
func Request(namespace, name string) []reconcile.Request {
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: namespace, Name: name}}}
}
