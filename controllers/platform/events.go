package platform

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
)

// transitions returns the events that follow from a change of the status.
func transitions(before, after *fleetv1.Platform) []events.Event {
	var list []events.Event
	if conditions.Became(before, after, fleetv1.ConditionStalled, metav1.ConditionTrue) {
		list = append(list, unusable(after))
	}
	if conditions.Became(before, after, fleetv1.ConditionReconciling, metav1.ConditionTrue) {
		list = append(list, kept(after))
	}
	return list
}

func unusable(platform *fleetv1.Platform) events.Event {
	return events.Event{
		Type: corev1.EventTypeWarning, Reason: fleetv1.ReasonUnusable, Action: "Check",
		Note: "Found unusable: " + conditions.Get(platform, fleetv1.ConditionStalled).Message,
	}
}

func kept(platform *fleetv1.Platform) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: fleetv1.ReasonInUse, Action: "Delete",
		Note: "Kept: " + conditions.Get(platform, fleetv1.ConditionReconciling).Message,
	}
}
