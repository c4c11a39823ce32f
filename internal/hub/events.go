package hub

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/slipway-dev/slipway/internal/events"
)

const actionDelete = "Delete"

func forceDeleted(author, reason string) events.Event {
	return events.Event{
		Type: corev1.EventTypeWarning, Reason: "ForceDeleted", Action: actionDelete,
		Note: fmt.Sprintf("Force-deleted by %s without waiting for adapters: %s", author, reason),
	}
}
