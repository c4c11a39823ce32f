package addon

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Woken returns whom the watch of Addons wakes when one changes.
func Woken(ctx context.Context, r *Reconciler, before, after *fleetv1.Addon) []reconcile.Request {
	if !readinessChanged(event.UpdateEvent{ObjectOld: before, ObjectNew: after}) {
		return nil
	}
	return r.waitingSiblings(ctx, after)
}
