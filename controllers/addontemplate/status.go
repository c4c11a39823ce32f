package addontemplate

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/params"
)

// setStatus computes the status from what is wrong with the template and how many Addons are made from it.
func setStatus(template *fleetv1.AddonTemplate, faults []params.Fault, addons int, now metav1.Time) {
	ready := metav1.Condition{
		Type: fleetv1.ConditionReady, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonUsable,
		Message: fmt.Sprintf("%d versions can be installed", len(template.Spec.Versions)),
	}
	stalled := metav1.Condition{Type: fleetv1.ConditionStalled, Status: metav1.ConditionFalse, Reason: fleetv1.ReasonNotStalled}
	if len(template.Spec.Versions) == 1 {
		ready.Message = "1 version can be installed"
	}
	if len(faults) > 0 {
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, fleetv1.ReasonUnusable, params.Join(faults)
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
