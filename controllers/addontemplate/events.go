package addontemplate

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
)

const actionCheck = "Check"

// transitions returns the events that follow from a change of the status.
func transitions(before, after *fleetv1.AddonTemplate) []events.Event {
	switch {
	case conditions.Became(before, after, fleetv1.ConditionReady, metav1.ConditionTrue):
		return []events.Event{usable()}
	case conditions.Became(before, after, fleetv1.ConditionReady, metav1.ConditionFalse):
		return []events.Event{unusable(conditions.Get(after, fleetv1.ConditionReady).Message)}
	default:
		return nil
	}
}

func usable() events.Event {
	return events.Event{Type: corev1.EventTypeNormal, Reason: fleetv1.ReasonUsable, Action: actionCheck, Note: "Checked and found usable"}
}

func unusable(message string) events.Event {
	return events.Event{Type: corev1.EventTypeWarning, Reason: fleetv1.ReasonUnusable, Action: actionCheck, Note: "Found unusable: " + message}
}
