package adapterstatus

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// watch says which changes of a target matter to the reports about it: that it comes, that it goes, and that it lets go.
func (r *Reconciler) watch(b *builder.Builder) *builder.Builder {
	life := builder.WithPredicates(predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero() ||
			len(e.ObjectOld.GetFinalizers()) != len(e.ObjectNew.GetFinalizers())
	}})
	return b.
		Watches(&fleetv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.about(fleetv1.KindCluster)), life).
		Watches(&fleetv1.NodePool{}, handler.EnqueueRequestsFromMapFunc(r.about(fleetv1.KindNodePool)), life)
}

// about returns the function that finds the reports about an object of the kind.
func (r *Reconciler) about(kind string) handler.MapFunc {
	return func(ctx context.Context, target client.Object) []reconcile.Request {
		var list fleetv1.AdapterStatusList
		err := r.Client.List(ctx, &list, client.InNamespace(target.GetNamespace()),
			client.MatchingFields{fleetv1.FieldTargetName: target.GetName()}, client.UnsafeDisableDeepCopy)
		if err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Listing the reports about a target failed")
			return nil
		}
		var requests []reconcile.Request
		for i := range list.Items {
			if list.Items[i].Spec.TargetRef.Kind == kind {
				requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
			}
		}
		return requests
	}
}
