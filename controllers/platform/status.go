package platform

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/params"
)

// setStatus writes what was found into the Platform's status.
func setStatus(s *scope, now metav1.Time) {
	ready := metav1.Condition{
		Type: fleetv1.ConditionReady, Status: metav1.ConditionTrue,
		Reason: fleetv1.ReasonUsable, Message: "The Platform can be used",
	}
	stalled := metav1.Condition{
		Type: fleetv1.ConditionStalled, Status: metav1.ConditionFalse,
		Reason: fleetv1.ReasonNotStalled, Message: "Nothing stands in the way",
	}
	if len(s.faults) > 0 {
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, fleetv1.ReasonUnusable, params.Join(s.faults)
		stalled.Status, stalled.Reason, stalled.Message = metav1.ConditionTrue, fleetv1.ReasonUnusable, ready.Message
	}
	conditions.Set(s.platform, ready, now)
	conditions.Set(s.platform, stalled, now)
	if s.deleting() && len(s.clusters) > 0 {
		conditions.Set(s.platform, metav1.Condition{
			Type: fleetv1.ConditionReconciling, Status: metav1.ConditionTrue,
			Reason: fleetv1.ReasonInUse, Message: inUse(s.clusters),
		}, now)
	}
	s.platform.Status.ObservedGeneration = s.platform.Generation
	s.platform.Status.Clusters = int32(len(s.clusters)) //nolint:gosec // the number of Clusters fits
}
