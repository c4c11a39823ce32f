package addon

import (
	"context"
	"fmt"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/outcome"
)

// reconcileDelete takes the release away, or gives it up, and then lets the Addon go.
func (r *Reconciler) reconcileDelete(ctx context.Context, addon *fleetv1.Addon) (ctrl.Result, error) {
	if !controllerutil.ContainsFinalizer(addon, fleetv1.AddonFinalizer) {
		return ctrl.Result{}, nil
	}
	at := r.hub(addon)
	hr, err := r.uninstall(ctx, addon, at)
	if err != nil {
		return outcome.Of(err)
	}
	if hr == nil {
		return outcome.Of(r.letGo(ctx, addon))
	}
	verdict, err := r.judge(ctx, addon, hr)
	if err != nil {
		return outcome.Of(err)
	}
	before := addon.DeepCopy()
	setDeleting(addon, verdict, metav1.NewTime(r.Clock.Now()))
	if err := r.writeStatus(ctx, before, addon); err != nil {
		return outcome.Of(err)
	}
	if !verdict.abandon {
		return ctrl.Result{RequeueAfter: verdict.again}, nil
	}
	if err := at.abandon(ctx, hr); err != nil {
		return outcome.Of(err)
	}
	return outcome.Of(r.letGo(ctx, addon))
}

// uninstall deletes the HelmRelease and returns what is left of it: nil once it is gone, or if it never was ours. It reads
// past the cache, which may not know of a HelmRelease that was just made.
func (r *Reconciler) uninstall(ctx context.Context, addon *fleetv1.Addon, at place) (*helmv2.HelmRelease, error) {
	hr, err := at.remaining(ctx, addon)
	if hr == nil || err != nil {
		return nil, err
	}
	// Flux does not uninstall a suspended release, it only lets it go.
	if err := at.setSuspend(ctx, hr, false); err != nil {
		return nil, err
	}
	if !hr.DeletionTimestamp.IsZero() {
		return hr, nil
	}
	err = at.client.Delete(ctx, hr, client.Preconditions{UID: &hr.UID})
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("deleting HelmRelease %s: %w", hr.Name, err)
	}
	if err := r.publish(ctx, addon, uninstalling(addon)); err != nil {
		return nil, err
	}
	return at.remaining(ctx, addon)
}

func (p place) remaining(ctx context.Context, addon *fleetv1.Addon) (*helmv2.HelmRelease, error) {
	hr := &helmv2.HelmRelease{}
	switch err := p.live.Get(ctx, p.key(addon), hr); {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading HelmRelease %s: %w", addon.Name, err)
	case !p.owns(addon, hr):
		return nil, nil
	}
	return hr, nil
}

// setDeleting sets the conditions of an Addon that is being deleted.
func setDeleting(addon *fleetv1.Addon, v verdict, now metav1.Time) {
	conditions.Set(addon, metav1.Condition{
		Type: fleetv1.ConditionReady, Status: metav1.ConditionFalse, Reason: v.reason, Message: v.message,
	}, now)
	conditions.Set(addon, metav1.Condition{
		Type: fleetv1.ConditionReconciling, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonDeleting, Message: v.message,
	}, now)
	stalled := metav1.Condition{Type: fleetv1.ConditionStalled, Status: metav1.ConditionFalse, Reason: fleetv1.ReasonNotStalled}
	conditions.Set(addon, stalled, now)
}

// abandon takes Flux's finalizer off a HelmRelease that is being deleted, so that it goes without being uninstalled, and
// removes the HelmChart that only Flux's own way out would have removed.
func (p place) abandon(ctx context.Context, hr *helmv2.HelmRelease) error {
	if hr.Spec.Chart != nil {
		chart := &sourcev1.HelmChart{ObjectMeta: metav1.ObjectMeta{Namespace: hr.Namespace, Name: hr.GetHelmChartName()}}
		if err := p.client.Delete(ctx, chart); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("deleting HelmChart %s: %w", chart.Name, err)
		}
	}
	before := hr.DeepCopy()
	if !controllerutil.RemoveFinalizer(hr, helmv2.HelmReleaseFinalizer) {
		return nil
	}
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := p.client.Patch(ctx, hr, patch); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("taking Flux's finalizer off HelmRelease %s: %w", hr.Name, err)
	}
	abandonedTotal.Inc()
	return nil
}

// letGo takes the finalizer off the Addon. What else was rendered for it goes with its owner.
func (r *Reconciler) letGo(ctx context.Context, addon *fleetv1.Addon) error {
	before := addon.DeepCopy()
	controllerutil.RemoveFinalizer(addon, fleetv1.AddonFinalizer)
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, addon, patch); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("taking the finalizer off Addon %s: %w", client.ObjectKeyFromObject(addon), err)
	}
	return nil
}
