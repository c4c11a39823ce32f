package nodepool

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
	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/namespaces"
)

// watch says what, besides a NodePool's own changes, can change what follows for it.
func (r *Reconciler) watch(b *builder.Builder) *builder.Builder {
	configured := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	goes := builder.WithPredicates(predicate.Funcs{
		CreateFunc: func(event.CreateEvent) bool { return false },
		UpdateFunc: func(event.UpdateEvent) bool { return false },
	})
	return b.
		Watches(&fleetv1.AdapterStatus{}, target.OfReport(fleetv1.KindNodePool, r.sawReport)).
		Watches(&fleetv1.NodePool{}, handler.EnqueueRequestsFromMapFunc(r.siblings), goes).
		Watches(&fleetv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.onCluster), configured).
		Watches(&fleetv1.Platform{}, handler.EnqueueRequestsFromMapFunc(r.onPlatform), configured).
		WatchesMetadata(namespaces.Metadata(), handler.EnqueueRequestsFromMapFunc(r.inNamespace),
			builder.WithPredicates(namespaces.Changed(fleetv1.LabelPlatform)))
}

// siblings returns the pools of the same cluster: where a pool goes, another may take its pool name.
func (r *Reconciler) siblings(ctx context.Context, object client.Object) []reconcile.Request {
	pool, ok := object.(*fleetv1.NodePool)
	if !ok {
		return nil
	}
	return r.ofCluster(ctx, pool.Namespace, pool.Spec.ClusterName)
}

func (r *Reconciler) onCluster(ctx context.Context, cluster client.Object) []reconcile.Request {
	return r.ofCluster(ctx, cluster.GetNamespace(), cluster.GetName())
}

// onPlatform returns the pools of all Clusters on a Platform.
func (r *Reconciler) onPlatform(ctx context.Context, platform client.Object) []reconcile.Request {
	var clusters fleetv1.ClusterList
	err := r.Client.List(ctx, &clusters, client.MatchingFields{fleetv1.FieldPlatformName: platform.GetName()},
		client.UnsafeDisableDeepCopy)
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing the Clusters of a Platform failed")
		return nil
	}
	var requests []reconcile.Request
	for i := range clusters.Items {
		requests = append(requests, r.ofCluster(ctx, clusters.Items[i].Namespace, clusters.Items[i].Name)...)
	}
	return requests
}

func (r *Reconciler) inNamespace(ctx context.Context, namespace client.Object) []reconcile.Request {
	return r.list(ctx, client.InNamespace(namespace.GetName()))
}

func (r *Reconciler) ofCluster(ctx context.Context, namespace, name string) []reconcile.Request {
	return r.list(ctx, client.InNamespace(namespace), client.MatchingFields{fleetv1.FieldClusterName: name})
}

func (r *Reconciler) list(ctx context.Context, options ...client.ListOption) []reconcile.Request {
	var list fleetv1.NodePoolList
	if err := r.Client.List(ctx, &list, append(options, client.UnsafeDisableDeepCopy)...); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing the NodePools to wake failed")
		return nil
	}
	requests := make([]reconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
	}
	return requests
}

// sawReport notes that a report about a NodePool came in, which nobody else brings its status in line with.
func (r *Reconciler) sawReport(target client.ObjectKey) { r.arrivals.Saw(target, r.Clock.Now()) }
