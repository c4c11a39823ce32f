package nodepool

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/slipway-dev/slipway/internal/events"
)

func deleted() events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "Deleted", Action: "Delete",
		Note: "Let go: no adapter was left to wait for",
	}
}
