package adapterstatus

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/slipway-dev/slipway/internal/events"
)

// dropped tells that somebody deleted a report whose target is alive.
func dropped() events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: "ReportDeleted", Action: "Delete",
		Note: "Let the report go although its target is alive; the adapter counts as not having reported until it reports again",
	}
}
