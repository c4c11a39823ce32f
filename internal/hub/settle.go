package hub

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/transitions"
)

// wish is what one caller wants of a round: that the status shows its report, or just that it is up to date.
type wish struct {
	// adapter is whose report is to be shown; empty where the caller stored none.
	adapter string
	// version is the resource version at which the report was stored; empty where nothing was stored.
	version string
	// seen is the resource version of the object that the caller read from the kube-apiserver after that; empty if none.
	seen string
	// thorough wants certainty: the answer promises that the status shows the report, and that an object that nothing is left
	// to wait for is let go. Without it the status is a courtesy, which the controller sees to as well.
	thorough bool
}

// settle brings the status of an object in line with what is reported about it, and lets it go if it is finished.
//
// No acknowledged report is ever missing from the status, though the Memory lags and though the watches of objects and of
// reports keep no order between them. The argument:
//
//   - A report is stored before its handler evaluates, and a status is written under the resource version that it was computed
//     from. So of two handlers one conflicts; it evaluates anew from a live object and then live reports, which hold both.
//   - Every report that matters to others changes the condition of its own adapter, which shows status, reason, message,
//     generation and time of its Available. Where the Memory would change or drop the condition of an adapter that is not
//     among those who wait, it lacks a report, or is ahead of the status: this is decided from live objects.
//   - For those who wait, the object must be older than their reports: else somebody wrote the status after they stored, and
//     may have seen a newer report of the same adapter.
//   - That nothing has to be written is believed only of the object as it is live.
//   - While the object is being deleted Finalized counts too, which no condition shows: this is always decided from live objects.
func (s *Store) settle(ctx context.Context, at address, w wish) error {
	return s.rounds.join(ctx, at.uid, w, func(ctx context.Context, wishes []wish) error {
		thorough := false
		for _, w := range wishes {
			thorough = thorough || w.thorough
		}
		done, err := s.settleFromMemory(ctx, at, wishes, thorough)
		if !done && err == nil {
			err = s.settleLive(ctx, at, wishes)
		}
		if ReasonOf(err) == NotFound {
			s.forget(ctx, at) // whoever is answered now must not find it
		}
		return err
	})
}

// settleFromMemory settles without a read, and reports whether it could.
func (s *Store) settleFromMemory(ctx context.Context, at address, wishes []wish, thorough bool) (bool, error) {
	subject, known := s.remembered(at)
	if !known || ambiguous(subject.reports()) || !older(subject.object(), wishes) {
		return false, nil
	}
	if thorough && subject.object().GetDeletionTimestamp() != nil {
		return false, nil
	}
	before, after, _ := subject.evaluate(metav1.NewTime(s.Clock.Now()))
	if !confined(before, after, wishes) {
		return false, nil
	}
	changed, err := conditions.PatchStatus(ctx, s.Client, before, after)
	switch {
	case apierrors.IsConflict(err):
		return false, nil
	case err != nil:
		return false, fault(err)
	case changed:
		s.publish(subject, after, transitions.Of(before, after)...)
		s.Memory.Apply(after)
		return true, nil
	default:
		return !thorough || seen(before, wishes), nil
	}
}

// older tells whether an object is older than all reports that those who wait have stored.
func older(object client.Object, wishes []wish) bool {
	for _, w := range wishes {
		if w.version == "" {
			continue
		}
		order, err := resourceversion.CompareResourceVersion(object.GetResourceVersion(), w.version)
		if err != nil || order >= 0 {
			return false
		}
	}
	return true
}

// seen tells whether all who wait have seen the object as it is live, and it was this one.
func seen(object client.Object, wishes []wish) bool {
	for _, w := range wishes {
		if w.thorough && w.seen != object.GetResourceVersion() {
			return false
		}
	}
	return true
}

// settleLive settles from what the kube-apiserver holds.
func (s *Store) settleLive(ctx context.Context, at address, wishes []wish) error {
	for attempt := range attempts {
		s.pause(ctx, attempt)
		subject, err := s.live(ctx, at, wishes)
		if err != nil {
			return err
		}
		err = s.write(ctx, at, subject)
		if !apierrors.IsConflict(err) {
			return fault(err)
		}
	}
	return &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
}

// write writes the status of a subject that was read live, and lets it go if it is finished.
func (s *Store) write(ctx context.Context, at address, live subject) error {
	before, after, result := live.evaluate(metav1.NewTime(s.Clock.Now()))
	changed, err := conditions.PatchStatus(ctx, s.Client, before, after)
	if err != nil {
		return err
	}
	object := live.object()
	if changed {
		object = after
		s.publish(live, object, transitions.Of(before, object)...)
	}
	if result.Finished {
		return s.letGo(ctx, at, live.with(object))
	}
	s.Memory.Apply(object)
	return nil
}

// letGo drops our finalizer from an object that nothing is left to wait for.
func (s *Store) letGo(ctx context.Context, at address, finished subject) error {
	object := finished.object()
	before := object.DeepCopyObject().(target) // a copy is of the same type
	if !controllerutil.RemoveFinalizer(object, finalizer(at.kind)) {
		s.Memory.Apply(object)
		return nil
	}
	last := len(object.GetFinalizers()) == 0
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := s.Client.Patch(ctx, object, patch); client.IgnoreNotFound(err) != nil {
		return err
	}
	ctrl.LoggerFrom(ctx).Info("Let the target go", "kind", at.kind, "target", at.key, "generation", object.GetGeneration())
	s.publish(finished, object, transitions.LetGo(at.kind))
	if !last {
		s.Memory.Apply(object)
		return nil
	}
	s.gone(ctx, before)
	return nil
}

// publish records events about an object. A terminating namespace takes none.
func (s *Store) publish(about subject, object target, list ...events.Event) {
	if !about.namespace().Terminating {
		events.Publish(s.Recorder, object, list...)
	}
}

// gone takes over that an object is gone, and settles the Cluster that a NodePool belonged to: it may have waited for that.
func (s *Store) gone(ctx context.Context, object target) {
	s.Memory.Remove(object)
	pool, isPool := object.(*fleetv1.NodePool)
	if !isPool {
		return
	}
	key := client.ObjectKey{Namespace: pool.Namespace, Name: pool.Spec.ClusterName}
	cluster, known := s.Memory.Cluster(key)
	if !known {
		return
	}
	at := address{kind: fleetv1.KindCluster, key: key, uid: cluster.Object.UID}
	s.courtesy(ctx, at, wish{thorough: cluster.Object.DeletionTimestamp != nil})
}

// courtesy settles an object whose status nobody was promised. The controller does the same if this fails.
func (s *Store) courtesy(ctx context.Context, at address, w wish) {
	if err := s.settle(ctx, at, w); err != nil && ReasonOf(err) != NotFound {
		ctrl.LoggerFrom(ctx).V(1).Info("Left the status to the controller", "kind", at.kind, "target", at.key, "cause", err.Error())
	}
}

// confined tells whether two states of an object differ in no more than what the reports of those who wait can change.
func confined(before, after target, wishes []wish) bool {
	own := map[string]bool{}
	for _, w := range wishes {
		if w.version != "" {
			own[aggregate.ConditionType(w.adapter)] = true
		}
	}
	return sameFacts(before, after) && sameOthers(before, after, own)
}
