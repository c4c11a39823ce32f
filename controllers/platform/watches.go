package platform

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

// watch says what, besides a Platform's own changes, can change what follows for it: its Clusters, and which other Platform
// is the default.
func (r *Reconciler) watch(b *builder.Builder) *builder.Builder {
	placed := builder.WithPredicates(predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return platformOf(e.ObjectOld) != platformOf(e.ObjectNew)
	}})
	marked := builder.WithPredicates(predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return isDefault(e.ObjectOld) != isDefault(e.ObjectNew)
	}})
	return b.
		Watches(&fleetv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(ofCluster), placed).
		Watches(&fleetv1.Platform{}, handler.EnqueueRequestsFromMapFunc(r.defaults), marked)
}

func platformOf(object client.Object) string {
	if cluster, ok := object.(*fleetv1.Cluster); ok {
		return cluster.Spec.PlatformName
	}
	return ""
}

func ofCluster(_ context.Context, object client.Object) []reconcile.Request {
	name := platformOf(object)
	if name == "" {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Name: name}}}
}

// defaults returns the Platforms that are marked as the default, of which there must be one at most.
func (r *Reconciler) defaults(ctx context.Context, _ client.Object) []reconcile.Request {
	list, err := r.platforms(ctx)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing the Platforms failed")
		return nil
	}
	var requests []reconcile.Request
	for i := range list {
		if isDefault(&list[i]) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKey{Name: list[i].Name}})
		}
	}
	return requests
}
