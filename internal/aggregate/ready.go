package aggregate

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const messageAwaitingAdapters = "Waiting for adapters to report status"

// ready returns the condition Ready and, of a deleted object, the adapters that it still waits for.
func (v *view) ready() (ready metav1.Condition, waiting []string) {
	if v.Deleting {
		waiting = v.unfinalized()
		return v.settle(v.readyToGo(waiting), metav1.ConditionFalse), waiting
	}
	ready = v.readyToUse()
	if v.Hold != nil {
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, v.Hold.Reason, v.Hold.Message
	}
	return v.settle(ready, metav1.ConditionFalse), nil
}

// readyToGo is Ready of an object that is being deleted: rows R1 to R3.
func (v *view) readyToGo(waiting []string) metav1.Condition {
	ready := metav1.Condition{
		Type:               fleetv1.ConditionReady,
		Status:             metav1.ConditionFalse,
		ObservedGeneration: v.Generation,
	}
	pools, addons := len(v.Children.NodePools), len(v.Children.Addons)
	switch {
	case len(waiting) > 0: // R1
		ready.Reason = fleetv1.ReasonAwaitingFinalization
		ready.Message = fmt.Sprintf("Waiting for adapters to report Finalized=True at generation %d: %s",
			v.Generation, strings.Join(waiting, ", "))
	case pools+addons > 0: // R2
		ready.Reason = fleetv1.ReasonAwaitingChildren
		ready.Message = fmt.Sprintf("Waiting for children to go: node pools %d, add-ons %d", pools, addons)
	default: // R3
		ready.Status = metav1.ConditionTrue
		ready.Reason = fleetv1.ReasonResourceFinalized
		ready.Message = "Adapters report Finalized=True and no children remain"
	}
	return ready
}

// unfinalized returns the required adapters that have not reported Finalized=True at the present generation, sorted.
func (v *view) unfinalized() []string {
	var names []string
	for _, adapter := range v.required {
		if !v.says(adapter, fleetv1.ReportFinalized) {
			names = append(names, adapter)
		}
	}
	return names
}

// readyToUse is Ready of an object that is to stay: rows R4 to R7.
func (v *view) readyToUse() metav1.Condition {
	counted := 0
	var pending, unavailable []string
	for _, adapter := range v.required {
		report := v.counted(adapter)
		if report != nil {
			counted++
		}
		switch {
		case report == nil || report.ObservedGeneration != v.Generation:
			pending = append(pending, adapter)
		case availability(report) == metav1.ConditionFalse:
			unavailable = append(unavailable, adapter)
		}
	}
	ready := metav1.Condition{
		Type:               fleetv1.ConditionReady,
		Status:             metav1.ConditionFalse,
		ObservedGeneration: v.Generation,
	}
	switch {
	case counted == 0: // R4
		ready.ObservedGeneration = 0
		ready.Reason = fleetv1.ReasonAwaitingAdapters
		ready.Message = messageAwaitingAdapters
	case len(unavailable) > 0: // R5
		ready.Reason = fleetv1.ReasonAdaptersUnavailable
		ready.Message = unavailableMessage(v.Generation, unavailable)
	case len(pending) > 0: // R6
		ready.Reason = fleetv1.ReasonAdaptersPending
		ready.Message = fmt.Sprintf("Waiting for adapters to report at generation %d: %s",
			v.Generation, strings.Join(pending, ", "))
	default: // R7
		ready.Status = metav1.ConditionTrue
		ready.Reason = fleetv1.ReasonResourceReady
		ready.Message = "All adapters report ready at current generation"
	}
	return ready
}

func unavailableMessage(generation int64, adapters []string) string {
	return fmt.Sprintf("Adapters report Available=False at generation %d: %s", generation, strings.Join(adapters, ", "))
}
