package operation

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// byDeletion is what the record of a change says that a deletion overtook.
const byDeletion = "superseded by deletion"

// verdict is what a record has to say.
type verdict struct {
	state           fleetv1.OperationState
	reason, message string
}

func succeeded() verdict {
	return verdict{state: fleetv1.OperationSucceeded, reason: string(fleetv1.OperationSucceeded)}
}

func failed(message string) verdict {
	return verdict{fleetv1.OperationFailed, string(fleetv1.OperationFailed), message}
}

// judge says how a record stands as the object was seen. newer is the latest record about the object.
func judge(record, newer *fleetv1.Operation, s Sight) verdict {
	if removes(record.Spec.Type) {
		return s.removal(record)
	}
	if end, ended := s.end(record); ended {
		return end
	}
	switch {
	case s.deleted():
		return failed(byDeletion)
	case newer.Spec.Generation <= record.Spec.Generation:
		return verdict{state: fleetv1.OperationInProgress, reason: string(fleetv1.OperationInProgress)}
	case superseded(record):
		return verdict{fleetv1.OperationInProgress, fleetv1.ReasonSuperseded, record.Status.Message}
	}
	return verdict{
		fleetv1.OperationInProgress, fleetv1.ReasonSuperseded, fmt.Sprintf("superseded by generation %d", newer.Spec.Generation),
	}
}

// removal says how a deletion stands. What does not go by itself has failed.
func (s Sight) removal(record *fleetv1.Operation) verdict {
	stalled := condition(s.Object, fleetv1.ConditionStalled)
	switch {
	case s.Gone:
		return succeeded()
	case stalled.Status == metav1.ConditionTrue && stalled.ObservedGeneration >= record.Spec.Generation:
		return failed(stalled.Message)
	}
	return verdict{state: fleetv1.OperationInProgress, reason: string(fleetv1.OperationInProgress)}
}

// end says how a change ended, if it did: once its generation or a later one was handled.
func (s Sight) end(record *fleetv1.Operation) (verdict, bool) {
	handled := s.Object.GetObservedGeneration()
	if handled < record.Spec.Generation {
		return s.provisioning(record, verdict{}, false)
	}
	ready, stalled := condition(s.Object, fleetv1.ConditionReady), condition(s.Object, fleetv1.ConditionStalled)
	reconciling := condition(s.Object, fleetv1.ConditionReconciling)
	switch {
	case stalled.Status == metav1.ConditionTrue && stalled.ObservedGeneration == handled:
		return failed(stalled.Message), true
	// One that is handled and not being worked on was ready, and has lost its health since.
	case ready.ObservedGeneration == handled && (ready.Status == metav1.ConditionTrue || reconciling.Status == metav1.ConditionFalse):
		return s.provisioning(record, succeeded(), true)
	}
	return s.provisioning(record, verdict{}, false)
}

// provisioning adds what is different about the creation of a Cluster. It ends when the Cluster is provisioned, which its first
// node pool may keep it from, too.
func (s Sight) provisioning(record *fleetv1.Operation, end verdict, ended bool) (verdict, bool) {
	if record.Spec.Type != fleetv1.OperationClusterCreate {
		return end, ended
	}
	if s.provisioned() {
		return succeeded(), true
	}
	if s.Worker == nil || s.Worker.GetDeletionTimestamp() != nil {
		return verdict{}, false
	}
	stalled := condition(s.Worker, fleetv1.ConditionStalled)
	if stalled.Status == metav1.ConditionTrue && stalled.ObservedGeneration == s.Worker.Generation {
		return failed(stalled.Message), true
	}
	return verdict{}, false
}
