package cluster

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/slipway-dev/slipway/internal/events"
)

const actionDelete = "Delete"

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
