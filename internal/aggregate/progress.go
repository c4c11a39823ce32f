package aggregate

import (
	"fmt"
	"slices"
	"strings"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// progress is how far the present generation has come.
type progress struct {
	reconciling, stalled metav1.Condition
	observedGeneration   int64
	recheck              time.Time
}

func (v *view) progress(ready metav1.Condition, waiting []string) progress {
	done := ready.Status == metav1.ConditionTrue
	working := !done && v.working()
	reconciling := v.reconcilingReason(ready, waiting)
	since := v.workedOnSince(reconciling.Reason)

	end := v.deadlineEnd(since)
	over := !done && v.overdue(working, end)
	stalled := v.stalled(done, over, ready.Message)
	failed := stalled.Status == metav1.ConditionTrue

	p := progress{stalled: stalled, observedGeneration: v.ObservedGeneration}
	if done || failed {
		p.observedGeneration = v.Generation
	}
	if v.Deleting || working && !failed {
		reconciling.Status = metav1.ConditionTrue
		reconciling.LastTransitionTime = since
		p.reconciling = reconciling
	} else {
		p.reconciling = v.reconciled(failed)
	}
	if working && !failed {
		p.recheck = end
	}
	return p
}

// working tells whether the present generation, if it is not Ready, is one that is being worked on. That is so until it is
// handled, and again when a stall ends. An object that was Ready at its generation and lost its health is not working: no
// change was asked for.
func (v *view) working() bool {
	if v.Deleting || v.ObservedGeneration < v.Generation {
		return true
	}
	return v.previously(fleetv1.ConditionReconciling) || v.previously(fleetv1.ConditionStalled)
}

// previously tells whether the previous condition is True at the present generation.
func (v *view) previously(conditionType string) bool {
	previous := apimeta.FindStatusCondition(v.Previous, conditionType)
	return previous != nil && previous.Status == metav1.ConditionTrue && previous.ObservedGeneration == v.Generation
}

// workedOnSince returns since when the present generation is worked on for the reason given. The time is kept in the
// condition Reconciling, which therefore moves with generation and reason, not only with the status.
func (v *view) workedOnSince(reason string) metav1.Time {
	if v.previously(fleetv1.ConditionReconciling) {
		previous := apimeta.FindStatusCondition(v.Previous, fleetv1.ConditionReconciling)
		if previous.Reason == reason {
			return previous.LastTransitionTime
		}
	}
	return inSeconds(v.Now.Time)
}

// reconcilingReason returns Reconciling with the reason and message that it has while True.
func (v *view) reconcilingReason(ready metav1.Condition, waiting []string) metav1.Condition {
	reconciling := metav1.Condition{
		Type:               fleetv1.ConditionReconciling,
		ObservedGeneration: v.Generation,
		Reason:             fleetv1.ReasonProgressing,
		Message:            ready.Message,
	}
	switch {
	case v.Deleting:
		reconciling.Reason, reconciling.Message = fleetv1.ReasonDeleting, v.deletionMessage(waiting)
	case v.Hold != nil:
		reconciling.Reason = v.Hold.Reason
	}
	return reconciling
}

// reconciled returns Reconciling=False.
func (v *view) reconciled(failed bool) metav1.Condition {
	message := fmt.Sprintf("Generation %d is handled", v.Generation)
	if failed {
		message = fmt.Sprintf("Generation %d cannot be reached; the condition Stalled says why", v.Generation)
	}
	return v.settle(metav1.Condition{
		Type:               fleetv1.ConditionReconciling,
		Status:             metav1.ConditionFalse,
		ObservedGeneration: v.Generation,
		Reason:             fleetv1.ReasonReconciled,
		Message:            message,
	}, metav1.ConditionTrue)
}

// deletionMessage says everything that a deleted object still waits for, in the order in which it goes.
func (v *view) deletionMessage(adapters []string) string {
	var parts []string
	for _, group := range []struct {
		noun  string
		names []string
	}{
		{"add-ons", v.Children.Addons},
		{"node pools", v.Children.NodePools},
		{"adapters", adapters},
	} {
		if len(group.names) > 0 {
			parts = append(parts, group.noun+" "+enumerate(group.names))
		}
	}
	if len(parts) == 0 {
		return "Nothing is left to wait for"
	}
	return "Waiting for " + strings.Join(parts, "; then ")
}

// maxNamed is how many names of a kind a message lists before it counts the rest.
const maxNamed = 20

func enumerate(names []string) string {
	names = slices.Sorted(slices.Values(names))
	if len(names) <= maxNamed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxNamed], ", "), len(names)-maxNamed)
}
