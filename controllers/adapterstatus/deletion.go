package adapterstatus

import (
	"context"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/events"
)

// release drops the finalizer of a deleted report that nobody needs any more.
type release struct {
	patch   func(ctx context.Context, before, after *fleetv1.AdapterStatus) error
	publish func(about *fleetv1.AdapterStatus, list ...events.Event)
}

func (p release) run(ctx context.Context, s *scope) error {
	if !s.deleting() || needed(s) {
		return nil
	}
	before := s.report.DeepCopy()
	if !controllerutil.RemoveFinalizer(s.report, fleetv1.ReportFinalizer) {
		return nil
	}
	if err := p.patch(ctx, before, s.report); err != nil {
		return err
	}
	if s.target != nil && s.target.GetDeletionTimestamp().IsZero() {
		p.publish(s.report, dropped())
	}
	return nil
}

// needed tells whether a deleted report has to stay. Its adapter goes on using it to say that the target is finalized, and
// could not create another one in a terminating namespace. So it stays while the target is being deleted, and while the
// target is about to be because its namespace is.
func needed(s *scope) bool {
	if s.target == nil {
		return false
	}
	if !s.target.GetDeletionTimestamp().IsZero() {
		return heldByUs(s.target)
	}
	return s.namespace.Terminating
}

// heldByUs tells whether the target still waits for its adapters. One that is kept by somebody else's finalizer only, such
// as the garbage collector's, does not.
func heldByUs(target client.Object) bool {
	finalizers := target.GetFinalizers()
	return slices.Contains(finalizers, fleetv1.ClusterFinalizer) || slices.Contains(finalizers, fleetv1.NodePoolFinalizer)
}

func (r *Reconciler) publish(about *fleetv1.AdapterStatus, list ...events.Event) {
	events.Publish(r.Recorder, about, list...)
}
