package adapter

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/outcome"
)

// defaultHeartbeat is the heartbeat period where the Platform says nothing or is gone.
const defaultHeartbeat = 30 * time.Second

// reconciler shows targets to an adapter and stores what it reports.
type reconciler struct {
	name    string
	adapter Adapter
	client  client.Client
	// live reads without a cache.
	live  client.Reader
	clock clock.PassiveClock
	own   *ownWrites
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters;nodepools,verbs=get;list;watch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons;platforms,verbs=list;watch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=adapterstatuses,verbs=list;watch;create;patch;delete

// Reconcile shows one target to the adapter and stores its report.
func (r *reconciler) Reconcile(ctx context.Context, key Key) (ctrl.Result, error) {
	s, err := r.gather(ctx, key)
	if errors.Is(err, errNothingToDo) {
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	if s.held() {
		return ctrl.Result{}, nil
	}
	if ours, err := r.settle(ctx, s); err != nil || !ours {
		return outcome.Of(err)
	}
	return r.call(ctx, s)
}

// settle makes sure that the AdapterStatus is about this target and the target as new as the report. It tells whether to go
// on; otherwise a watch brings the target back.
func (r *reconciler) settle(ctx context.Context, s *scope) (bool, error) {
	if s.status == nil {
		if s.target.Deleting() {
			return true, nil
		}
		return true, r.write(ctx, s, r.subject(s).opening())
	}
	if uid := s.status.Spec.TargetRef.UID; uid != "" && uid != s.target.Object().GetUID() {
		if !s.status.DeletionTimestamp.IsZero() {
			return false, nil
		}
		// It is about an earlier object of the same name, and its spec is immutable.
		err := r.client.Delete(ctx, s.status, client.Preconditions{UID: &s.status.UID})
		return false, client.IgnoreNotFound(err)
	}
	if stored := s.stored(); stored == nil || stored.ObservedGeneration <= s.target.Generation() {
		return true, nil
	}
	// Either the cache is behind, or the report was restored from elsewhere. Only the API server knows.
	latest := s.target.Object().DeepCopyObject().(client.Object)
	if err := r.live.Get(ctx, client.ObjectKeyFromObject(latest), latest); err != nil {
		return false, fmt.Errorf("reading %s %s: %w", s.target.Kind, client.ObjectKeyFromObject(latest), err)
	}
	return latest.GetGeneration() == s.target.Generation(), nil
}

// call calls the adapter and stores its report, and says when to come back.
func (r *reconciler) call(ctx context.Context, s *scope) (ctrl.Result, error) {
	found, failure := r.adapter.Reconcile(ctx, s.target)
	if ctx.Err() != nil || apierrors.IsConflict(failure) || apierrors.IsAlreadyExists(failure) {
		// The program ends, or somebody else wrote in between: neither says anything about the target.
		return outcome.Of(failure)
	}
	var report *fleetv1.Report
	if failure == nil {
		report, failure = r.subject(s).success(found)
	}
	if failure != nil {
		report = r.subject(s).failure(failure)
	}
	if err := r.store(ctx, s, report); err != nil {
		return outcome.Of(err)
	}
	if failure != nil && !IsTerminal(failure) {
		return ctrl.Result{}, fmt.Errorf("reconciling %s: %w", s.target.Kind, failure)
	}
	next := heartbeat(s) - r.clock.Since(s.stored().ObservedTime.Time)
	if found.RequeueAfter > 0 {
		next = min(next, found.RequeueAfter)
	}
	return ctrl.Result{RequeueAfter: max(next, time.Millisecond)}, nil
}

func (r *reconciler) subject(s *scope) subject {
	return subject{
		generation: s.target.Generation(),
		deleting:   s.target.Deleting(),
		// The API server stores microseconds.
		now:    r.clock.Now().UTC().Truncate(time.Microsecond),
		stored: s.stored(),
	}
}

func heartbeat(s *scope) time.Duration {
	if s.target.Platform == nil || s.target.Platform.Spec.HeartbeatPeriod == nil {
		return defaultHeartbeat
	}
	return s.target.Platform.Spec.HeartbeatPeriod.Duration
}
