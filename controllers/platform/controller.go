package platform

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// Reconciler checks Platforms.
type Reconciler struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// Recorder takes the events.
	Recorder events.Recorder
	// Clock tells the time of transitions.
	Clock clock.PassiveClock
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=platforms,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=platforms/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile handles one Platform: adopt, gather, check, and let it go if it is deleted and unused.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s := &scope{platform: &fleetv1.Platform{}}
	if err := r.Client.Get(ctx, req.NamespacedName, s.platform); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	for _, phase := range r.phases() {
		if err := phase.run(ctx, s); err != nil {
			return outcome.Of(err)
		}
	}
	return outcome.Of(r.apply(ctx, s))
}

// apply writes the status if it changed, tells about transitions, and lets an unused deleted Platform go.
func (r *Reconciler) apply(ctx context.Context, s *scope) error {
	before := s.platform.DeepCopy()
	setStatus(s, metav1.NewTime(r.Clock.Now()))
	changed, err := conditions.PatchStatus(ctx, r.Client, before, s.platform)
	if err != nil {
		return err
	}
	if changed {
		events.Publish(r.Recorder, s.platform, transitions(before, s.platform)...)
	}
	if !s.deleting() || len(s.clusters) > 0 {
		return nil
	}
	return r.letGo(ctx, s.platform)
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	platforms.Register(mgr, r.Clock)
	if err := r.watch(ctrl.NewControllerManagedBy(mgr).Named("platform").For(&fleetv1.Platform{})).Complete(tracing.Reconciler("platform", r)); err != nil {
		return fmt.Errorf("setting up the controller of Platforms: %w", err)
	}
	return nil
}
