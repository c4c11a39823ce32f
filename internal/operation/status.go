package operation

import (
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// maxMessage is how long the message of an Operation may be, in bytes.
const maxMessage = 32768

// SetState writes down how an Operation stands: its state, the conditions that say the same, and its end where it has come.
func SetState(record *fleetv1.Operation, state fleetv1.OperationState, reason, message string, now metav1.Time) {
	message = cut(message)
	status := &record.Status
	status.State, status.Message, status.ObservedGeneration = state, message, max(record.Generation, 1)
	set := func(conditionType string, holds bool) {
		condition := metav1.Condition{
			Type: conditionType, Status: metav1.ConditionFalse, Reason: reason, Message: message,
			ObservedGeneration: status.ObservedGeneration, LastTransitionTime: now,
		}
		if holds {
			condition.Status = metav1.ConditionTrue
		}
		apimeta.SetStatusCondition(&status.Conditions, condition)
	}
	set(fleetv1.ConditionReady, state == fleetv1.OperationSucceeded)
	set(fleetv1.ConditionReconciling, state == fleetv1.OperationInProgress)
	set(fleetv1.ConditionStalled, state == fleetv1.OperationFailed)
	if state != fleetv1.OperationInProgress && status.EndTime == nil {
		status.EndTime = &now
	}
}

// Ended tells whether an Operation is over.
func Ended(record *fleetv1.Operation) bool {
	return record.Status.State == fleetv1.OperationSucceeded || record.Status.State == fleetv1.OperationFailed
}

// superseded tells whether a record says already that a later generation overtook it.
func superseded(record *fleetv1.Operation) bool {
	reconciling := apimeta.FindStatusCondition(record.Status.Conditions, fleetv1.ConditionReconciling)
	return reconciling != nil && reconciling.Reason == fleetv1.ReasonSuperseded
}

// cut shortens a message to what a condition and an Operation can hold, between two characters.
func cut(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	end := maxMessage
	for end > 0 && message[end]&0xc0 == 0x80 {
		end--
	}
	return message[:end]
}
