package operation

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/operation"
)

type queue = workqueue.TypedRateLimitingInterface[Target]

// watch says what is looked at: what there are records about, and the records.
func (r *Reconciler) watch(b *builder.TypedBuilder[Target]) *builder.TypedBuilder[Target] {
	for _, kind := range []client.Object{&fleetv1.Cluster{}, &fleetv1.NodePool{}, &fleetv1.Addon{}} {
		b = b.Watches(kind, handler.TypedFuncs[client.Object, Target]{
			CreateFunc: r.created, UpdateFunc: r.updated, DeleteFunc: r.deleted,
		})
	}
	return b.Watches(&fleetv1.Operation{}, handler.TypedFuncs[client.Object, Target]{
		CreateFunc: r.recorded,
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, _ queue) { r.shown(e.ObjectNew, false) },
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, _ queue) { r.shown(e.Object, true) },
	})
}

// created notes an object that came into being. One that was there when this program began, or that comes from a backup together with
// its records, is only looked at.
func (r *Reconciler) created(ctx context.Context, e event.CreateEvent, q queue) {
	object, ok := e.Object.(operation.Object)
	if !ok {
		return
	}
	if e.IsInInitialList || fleetv1.Restoring(object) {
		wake(object, q)
		return
	}
	r.note(note{object: object, new: true}, q)
	if cluster, ok := object.(*fleetv1.Cluster); ok {
		r.wakeChildren(ctx, cluster, q)
	}
}

// updated notes a change that records are about. What an informer takes for a change may be another object of the name.
func (r *Reconciler) updated(_ context.Context, e event.UpdateEvent, q queue) {
	before, ok := e.ObjectOld.(operation.Object)
	after, ok2 := e.ObjectNew.(operation.Object)
	if !ok || !ok2 || fleetv1.Restoring(after) {
		return
	}
	if fleetv1.Restoring(before) {
		wake(after, q) // it is as if this program had begun just now
		return
	}
	if !operation.Telling(before, after) {
		return
	}
	if before.GetUID() != after.GetUID() {
		r.note(note{object: before, gone: true}, q)
		r.note(note{object: after, new: true}, q)
		return
	}
	r.note(note{object: after, before: before}, q)
}

func (r *Reconciler) deleted(_ context.Context, e event.DeleteEvent, q queue) {
	if object, ok := e.Object.(operation.Object); ok {
		r.note(note{object: object, gone: true}, q)
	}
}

// note remembers what an informer showed until it is recorded.
func (r *Reconciler) note(n note, q queue) {
	n.at = r.Clock.Now()
	r.sightings.add(targetFor(n.object), n)
	wake(n.object, q)
}

// wake has the records about an object looked at, and those about its Cluster where that waits for the object.
func wake(object operation.Object, q queue) {
	q.Add(targetFor(object))
	if pool, ok := object.(*fleetv1.NodePool); ok && pool.Pool() == fleetv1.DefaultWorkerPool {
		q.Add(Target{Kind: fleetv1.KindCluster, NamespacedName: types.NamespacedName{Namespace: pool.Namespace, Name: pool.Spec.ClusterName}})
	}
}

// targetFor names an object.
func targetFor(object operation.Object) Target {
	kind, _ := operation.KindOf(object)
	return Target{Kind: kind, NamespacedName: client.ObjectKeyFromObject(object)}
}

// wakeChildren has the records looked at of what came before its Cluster did.
func (r *Reconciler) wakeChildren(ctx context.Context, cluster *fleetv1.Cluster, q queue) {
	options := []client.ListOption{
		client.InNamespace(cluster.Namespace), client.MatchingFields{fleetv1.FieldClusterName: cluster.Name}, client.UnsafeDisableDeepCopy,
	}
	var pools fleetv1.NodePoolList
	var addons fleetv1.AddonList
	for _, list := range []client.ObjectList{&pools, &addons} {
		if err := r.Client.List(ctx, list, options...); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Listing what belongs to a Cluster failed")
		}
	}
	for i := range pools.Items {
		q.Add(targetFor(&pools.Items[i]))
	}
	for i := range addons.Items {
		q.Add(targetFor(&addons.Items[i]))
	}
}

// recorded takes note of a record. The target of one that is open is looked at, since it may be gone.
func (r *Reconciler) recorded(_ context.Context, e event.CreateEvent, q queue) {
	r.shown(e.Object, false)
	if record, ok := e.Object.(*fleetv1.Operation); ok && !operation.Ended(record) {
		q.Add(targetOf(record))
	}
}

// shown takes note of what the cache shows of a record.
func (r *Reconciler) shown(object client.Object, gone bool) {
	if record, ok := object.(*fleetv1.Operation); ok {
		r.numbers.seen(record)
		r.written.shown(record, gone)
	}
}
