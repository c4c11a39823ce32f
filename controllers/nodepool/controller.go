package nodepool

import (
	"context"
	"fmt"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// Reconciler brings the status of NodePools in line with what is reported about them.
type Reconciler struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// Live reads Platforms past the cache.
	Live client.Reader
	// Recorder takes the events.
	Recorder events.Recorder
	// Clock tells the time of transitions and deadlines.
	Clock clock.PassiveClock

	arrivals target.Arrivals
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=nodepools,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=nodepools/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters/finalizers,verbs=update
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=adapterstatuses;clusters;platforms,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile handles one NodePool: gather, evaluate, apply.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	return r.flow().Reconcile(ctx, req.NamespacedName, newScope())
}

// flow says what a NodePool has of its own.
func (r *Reconciler) flow() target.Flow[*scope] {
	access := target.Access{Client: r.Client, Recorder: r.Recorder}
	return target.Flow[*scope]{
		Access: access, Clock: r.Clock,
		Phases: []target.Phase[*scope]{
			locate{cluster: r.cluster, platform: r.platform},
			adopt{patch: access.Patch, own: r.own},
			gather{siblings: r.pools},
		},
		Evaluate: setStatus, Kind: fleetv1.KindNodePool, Arrivals: &r.arrivals,
	}
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	pools.Register(mgr, r.Clock)
	b := target.Controller(mgr, "nodepool", &fleetv1.NodePool{})
	if err := r.watch(b).Complete(tracing.Reconciler("nodepool", r)); err != nil {
		return fmt.Errorf("setting up the controller of NodePools: %w", err)
	}
	return nil
}
