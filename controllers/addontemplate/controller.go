package addontemplate

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/tracing"
)

// Reconciler checks AddonTemplates.
type Reconciler struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// Recorder takes the events.
	Recorder events.Recorder
	// Clock tells the time of transitions.
	Clock clock.PassiveClock
}

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addontemplates,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addontemplates/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons,verbs=get;list;watch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch

// Reconcile handles one AddonTemplate.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	template := &fleetv1.AddonTemplate{}
	if err := r.Client.Get(ctx, req.NamespacedName, template); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	var addons fleetv1.AddonList
	if err := r.Client.List(ctx, &addons, client.MatchingFields{fleetv1.FieldTemplateName: template.Name}, client.UnsafeDisableDeepCopy); err != nil {
		return ctrl.Result{}, fmt.Errorf("listing the Addons of AddonTemplate %s: %w", template.Name, err)
	}
	template, done, err := r.finalize(ctx, template, len(addons.Items))
	if err != nil || done {
		return outcome.Of(err)
	}
	found, err := r.check(ctx, template)
	if err != nil {
		return outcome.Of(err)
	}
	before := template.DeepCopy()
	setStatus(template, found, len(addons.Items), metav1.NewTime(r.Clock.Now()))
	changed, err := conditions.PatchStatus(ctx, r.Client, before, template)
	if err != nil {
		return outcome.Of(err)
	}
	if changed {
		events.Publish(r.Recorder, template, transitions(before, template)...)
	}
	return ctrl.Result{}, nil
}

// check checks a template by itself and, where it depends on others, among them.
func (r *Reconciler) check(ctx context.Context, template *fleetv1.AddonTemplate) (findings, error) {
	found := findings{faults: catalog.CheckTemplate(template)}
	if !catalog.Depends(template) {
		return found, nil
	}
	var others fleetv1.AddonTemplateList
	if err := r.Client.List(ctx, &others, client.UnsafeDisableDeepCopy); err != nil {
		return findings{}, fmt.Errorf("listing the AddonTemplates: %w", err)
	}
	found.faults = append(found.faults, catalog.CheckDependencies(template, others.Items)...)
	found.waits = catalog.Waits(template, others.Items)
	return found, nil
}

// finalize keeps a template while Addons are made from it, and lets it go when it is deleted and none is. It returns the
// template as it is after that, and whether it went.
func (r *Reconciler) finalize(ctx context.Context, template *fleetv1.AddonTemplate, addons int) (*fleetv1.AddonTemplate, bool, error) {
	changed := template.DeepCopy()
	going := !template.DeletionTimestamp.IsZero() && addons == 0
	var wrote bool
	switch {
	case going:
		wrote = controllerutil.RemoveFinalizer(changed, fleetv1.TemplateFinalizer)
	case template.DeletionTimestamp.IsZero():
		wrote = controllerutil.AddFinalizer(changed, fleetv1.TemplateFinalizer)
	}
	if template.DeletionTimestamp.IsZero() && changed.Labels[fleetv1.LabelID] == "" {
		metav1.SetMetaDataLabel(&changed.ObjectMeta, fleetv1.LabelID, string(template.UID))
		wrote = true
	}
	if !wrote {
		return template, going, nil
	}
	patch := client.MergeFromWithOptions(template, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, changed, patch); err != nil {
		return nil, false, fmt.Errorf("setting finalizer and id of AddonTemplate %s: %w", template.Name, err)
	}
	return changed, going, nil
}

// SetupWithManager starts the controller with the manager.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	templates.Register(mgr, r.Clock)
	comesOrGoes := predicate.Funcs{UpdateFunc: func(event.UpdateEvent) bool { return false }}
	err := ctrl.NewControllerManagedBy(mgr).Named("addontemplate").
		For(&fleetv1.AddonTemplate{}).
		Watches(&fleetv1.Addon{}, handler.EnqueueRequestsFromMapFunc(templateOfAddon), builder.WithPredicates(comesOrGoes)).
		Watches(&fleetv1.AddonTemplate{}, handler.EnqueueRequestsFromMapFunc(r.Dependants), builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Complete(tracing.Reconciler("addontemplate", r))
	if err != nil {
		return fmt.Errorf("setting up the controller of AddonTemplates: %w", err)
	}
	return nil
}

// Dependants returns the other templates that depend on some, when a template comes, changes or goes: a cycle, or a dependency that
// nothing meets, may come about and vanish anywhere behind them. It is exported for the tests.
func (r *Reconciler) Dependants(ctx context.Context, changed client.Object) []reconcile.Request {
	var templates fleetv1.AddonTemplateList
	if err := r.Client.List(ctx, &templates, client.UnsafeDisableDeepCopy); err != nil {
		log.FromContext(ctx).Error(err, "listing the AddonTemplates that depend on one", "template", changed.GetName())
		return nil
	}
	var requests []reconcile.Request
	for i := range templates.Items {
		if other := &templates.Items[i]; other.Name != changed.GetName() && catalog.Depends(other) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(other)})
		}
	}
	return requests
}

func templateOfAddon(_ context.Context, object client.Object) []reconcile.Request {
	addon, ok := object.(*fleetv1.Addon)
	if !ok {
		return nil
	}
	return []reconcile.Request{{NamespacedName: client.ObjectKey{Name: addon.Spec.TemplateName}}}
}
