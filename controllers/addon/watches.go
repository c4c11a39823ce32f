package addon

import (
	"context"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// watch says what can change what follows for an Addon. Secrets are not among it: the adapter that changes a kubeconfig says
// so in the Cluster's status.
func (r *Reconciler) watch(b *builder.Builder) *builder.Builder {
	return b.
		For(&fleetv1.Addon{}, builder.WithPredicates(predicate.Or[client.Object](
			predicate.GenerationChangedPredicate{}, predicate.LabelChangedPredicate{}, predicate.Funcs{UpdateFunc: deletionStarted}, predicate.Funcs{UpdateFunc: restored}))).
		Owns(&helmv2.HelmRelease{}).
		Owns(&sourcev1.HelmRepository{}).
		Owns(&sourcev1.OCIRepository{}).
		Watches(&fleetv1.Addon{}, handler.EnqueueRequestsFromMapFunc(r.waitingSiblings),
			builder.WithPredicates(predicate.Funcs{UpdateFunc: readinessChanged})).
		Watches(&fleetv1.Cluster{}, handler.EnqueueRequestsFromMapFunc(r.onCluster),
			builder.WithPredicates(predicate.Funcs{UpdateFunc: clusterChanged})).
		Watches(&fleetv1.AddonTemplate{}, handler.EnqueueRequestsFromMapFunc(r.ofTemplate),
			builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&fleetv1.Platform{}, handler.EnqueueRequestsFromMapFunc(r.onPlatform),
			builder.WithPredicates(predicate.Funcs{UpdateFunc: deliveryChanged}))
}

func deletionStarted(e event.UpdateEvent) bool {
	return e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero()
}

// restored tells that a restore is done with an object.
func restored(e event.UpdateEvent) bool {
	return fleetv1.Restoring(e.ObjectOld) && !fleetv1.Restoring(e.ObjectNew)
}

// readinessChanged tells of changes of an Addon that others may wait for.
func readinessChanged(e event.UpdateEvent) bool {
	before, ok := e.ObjectOld.(*fleetv1.Addon)
	after, ok2 := e.ObjectNew.(*fleetv1.Addon)
	return ok && ok2 && (before.Status.CurrentVersion != after.Status.CurrentVersion ||
		conditions.IsTrueNow(before, fleetv1.ConditionReady) != conditions.IsTrueNow(after, fleetv1.ConditionReady))
}

// clusterChanged tells of changes of a Cluster that its Addons look at.
func clusterChanged(e event.UpdateEvent) bool {
	before, ok := e.ObjectOld.(*fleetv1.Cluster)
	after, ok2 := e.ObjectNew.(*fleetv1.Cluster)
	return ok && ok2 && (deletionStarted(e) ||
		conditions.IsTrue(before, fleetv1.ConditionProvisioned) != conditions.IsTrue(after, fleetv1.ConditionProvisioned) ||
		before.Status.KubeconfigSecretName != after.Status.KubeconfigSecretName ||
		before.Status.KubeconfigChecksum != after.Status.KubeconfigChecksum ||
		before.Spec.PlatformName != after.Spec.PlatformName ||
		before.Spec.AddonDelivery != after.Spec.AddonDelivery ||
		clusterVersion(before) != clusterVersion(after))
}

func deliveryChanged(e event.UpdateEvent) bool {
	before, ok := e.ObjectOld.(*fleetv1.Platform)
	after, ok2 := e.ObjectNew.(*fleetv1.Platform)
	return ok && ok2 && before.Spec.AddonDelivery != after.Spec.AddonDelivery
}

// waitingSiblings returns the Addons of the same Cluster that wait for others, or for a release name.
func (r *Reconciler) waitingSiblings(ctx context.Context, object client.Object) []reconcile.Request {
	addon, ok := object.(*fleetv1.Addon)
	if !ok {
		return nil
	}
	waits := func(other *fleetv1.Addon) bool {
		ready := conditions.Get(other, fleetv1.ConditionReady)
		return other.Name != addon.Name && ready != nil &&
			(ready.Reason == fleetv1.ReasonDependencyNotReady || ready.Reason == fleetv1.ReasonReleaseTaken)
	}
	return r.list(ctx, waits, client.InNamespace(addon.Namespace), client.MatchingFields{fleetv1.FieldClusterName: addon.Spec.ClusterName})
}

func (r *Reconciler) onCluster(ctx context.Context, cluster client.Object) []reconcile.Request {
	return r.list(ctx, all, client.InNamespace(cluster.GetNamespace()), client.MatchingFields{fleetv1.FieldClusterName: cluster.GetName()})
}

func (r *Reconciler) ofTemplate(ctx context.Context, template client.Object) []reconcile.Request {
	return r.list(ctx, all, client.MatchingFields{fleetv1.FieldTemplateName: template.GetName()})
}

func (r *Reconciler) onPlatform(ctx context.Context, platform client.Object) []reconcile.Request {
	var clusters fleetv1.ClusterList
	if err := r.Client.List(ctx, &clusters, client.MatchingFields{fleetv1.FieldPlatformName: platform.GetName()}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing the Clusters of a Platform failed")
		return nil
	}
	var requests []reconcile.Request
	for i := range clusters.Items {
		requests = append(requests, r.onCluster(ctx, &clusters.Items[i])...)
	}
	return requests
}

func all(*fleetv1.Addon) bool { return true }

func (r *Reconciler) list(ctx context.Context, want func(*fleetv1.Addon) bool, options ...client.ListOption) []reconcile.Request {
	var list fleetv1.AddonList
	if err := r.Client.List(ctx, &list, append(options, client.UnsafeDisableDeepCopy)...); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Listing the Addons to wake failed")
		return nil
	}
	var requests []reconcile.Request
	for i := range list.Items {
		if want(&list.Items[i]) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
	}
	return requests
}
