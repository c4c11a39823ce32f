package aggregate

import (
	"fmt"
	"strings"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// deadlineEnd returns when the deadline ends that began then, or zero if there is none.
func (v *view) deadlineEnd(since metav1.Time) time.Time {
	if v.Deadline <= 0 || v.held() {
		return time.Time{}
	}
	return since.Add(v.Deadline)
}

// held tells whether something outside the reports has to come first. A deletion waits for nothing of the kind.
func (v *view) held() bool { return v.Hold != nil && !v.Deleting }

// overdue tells whether the deadline of the present generation is over. Once it is, it stays over, since Reconciling, which
// dates its beginning, turns False with it.
func (v *view) overdue(working bool, end time.Time) bool {
	if end.IsZero() {
		return false
	}
	if v.previously(fleetv1.ConditionStalled) {
		previous := apimeta.FindStatusCondition(v.Previous, fleetv1.ConditionStalled)
		if previous.Reason == fleetv1.ReasonDeadlineExceeded {
			return true
		}
	}
	return working && !v.Now.Time.Before(end)
}

// stalled returns the condition Stalled: a fault outside the reports, else required adapters that cannot go on, else a
// deadline that is over. A generation that is Ready was reached, whatever its Platform has stopped allowing since.
func (v *view) stalled(ready, overdue bool, waitsFor string) metav1.Condition {
	stalled := metav1.Condition{
		Type:               fleetv1.ConditionStalled,
		Status:             metav1.ConditionTrue,
		ObservedGeneration: v.Generation,
	}
	failures := v.failures()
	switch {
	case v.Fault != nil && !ready:
		stalled.Reason, stalled.Message = v.Fault.Reason, v.Fault.Message
	case len(failures) > 0:
		stalled.Reason, stalled.Message = fleetv1.ReasonAdapterFailed, strings.Join(failures, "; ")
	case overdue:
		stalled.Reason = fleetv1.ReasonDeadlineExceeded
		stalled.Message = fmt.Sprintf("Generation %d was not handled within %s: %s", v.Generation, v.Deadline, waitsFor)
	default:
		stalled.Status = metav1.ConditionFalse
		stalled.Reason = fleetv1.ReasonNotStalled
		stalled.Message = "Nothing stands in the way"
	}
	return v.settle(stalled, metav1.ConditionFalse)
}

// failures returns what the required adapters say that cannot go on at the present generation, sorted by adapter.
func (v *view) failures() []string {
	var failures []string
	for _, adapter := range v.required {
		if !v.says(adapter, fleetv1.ReportStalled) {
			continue
		}
		condition := v.report(adapter).Condition(fleetv1.ReportStalled)
		words := condition.Message
		if words == "" {
			words = condition.Reason
		}
		if words == "" {
			words = "reports that it cannot go on"
		}
		failures = append(failures, adapter+": "+words)
	}
	return failures
}
