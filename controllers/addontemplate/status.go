package addontemplate

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/params"
)

// findings are what a check of a template brought up.
type findings struct {
	// faults keep the template from being used.
	faults []params.Fault
	// waits are dependencies that nothing in the catalogue meets as it is.
	waits []params.Fault
}

// setStatus computes the status from what was found about the template and how many Addons are made from it.
func setStatus(template *fleetv1.AddonTemplate, found findings, addons int, now metav1.Time) {
	ready := metav1.Condition{
		Type: fleetv1.ConditionReady, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonUsable,
		Message: fmt.Sprintf("%d versions can be installed", len(template.Spec.Versions)),
	}
	stalled := metav1.Condition{Type: fleetv1.ConditionStalled, Status: metav1.ConditionFalse, Reason: fleetv1.ReasonNotStalled}
	if len(template.Spec.Versions) == 1 {
		ready.Message = "1 version can be installed"
	}
	if len(found.waits) > 0 {
		ready.Message += "; " + params.Join(found.waits)
	}
	if len(found.faults) > 0 {
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, fleetv1.ReasonUnusable, params.Join(found.faults)
		stalled.Status, stalled.Reason, stalled.Message = metav1.ConditionTrue, fleetv1.ReasonUnusable, ready.Message
	}
	conditions.Set(template, ready, now)
	conditions.Set(template, stalled, now)
	if template.DeletionTimestamp.IsZero() {
		conditions.Remove(template, fleetv1.ConditionReconciling)
	} else {
		conditions.Set(template, metav1.Condition{
			Type: fleetv1.ConditionReconciling, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonInUse,
			Message: fmt.Sprintf("waiting for %d Addons that are made from the template to be deleted", addons),
		}, now)
	}
	template.Status.ObservedGeneration = template.Generation
	template.Status.NewestVersion = catalog.Newest(template)
	template.Status.Addons = int32(addons) //nolint:gosec // far below the bound
}
