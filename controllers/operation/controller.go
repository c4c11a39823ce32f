package operation

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/operation"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// Target names what records are about.
type Target struct {
	// Kind is fleetv1.KindCluster, KindNodePool or KindAddon.
	Kind string
	types.NamespacedName
}

// Reconciler opens and ends records.
type Reconciler struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// Live reads from the API server.
	Live client.Reader
	// Clock tells the times in the records.
	Clock clock.PassiveClock

	sightings sightings
	written   written
	numbers   numbers
}

var _ reconcile.TypedReconciler[Target] = &Reconciler{}

// New returns a Reconciler that remembers nothing yet.
func New(c client.Client, live client.Reader, clock clock.PassiveClock) *Reconciler {
	return &Reconciler{
		Client: c, Live: live, Clock: clock,
		sightings: newSightings(), written: newWritten(), numbers: newNumbers(),
	}
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=operations,verbs=list;watch;create;delete
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=operations/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters;nodepools;addons;platforms,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=list;watch

// Reconcile brings the records about one object in line with all that was seen of it.
func (r *Reconciler) Reconcile(ctx context.Context, target Target) (ctrl.Result, error) {
	s, err := r.gather(ctx, target)
	if err != nil {
		return outcome.Of(err)
	}
	if s.object != nil && fleetv1.Restoring(s.object) || s.waits() {
		return ctrl.Result{}, nil
	}
	if s.object != nil {
		ctx = tracing.About(ctx, s.object)
	}
	for _, sight := range s.sights {
		s.records = operation.See(s.records, sight)
	}
	operation.Bury(s.records, s.alive, s.now)
	err = r.apply(ctx, s)
	if errors.Is(err, errUnknownRecords) {
		return ctrl.Result{RequeueAfter: outcome.ConflictRetry}, nil
	}
	if err == nil || apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		// A namespace that ends takes its history with it.
		r.sightings.done(target, s.noted)
	}
	return outcome.Of(err)
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	inProgress.Register(mgr, r.Clock)
	b := builder.TypedControllerManagedBy[Target](mgr).Named("operation")
	if err := r.watch(b).Complete(tracing.Reconciler("operation", r)); err != nil {
		return fmt.Errorf("setting up the controller of Operations: %w", err)
	}
	return nil
}

// newID returns the id of a record that nobody asked for.
func newID() string { return string(uuid.NewUUID()) }
