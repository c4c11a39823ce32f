package aggregate

import (
	"fmt"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// latched returns the conditions that, once True, stay: Provisioned, and Updated on Clusters.
func (v *view) latched(ready metav1.Condition) []metav1.Condition {
	var conditions []metav1.Condition
	before := v.latch(fleetv1.ConditionProvisioned)
	isCluster := v.Kind == fleetv1.KindCluster
	switch {
	case before != nil:
		conditions = append(conditions, *before)
	case ready.Status == metav1.ConditionTrue && !v.Deleting && (v.PoolsReady || !isCluster):
		conditions = append(conditions, v.newLatch(fleetv1.ConditionProvisioned, fleetv1.ReasonProvisioned,
			fmt.Sprintf("Ready for the first time at generation %d", v.Generation)))
	}
	if !isCluster {
		return conditions
	}
	updated := v.latch(fleetv1.ConditionUpdated)
	switch {
	case updated != nil:
		conditions = append(conditions, *updated)
	case v.Updated || before != nil && v.Generation > before.ObservedGeneration:
		conditions = append(conditions, v.newLatch(fleetv1.ConditionUpdated, fleetv1.ReasonUpdated,
			"The cluster or one of its node pools was changed after it was provisioned"))
	}
	return conditions
}

// latch returns the previous condition if it is True. Its generation cannot be one that the object has not reached: a
// restored object counts from 1 again, and what was latched before counts as latched now.
func (v *view) latch(conditionType string) *metav1.Condition {
	previous := apimeta.FindStatusCondition(v.Previous, conditionType)
	if previous == nil || previous.Status != metav1.ConditionTrue {
		return nil
	}
	latch := *previous
	latch.ObservedGeneration = min(latch.ObservedGeneration, v.Generation)
	return &latch
}

func (v *view) newLatch(conditionType, reason, message string) metav1.Condition {
	return v.settle(metav1.Condition{
		Type:               conditionType,
		Status:             metav1.ConditionTrue,
		ObservedGeneration: v.Generation,
		Reason:             reason,
		Message:            message,
	}, metav1.ConditionFalse)
}
