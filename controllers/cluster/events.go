package cluster

import (
	"fmt"
	"strings"

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

// transitions returns the events that follow from a change of the status.
func transitions(before, after *fleetv1.Cluster) []events.Event {
	var list []events.Event
	deleting := !after.DeletionTimestamp.IsZero()
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

func becameReady(cluster *fleetv1.Cluster) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "Ready", Action: actionAggregate,
		Note: fmt.Sprintf("Became ready at generation %d", cluster.Generation),
	}
}

func lostReady(cluster *fleetv1.Cluster) events.Event {
	ready := conditions.Get(cluster, fleetv1.ConditionReady)
	event := events.Event{Type: corev1.EventTypeNormal, Reason: "NotReady", Action: actionAggregate, Note: "Stopped being ready: " + ready.Message}
	if ready.Reason == fleetv1.ReasonAdaptersUnavailable {
		event.Type = corev1.EventTypeWarning
	}
	return event
}

func stalled(cluster *fleetv1.Cluster) events.Event {
	condition := conditions.Get(cluster, fleetv1.ConditionStalled)
	return events.Event{Type: corev1.EventTypeWarning, Reason: condition.Reason, Action: actionAggregate, Note: "Stalled: " + condition.Message}
}

func platformChosen(name string) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "PlatformChosen", Action: "ChoosePlatform",
		Note: fmt.Sprintf("Put on Platform %s", name),
	}
}

func deletingAddons(names []string) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "DeletingAddons", Action: actionDelete,
		Note: "Deleted the add-ons " + strings.Join(names, ", "),
	}
}

func deletingPools(names []string) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "DeletingNodePools", Action: actionDelete,
		Note: "Deleted the node pools " + strings.Join(names, ", "),
	}
}

func deleted() events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "Deleted", Action: actionDelete,
		Note: "Let go: all adapters reported Finalized=True and no children remained",
	}
}
