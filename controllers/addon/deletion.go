package addon

import (
	"context"
	"fmt"

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
	u, err := r.uninstall(ctx, addon)
	if err != nil {
		return r.outcome(addon, err)
	}
	if u.done {
		return outcome.Of(r.letGo(ctx, addon))
	}
	verdict, err := r.judge(ctx, addon, u)
	if err != nil {
		return outcome.Of(err)
	}
	before := addon.DeepCopy()
	setDeleting(addon, verdict, metav1.NewTime(r.Clock.Now()))
	if err := r.writeStatus(ctx, before, addon); err != nil {
		return outcome.Of(err)
	}
	if !verdict.abandon {
		return ctrl.Result{RequeueAfter: r.untilNextLook(addon, verdict)}, nil
	}
	if err := r.giveUp(ctx, addon, u); err != nil {
		return r.outcome(addon, err)
	}
	return outcome.Of(r.letGo(ctx, addon))
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
	if v.reason == fleetv1.ReasonUninstallFailed {
		stalled.Status, stalled.Reason, stalled.Message = metav1.ConditionTrue, v.reason, v.message
	}
	conditions.Set(addon, stalled, now)
}

// letGo takes the finalizer off the Addon. What else was rendered for it on the hub goes with its owner.
func (r *Reconciler) letGo(ctx context.Context, addon *fleetv1.Addon) error {
	before := addon.DeepCopy()
	controllerutil.RemoveFinalizer(addon, fleetv1.AddonFinalizer)
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, addon, patch); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("taking the finalizer off Addon %s: %w", client.ObjectKeyFromObject(addon), err)
	}
	r.ledger.forget(addon)
	return nil
}
