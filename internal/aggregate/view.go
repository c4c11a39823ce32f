package aggregate

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// view is an Input made ready for questions: sorted, without repetition, and without what belongs to a generation that the
// object has not reached.
type view struct {
	Input
	// required are the names of the required adapters, sorted, each once.
	required []string
	// reports are the reports up to the present generation, by name of the adapter, each adapter once.
	reports []AdapterReport
}

func newView(in Input) *view {
	v := &view{Input: in}
	v.required = slices.Compact(slices.Sorted(slices.Values(in.Required)))
	v.reports = upTo(in.Generation, in.Reports)
	if v.ObservedGeneration > v.Generation {
		v.ObservedGeneration = neverObserved
	}
	return v
}

// neverObserved is the observedGeneration of an object at birth. It stands too for one above the object's generation, which
// only a restored or hand-made status can hold and which would pass for handled until the generation gets there.
const neverObserved = -1

// upTo returns the reports at or below the generation, sorted by adapter. Should an adapter come twice, its newest counts.
func upTo(generation int64, reports []AdapterReport) []AdapterReport {
	kept := make([]AdapterReport, 0, len(reports))
	for _, r := range reports {
		if r.Report != nil && r.Report.ObservedGeneration <= generation {
			kept = append(kept, r)
		}
	}
	slices.SortStableFunc(kept, func(a, b AdapterReport) int {
		return cmp.Or(
			cmp.Compare(a.Adapter, b.Adapter),
			cmp.Compare(b.Report.ObservedGeneration, a.Report.ObservedGeneration),
			b.Report.ObservedTime.Compare(a.Report.ObservedTime.Time),
		)
	})
	return slices.CompactFunc(kept, func(a, b AdapterReport) bool { return a.Adapter == b.Adapter })
}

// report returns the adapter's report up to the present generation, or nil.
func (v *view) report(adapter string) *fleetv1.Report {
	i, found := slices.BinarySearchFunc(v.reports, adapter, func(r AdapterReport, name string) int {
		return cmp.Compare(r.Adapter, name)
	})
	if !found {
		return nil
	}
	return v.reports[i].Report
}

// counted returns the adapter's report if it counts, that is, if it says Available True or False.
func (v *view) counted(adapter string) *fleetv1.Report {
	report := v.report(adapter)
	if availability(report) == metav1.ConditionUnknown {
		return nil
	}
	return report
}

// says tells whether the adapter reports the condition with status True at the present generation.
func (v *view) says(adapter, conditionType string) bool {
	report := v.report(adapter)
	if report == nil || report.ObservedGeneration != v.Generation {
		return false
	}
	condition := report.Condition(conditionType)
	return condition != nil && condition.Status == metav1.ConditionTrue
}

// availability returns what the report says of Available; a report that says nothing says Unknown.
func availability(report *fleetv1.Report) metav1.ConditionStatus {
	condition := report.Condition(fleetv1.ReportAvailable)
	if condition == nil || (condition.Status != metav1.ConditionTrue && condition.Status != metav1.ConditionFalse) {
		return metav1.ConditionUnknown
	}
	return condition.Status
}

// settle sets the condition's transition time: the previous one while the status stands, else now. atBirth is the status
// that an object is born with, so that a condition which was never written and still has it dates from its creation.
func (v *view) settle(condition metav1.Condition, atBirth metav1.ConditionStatus) metav1.Condition {
	was, since := atBirth, v.CreatedTime
	if previous := apimeta.FindStatusCondition(v.Previous, condition.Type); previous != nil {
		was, since = previous.Status, previous.LastTransitionTime
	}
	if condition.Status != was {
		since = v.Now
	}
	condition.LastTransitionTime = inSeconds(since.Time)
	return condition
}

// inSeconds returns the time as the API server stores it. A finer one would differ from the stored one for ever.
func inSeconds(t time.Time) metav1.Time {
	return metav1.NewTime(t.UTC().Truncate(time.Second))
}

// summary returns how many of the required adapters report Available=True at the present generation.
func (v *view) summary() string {
	available := 0
	for _, adapter := range v.required {
		if v.says(adapter, fleetv1.ReportAvailable) {
			available++
		}
	}
	return fmt.Sprintf("%d/%d", available, len(v.required))
}
