package nodepool

import (
	"context"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/outcome"
)

// Reconciler brings the status of NodePools in line with what is reported about them.
type Reconciler struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// Recorder takes the events.
	Recorder events.Recorder
	// Clock tells the time of transitions and deadlines.
	Clock clock.PassiveClock
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=nodepools,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=nodepools/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters/finalizers,verbs=update
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=adapterstatuses;clusters;platforms,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile handles one NodePool: gather, aggregate, apply.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s := &scope{pool: &fleetv1.NodePool{}}
	if err := r.Client.Get(ctx, req.NamespacedName, s.pool); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	for _, phase := range r.phases() {
		if err := phase.run(ctx, s); err != nil {
			return outcome.Of(err)
		}
	}
	now := metav1.NewTime(r.Clock.Now())
	result := aggregate.Aggregate(input(s, now))
	aggregationSeconds.Observe(r.Clock.Since(now.Time).Seconds())
	if err := r.apply(ctx, s, result); err != nil {
		return outcome.Of(err)
	}
	return ctrl.Result{RequeueAfter: until(result.Recheck, now.Time)}, nil
}

// apply writes the status if it changed, tells about transitions, and lets a finished NodePool go.
func (r *Reconciler) apply(ctx context.Context, s *scope, result aggregate.Result) error {
	before := s.pool.DeepCopy()
	setStatus(s, result)
	changed, err := conditions.PatchStatus(ctx, r.Client, before, s.pool)
	if err != nil {
		return err
	}
	if changed {
		ctrl.LoggerFrom(ctx).V(1).Info("Wrote the status", "generation", s.pool.Generation, "adapters", result.Adapters)
		r.publish(s, transitions(before, s.pool)...)
	}
	if !result.Finished {
		return nil
	}
	return r.letGo(ctx, s)
}

// until returns how long to wait for a moment; zero if there is none to wait for.
func until(moment, now time.Time) time.Duration {
	if moment.IsZero() {
		return 0
	}
	return max(moment.Sub(now), time.Second)
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	registerMetrics(mgr.GetClient())
	if err := r.watch(ctrl.NewControllerManagedBy(mgr).Named("nodepool").For(&fleetv1.NodePool{})).Complete(r); err != nil {
		return fmt.Errorf("setting up the controller of NodePools: %w", err)
	}
	return nil
}
