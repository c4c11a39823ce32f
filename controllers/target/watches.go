package target

import (
	"context"
	"maps"
	"slices"
	"time"

	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/reports"
)

// settling is how long a target is left alone when the facade is at work on its status: it has stored a report, or has just
// written the status and may do so again for the next report. Both would come to the same status; only one of them need write
// it, and the other would make the facade repeat its work while an adapter waits. If the facade fails, this is how late the
// controller is.
const settling = 2 * time.Second

type queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// Controller begins a controller of the targets of a kind, which wakes a target at once for whatever changes about it, and a
// while later where that is its status only.
func Controller(mgr ctrl.Manager, name string, kind Object) *builder.Builder {
	atOnce := predicate.Funcs{UpdateFunc: changedBeyondStatus}
	return ctrl.NewControllerManagedBy(mgr).Named(name).
		For(kind, builder.WithPredicates(atOnce)).
		Watches(kind, handler.Funcs{UpdateFunc: wakeLater}, builder.WithPredicates(predicate.Not[client.Object](atOnce)))
}

// changedBeyondStatus tells whether an update is one of more than the status. A resync, which changes nothing at all, counts as
// more: it is there to look at everything.
func changedBeyondStatus(e event.UpdateEvent) bool {
	before, after := e.ObjectOld, e.ObjectNew
	return before.GetResourceVersion() == after.GetResourceVersion() ||
		before.GetUID() != after.GetUID() ||
		before.GetGeneration() != after.GetGeneration() ||
		!before.GetDeletionTimestamp().Equal(after.GetDeletionTimestamp()) ||
		!maps.Equal(before.GetLabels(), after.GetLabels()) ||
		!maps.Equal(before.GetAnnotations(), after.GetAnnotations()) ||
		!slices.Equal(before.GetFinalizers(), after.GetFinalizers())
}

func wakeLater(_ context.Context, e event.UpdateEvent, q queue) {
	q.AddAfter(reconcile.Request{NamespacedName: client.ObjectKeyFromObject(e.ObjectNew)}, settling)
}

// OfReport wakes the target that a report is about, if it is of the kind: at once, or a while later where the writer of the
// report promised to bring the target's status in line. saw is told of new reports without such a promise.
func OfReport(kind string, saw func(target client.ObjectKey)) handler.EventHandler {
	wake := func(e event.UpdateEvent, promises bool, q queue) {
		report, ok := e.ObjectNew.(*fleetv1.AdapterStatus)
		if !ok || report.Spec.TargetRef.Kind != kind {
			return
		}
		request := Request(report.Namespace, report.Spec.TargetRef.Name)[0]
		if promises && report.DeletionTimestamp.IsZero() && reports.Promised(report) {
			q.AddAfter(request, settling)
			return
		}
		if promises && fresh(e) {
			saw(request.NamespacedName)
		}
		q.Add(request)
	}
	return handler.Funcs{
		// What was promised before this program began was kept or broken long ago.
		CreateFunc: func(_ context.Context, e event.CreateEvent, q queue) {
			wake(event.UpdateEvent{ObjectNew: e.Object}, !e.IsInInitialList, q)
		},
		// Kind, name and adapter are immutable, so the object as it was would wake the same target.
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, q queue) { wake(e, true, q) },
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, q queue) {
			wake(event.UpdateEvent{ObjectNew: e.Object}, false, q)
		},
	}
}

// Request asks for the reconciliation of one target.
func Request(namespace, name string) []reconcile.Request {
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Namespace: namespace, Name: name}}}
}
