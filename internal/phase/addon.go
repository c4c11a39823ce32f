package phase

import (
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Phase is where an add-on is on its way.
type Phase string

// The phases of an add-on, in the order in which they are looked for.
const (
	// DeleteFailed: the release could not be uninstalled.
	DeleteFailed Phase = "DeleteFailed"
	// Deleting: the add-on is being deleted.
	Deleting Phase = "Deleting"
	// Pending: it was never ready, and is suspended.
	Pending Phase = "Pending"
	// InstallFailed: it was never ready, and does not get there by itself.
	InstallFailed Phase = "InstallFailed"
	// Installing: it was never ready.
	Installing Phase = "Installing"
	// RollingBack: a REST client's rollback is under way.
	RollingBack Phase = "RollingBack"
	// Upgrading: any other change is under way.
	Upgrading Phase = "Upgrading"
	// RollbackFailed: the change before the last failed, and so did taking it back.
	RollbackFailed Phase = "RollbackFailed"
	// UpgradeFailed: the last change failed.
	UpgradeFailed Phase = "UpgradeFailed"
	// Running: it is as wished.
	Running Phase = "Running"
	// Partial: it is deployed, and part of it is not ready.
	Partial Phase = "Partial"
	// Degraded: it was ready once, and is not any more.
	Degraded Phase = "Degraded"
	// Unknown: nobody can tell.
	Unknown Phase = "Unknown"
)

// Addon returns the phase of an add-on. The table is in docs/rest/cce.md.
func Addon(addon *fleetv1.Addon) Phase {
	if addon.DeletionTimestamp == nil {
		return alive(addon, addon.Generation)
	}
	if stalled(addon, addon.Generation) {
		return DeleteFailed
	}
	return Deleting
}

// Undeleted returns the phase that an add-on would have if nobody had deleted it.
func Undeleted(addon *fleetv1.Addon) Phase {
	if addon.DeletionTimestamp == nil {
		return alive(addon, addon.Generation)
	}
	ready := condition(addon, fleetv1.ConditionReady)
	// The deletion is a generation of its own.
	before := addon.Generation - 1
	if ready != nil && ready.ObservedGeneration < addon.Generation {
		return alive(addon, before)
	}
	// The controller has seen it: the conditions are about nothing else any more. What is left is how far it came before.
	handled := addon.Status.ObservedGeneration >= before
	switch {
	case !installed(addon) && handled:
		return InstallFailed // else it would be installed
	case !installed(addon):
		return Installing
	case !handled && rollsBack(addon, before):
		return RollingBack
	case !handled:
		return Upgrading
	}
	return Running
}

// alive is the phase of an add-on that is not being deleted, at a generation.
func alive(addon *fleetv1.Addon, generation int64) Phase {
	failed := stalled(addon, generation)
	if !installed(addon) {
		switch {
		case addon.Spec.Suspend:
			return Pending
		case failed:
			return InstallFailed
		default:
			return Installing
		}
	}
	switch {
	case addon.Status.ObservedGeneration < generation && rollsBack(addon, generation):
		return RollingBack
	case addon.Status.ObservedGeneration < generation:
		return Upgrading
	case failed && condition(addon, fleetv1.ConditionStalled).Reason == fleetv1.ReasonRollbackFailed:
		return RollbackFailed
	case failed:
		return UpgradeFailed
	}
	return health(condition(addon, fleetv1.ConditionReady))
}

// health is the phase of an add-on that has been ready at the present generation.
func health(ready *metav1.Condition) Phase {
	switch {
	case ready == nil || ready.Status == metav1.ConditionUnknown:
		return Unknown
	case ready.Status == metav1.ConditionTrue:
		return Running
	case ready.Reason == fleetv1.ReasonPartiallyReady:
		return Partial
	default:
		return Degraded
	}
}

// stalled tells whether the add-on is stalled at a generation.
func stalled(addon *fleetv1.Addon, generation int64) bool {
	c := condition(addon, fleetv1.ConditionStalled)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration >= generation
}

// installed tells whether the add-on was ready once.
func installed(addon *fleetv1.Addon) bool {
	return apimeta.IsStatusConditionTrue(addon.Status.Conditions, fleetv1.ConditionInstalled)
}

func condition(addon *fleetv1.Addon, conditionType string) *metav1.Condition {
	return apimeta.FindStatusCondition(addon.Status.Conditions, conditionType)
}

// rollsBack tells whether the latest change was a REST client's rollback.
func rollsBack(addon *fleetv1.Addon, generation int64) bool {
	operation := addon.Spec.Operation
	return operation != nil && operation.Type == fleetv1.OperationAddonRollback && operation.Generation == generation
}
