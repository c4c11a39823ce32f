package operation

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// woken is a queue that remembers what was added.
type woken struct {
	queue
	targets []Target
}

func (w *woken) Add(target Target) { w.targets = append(w.targets, target) }

// Show does what an informer does that shows an object: what it was before, nil if it is new, and what it is, nil if it is gone.
// It returns whose records are to be looked at.
func (r *Reconciler) Show(ctx context.Context, before, after client.Object) []Target {
	q := &woken{}
	switch {
	case before == nil:
		r.created(ctx, event.CreateEvent{Object: after}, q)
	case after == nil:
		r.deleted(ctx, event.DeleteEvent{Object: before}, q)
	default:
		r.updated(ctx, event.UpdateEvent{ObjectOld: before, ObjectNew: after}, q)
	}
	return q.targets
}

// Find does what an informer does that finds an object or a record when the program begins.
func (r *Reconciler) Find(ctx context.Context, object client.Object) []Target {
	q := &woken{}
	if _, ok := object.(*fleetv1.Operation); ok {
		r.recorded(ctx, event.CreateEvent{Object: object, IsInInitialList: true}, q)
	} else {
		r.created(ctx, event.CreateEvent{Object: object, IsInInitialList: true}, q)
	}
	return q.targets
}

// Remembers tells how much is remembered of what was shown and written.
func (r *Reconciler) Remembers() int {
	return len(r.sightings.notes) + len(r.written.records)
}
