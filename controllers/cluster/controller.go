package cluster

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

// Reconciler brings the status of Clusters in line with what is reported about them.
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

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons;nodepools,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=adapterstatuses;platforms,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile handles one Cluster: gather, evaluate, apply.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	return r.flow().Reconcile(ctx, req.NamespacedName, newScope())
}

// flow says what a Cluster has of its own.
func (r *Reconciler) flow() target.Flow[*scope] {
	access := target.Access{Client: r.Client, Recorder: r.Recorder}
	return target.Flow[*scope]{
		Access: access, Clock: r.Clock,
		Phases: []target.Phase[*scope]{
			listPlatforms{platforms: r.platforms},
			adopt{patch: access.Patch, publish: access.Publish},
			gather{children: r.children},
			teardown{remove: r.remove, publish: access.Publish},
		},
		Evaluate: setStatus, Kind: fleetv1.KindCluster, Arrivals: &r.arrivals,
	}
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	clusters.Register(mgr, r.Clock)
	b := target.Controller(mgr, "cluster", &fleetv1.Cluster{})
	if err := r.watch(b).Complete(tracing.Reconciler("cluster", r)); err != nil {
		return fmt.Errorf("setting up the controller of Clusters: %w", err)
	}
	return nil
}
