package transitions

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
)

const (
	actionAggregate = "Aggregate"
	actionDelete    = "Delete"
)

// Of returns the events that follow from a change of the status.
func Of(before, after conditions.Object) []events.Event {
	var list []events.Event
	deleting := !after.GetDeletionTimestamp().IsZero()
	if !deleting && conditions.Became(before, after, fleetv1.ConditionReady, metav1.ConditionTrue) {
		list = append(list, becameReady(after))
	}
	if !deleting && conditions.Lost(before, after, fleetv1.ConditionReady) {
		list = append(list, lostReady(after))
	}
	if conditions.Became(before, after, fleetv1.ConditionStalled, metav1.ConditionTrue) {
		list = append(list, stalled(after))
	}
	return list
}

func becameReady(object conditions.Object) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "Ready", Action: actionAggregate,
		Note: fmt.Sprintf("Became ready at generation %d", object.GetGeneration()),
	}
}

func lostReady(object conditions.Object) events.Event {
	ready := conditions.Get(object, fleetv1.ConditionReady)
	event := events.Event{Type: corev1.EventTypeNormal, Reason: "NotReady", Action: actionAggregate, Note: "Stopped being ready: " + ready.Message}
	if ready.Reason == fleetv1.ReasonAdaptersUnavailable {
		event.Type = corev1.EventTypeWarning
	}
	return event
}

func stalled(object conditions.Object) events.Event {
	condition := conditions.Get(object, fleetv1.ConditionStalled)
	return events.Event{Type: corev1.EventTypeWarning, Reason: condition.Reason, Action: actionAggregate, Note: "Stalled: " + condition.Message}
}

// LetGo returns the event that tells that an object of the kind was let go.
func LetGo(kind string) events.Event {
	note := "Let go: all adapters reported Finalized=True and no children remained"
	if kind == fleetv1.KindNodePool {
		note = "Let go: no adapter was left to wait for"
	}
	return events.Event{Type: corev1.EventTypeNormal, Reason: "Deleted", Action: actionDelete, Note: note}
}
