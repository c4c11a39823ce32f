package cluster

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

// watch says what, besides a Cluster's own changes, can change what follows for it.
func (r *Reconciler) watch(b *builder.Builder) *builder.Builder {
	comesOrGoes := predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }}
	configured := predicate.Or[client.Object](predicate.GenerationChangedPredicate{}, predicate.AnnotationChangedPredicate{})
	return b.
		Watches(&fleetv1.AdapterStatus{}, target.OfReport(fleetv1.KindCluster, r.sawReport)).
		Watches(&fleetv1.NodePool{}, handler.EnqueueRequestsFromMapFunc(clusterOfPool)).
		Watches(&fleetv1.Addon{}, handler.EnqueueRequestsFromMapFunc(clusterOfAddon), builder.WithPredicates(comesOrGoes)).
		Watches(&fleetv1.Platform{}, handler.EnqueueRequestsFromMapFunc(r.onPlatform), builder.WithPredicates(configured)).
		WatchesMetadata(namespaces.Metadata(), handler.EnqueueRequestsFromMapFunc(r.inNamespace),
			builder.WithPredicates(namespaces.Changed(fleetv1.LabelPlatform)))
}

func clusterOfPool(_ context.Context, object client.Object) []reconcile.Request {
	pool, ok := object.(*fleetv1.NodePool)
	if !ok {
		return nil
	}
	return target.Request(pool.Namespace, pool.Spec.ClusterName)
}

func clusterOfAddon(_ context.Context, object client.Object) []reconcile.Request {
	addon, ok := object.(*fleetv1.Addon)
	if !ok {
		return nil
	}
	return target.Request(addon.Namespace, addon.Spec.ClusterName)
}

// onPlatform returns the Clusters on a Platform, and those that have none yet and may get this one.
func (r *Reconciler) onPlatform(ctx context.Context, platform client.Object) []reconcile.Request {
	return append(
		r.list(ctx, client.MatchingFields{fleetv1.FieldPlatformName: platform.GetName()}),
		r.list(ctx, client.MatchingFields{fleetv1.FieldPlatformName: ""})...)
}

func (r *Reconciler) inNamespace(ctx context.Context, namespace client.Object) []reconcile.Request {
	return r.list(ctx, client.InNamespace(namespace.GetName()))
}

func (r *Reconciler) list(ctx context.Context, options ...client.ListOption) []reconcile.Request {
	var list fleetv1.ClusterList
	if err := r.Client.List(ctx, &list, append(options, client.UnsafeDisableDeepCopy)...); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing the Clusters to wake failed")
		return nil
	}
	requests := make([]reconcile.Request, 0, len(list.Items))
	for i := range list.Items {
		requests = append(requests, target.Request(list.Items[i].Namespace, list.Items[i].Name)...)
	}
	return requests
}

// sawReport notes that a report about a Cluster came in, which nobody else brings its status in line with.
func (r *Reconciler) sawReport(target client.ObjectKey) { r.arrivals.Saw(target, r.Clock.Now()) }
