package addon

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/remote"
	"github.com/slipway-dev/slipway/internal/tracing"
)

const (
	// recheck is how often a deployed add-on's outputs are read again, and its Secrets are compared.
	recheck = 3 * time.Minute
	// recheckTrouble is how often an add-on is looked at that is not ready, and whose cluster may say more.
	recheckTrouble = time.Minute
	// recheckSoon is when a pass that is not quite at the end goes on.
	recheckSoon = time.Second
	// recheckSecret is how often a kubeconfig Secret that is missing or refused is read again: Secrets are not watched.
	recheckSecret = time.Minute
	// keptClients is for how many tenant clusters connections are kept.
	keptClients = 256
	// longestAnswer is how much is read of an answer of a tenant cluster: more than any object, and the short lists asked for.
	longestAnswer = 16 << 20
)

// Tenants gives clients of tenant clusters.
type Tenants interface {
	Get(kubeconfig *remote.Kubeconfig) (client.Client, error)
}

// Reconciler brings Addons about.
type Reconciler struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// APIReader reads Secrets, and HelmReleases that are about to go, past the cache. Default: the manager's.
	APIReader client.Reader
	// Tenants gives clients of tenant clusters. Default: one set of them for this controller.
	Tenants Tenants
	// Recorder takes the events.
	Recorder events.Recorder
	// Clock tells the time of transitions and deadlines.
	Clock clock.PassiveClock

	// outages and ledger are the controller's own memory; a restart may lose it.
	outages outages
	ledger  ledger
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons/finalizers;clusters/finalizers,verbs=update
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addontemplates;clusters;platforms,verbs=get;list;watch
// +kubebuilder:rbac:groups=helm.toolkit.fluxcd.io,resources=helmreleases,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=helm.toolkit.fluxcd.io,resources=helmreleases/status,verbs=patch
// +kubebuilder:rbac:groups=source.toolkit.fluxcd.io,resources=helmrepositories;ocirepositories,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=source.toolkit.fluxcd.io,resources=helmcharts,verbs=get;list;watch;delete
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=list;watch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;create;patch;delete,roleName=slipway-manager-tenant
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get,roleName=slipway-manager-tenant
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile handles one Addon: gather, decide, apply, report.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	addon := &fleetv1.Addon{}
	if err := r.Client.Get(ctx, req.NamespacedName, addon); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if fleetv1.Restoring(addon) {
		return ctrl.Result{}, nil
	}
	ctx = tracing.About(ctx, addon)
	if r.ledger.behind(addon) {
		return r.catchUp(ctx, addon)
	}
	if !addon.DeletionTimestamp.IsZero() {
		return r.reconcileDelete(ctx, addon)
	}
	// Nothing can be created in a namespace that is going, and its Addons are deleted next.
	if namespace, err := namespaces.Get(ctx, r.Client, addon.Namespace); err != nil || namespace.Terminating {
		return outcome.Of(err)
	}
	s := &scope{addon: addon}
	err := unlessClosed(s.addon, r.run(ctx, s))
	var held *hold
	if err != nil && !errors.As(err, &held) {
		return r.outcome(s.addon, err)
	}
	setStatus(s, held, metav1.NewTime(r.Clock.Now()))
	if err := r.finish(ctx, s); err != nil {
		return outcome.Of(err)
	}
	if s.poll {
		s.within(r.pollEvery(s.addon))
	}
	return ctrl.Result{RequeueAfter: s.next()}, nil
}

// finish writes what the pass found out, and does what follows from it.
func (r *Reconciler) finish(ctx context.Context, s *scope) error {
	if err := r.dropParams(ctx, s); err != nil {
		return err
	}
	if err := r.writeStatus(ctx, s.before, s.addon); err != nil {
		return err
	}
	return r.upgrade(ctx, s)
}

// run goes through the phases up to the first one that holds the add-on up.
func (r *Reconciler) run(ctx context.Context, s *scope) error {
	for _, phase := range []func(context.Context, *scope) error{
		r.claim,
		r.suspend,
		r.gatherBlueprint,
		r.gatherReferences,
		r.resolve,
		r.gatherKubeconfig,
		r.gatherPlace,
		r.decide,
		r.gatherCurrent,
		r.refuseForeign,
		r.keepRequest,
		r.move,
		r.apply,
		r.observe,
		r.pace,
		r.gatherHealth,
		r.readOutputs,
		r.retry,
	} {
		if err := phase(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// writeStatus writes the status if it changed, and tells about transitions.
func (r *Reconciler) writeStatus(ctx context.Context, before, after *fleetv1.Addon) error {
	changed, err := conditions.PatchStatus(ctx, r.Client, before, after)
	if err != nil {
		return err
	}
	if changed {
		countTransitions(before, after)
		return r.publish(ctx, after, transitions(before, after)...)
	}
	return nil
}

// publish records events about an Addon. A terminating namespace takes none.
func (r *Reconciler) publish(ctx context.Context, addon *fleetv1.Addon, list ...events.Event) error {
	namespace, err := namespaces.Get(ctx, r.Client, addon.Namespace)
	if err == nil && !namespace.Terminating {
		events.Publish(r.Recorder, addon, list...)
	}
	return err
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	if r.APIReader == nil {
		r.APIReader = mgr.GetAPIReader()
	}
	if r.Tenants == nil {
		r.Tenants = remote.NewClients(mgr.GetScheme(), keptClients).Bounded(longestAnswer)
	}
	addons.Register(mgr, r.Clock)
	if err := r.watch(ctrl.NewControllerManagedBy(mgr).Named("addon")).Complete(tracing.Reconciler("addon", r)); err != nil {
		return fmt.Errorf("setting up the controller of Addons: %w", err)
	}
	return nil
}
