package adapterstatus

import (
	"context"
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// Reconciler keeps the metadata of AdapterStatuses right.
type Reconciler struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// Recorder takes the events.
	Recorder events.Recorder
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=adapterstatuses,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters;nodepools,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile handles one AdapterStatus: find its target, then repair it or let it go.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	s := &scope{report: &fleetv1.AdapterStatus{}}
	if err := r.Client.Get(ctx, req.NamespacedName, s.report); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	for _, phase := range r.phases() {
		if err := phase.run(ctx, s); err != nil {
			return outcome.Of(err)
		}
	}
	return ctrl.Result{}, nil
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	b := ctrl.NewControllerManagedBy(mgr).Named("adapterstatus").
		For(&fleetv1.AdapterStatus{}, builder.WithPredicates(counted()))
	if err := r.watch(b).Complete(tracing.Reconciler("adapterstatus", r)); err != nil {
		return fmt.Errorf("setting up the controller of AdapterStatuses: %w", err)
	}
	return nil
}
