package operation

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/operation"
)

type collectorQueue = workqueue.TypedRateLimitingInterface[reconcile.Request]

// wakeLater has a namespace looked through in which a task has ended. A queue takes up what is due later once only, so however many
// end, it is looked through once.
func wakeLater(object client.Object, q collectorQueue) {
	if record, ok := object.(*fleetv1.Operation); ok && operation.Ended(record) {
		q.AddAfter(of(record.Namespace), gathering)
	}
}

func of(namespace string) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Name: namespace}}
}

// ttlChanged lets Platforms through that say anew how long records are kept.
func ttlChanged() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			before, ok := e.ObjectOld.(*fleetv1.Platform)
			after, ok2 := e.ObjectNew.(*fleetv1.Platform)
			return ok && ok2 && ttlOf(before) != ttlOf(after)
		},
	}
}

// everywhere returns all namespaces that hold records.
func (c *Collector) everywhere(ctx context.Context, _ client.Object) []reconcile.Request {
	var list fleetv1.OperationList
	if err := c.Client.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing the records failed")
		return nil
	}
	found := map[string]bool{}
	var requests []reconcile.Request
	for i := range list.Items {
		if namespace := list.Items[i].Namespace; !found[namespace] {
			found[namespace] = true
			requests = append(requests, of(namespace))
		}
	}
	return requests
}
