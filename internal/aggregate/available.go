package aggregate

import (
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// available returns the condition Available: rows A1 to A4, whether the object is being deleted or not.
func (v *view) available() metav1.Condition {
	generation, unavailable, agreed := v.agreement()
	available := metav1.Condition{Type: fleetv1.ConditionAvailable, ObservedGeneration: generation}
	switch {
	case agreed && len(unavailable) == 0: // A1
		available.Status = metav1.ConditionTrue
		available.Reason = fleetv1.ReasonResourceAvailable
		available.Message = v.Kind + " is accessible"
	case agreed: // A2
		available.Status = metav1.ConditionFalse
		available.Reason = fleetv1.ReasonAdaptersUnavailable
		available.Message = unavailableMessage(generation, unavailable)
	default:
		if previous := v.knownAvailable(); previous != nil { // A3
			return *previous
		}
		available.Status = metav1.ConditionFalse // A4
		available.Reason = fleetv1.ReasonAwaitingAdapters
		available.Message = messageAwaitingAdapters
	}
	return v.settle(available, metav1.ConditionFalse)
}

// agreement returns the generation at which all required adapters have counted reports, and those of them that are not
// available. It is false where a report is missing or the generations are mixed.
func (v *view) agreement() (generation int64, unavailable []string, agreed bool) {
	for i, adapter := range v.required {
		report := v.counted(adapter)
		if report == nil || (i > 0 && report.ObservedGeneration != generation) {
			return 0, nil, false
		}
		generation = report.ObservedGeneration
		if availability(report) == metav1.ConditionFalse {
			unavailable = append(unavailable, adapter)
		}
	}
	return generation, unavailable, len(v.required) > 0
}

// knownAvailable returns the previous Available. One that is neither True nor False, or is about a generation that the
// object has not reached, is not ours to keep.
func (v *view) knownAvailable() *metav1.Condition {
	previous := apimeta.FindStatusCondition(v.Previous, fleetv1.ConditionAvailable)
	if previous == nil || previous.Status == metav1.ConditionUnknown || previous.ObservedGeneration > v.Generation {
		return nil
	}
	return previous
}
