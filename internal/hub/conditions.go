package hub

import (
	"slices"
	"strings"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// current tells whether stored conditions are those of a generation. Ready names it, but for AwaitingAdapters, which names none
// and is found out anew each time.
func current(generation int64, stored []metav1.Condition) bool {
	ready := apimeta.FindStatusCondition(stored, fleetv1.ConditionReady)
	available := apimeta.FindStatusCondition(stored, fleetv1.ConditionAvailable)
	return known(ready) && ready.ObservedGeneration == generation && known(available) && available.ObservedGeneration <= generation
}

// known tells whether a condition is True or False.
func known(condition *metav1.Condition) bool {
	return condition != nil && (condition.Status == metav1.ConditionTrue || condition.Status == metav1.ConditionFalse)
}

// reference returns the time at which conditions are evaluated that are not stored yet: that of the latest known event. It
// depends on the record only, so that all reads of one version, on every replica, give the same.
func reference(r *Record) metav1.Time {
	latest := r.Object.CreationTimestamp.Time
	if updated, err := time.Parse(time.RFC3339Nano, r.Object.Annotations[fleetv1.AnnotationUpdatedTime]); err == nil {
		latest = later(latest, updated)
	}
	if r.Object.DeletionTimestamp != nil {
		latest = later(latest, r.Object.DeletionTimestamp.Time)
	}
	for _, status := range r.Reports {
		latest = later(latest, status.Report.ObservedTime.Time)
	}
	return metav1.NewTime(latest)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// synthesized returns Ready and Available with the times that REST clients see.
func synthesized(r *Record, stored []metav1.Condition, required []string) []Condition {
	created := metav1.NewMicroTime(r.Object.CreationTimestamp.Time)
	updated := lastReported(r, required, created)
	conditions := make([]Condition, 0, 2+len(r.Reports))
	for _, conditionType := range []string{fleetv1.ConditionReady, fleetv1.ConditionAvailable} {
		condition := apimeta.FindStatusCondition(stored, conditionType)
		if condition == nil {
			continue
		}
		conditions = append(conditions, Condition{
			Condition: *condition,
			Created:   created, Updated: updated, Transitioned: metav1.NewMicroTime(condition.LastTransitionTime.Time),
		})
	}
	return conditions
}

// lastReported returns when a required adapter whose report counts last reported; not before the object was created.
func lastReported(r *Record, required []string, created metav1.MicroTime) metav1.MicroTime {
	latest := created
	for _, status := range r.Reports {
		if counted(r, status) && slices.Contains(required, status.Spec.Adapter) && latest.Before(&status.Report.ObservedTime) {
			latest = status.Report.ObservedTime
		}
	}
	return latest
}

// counted tells whether a report counts: it says Available True or False, at a generation that the object has reached.
func counted(r *Record, status *fleetv1.AdapterStatus) bool {
	available := status.Report.Condition(fleetv1.ReportAvailable)
	return available != nil && (available.Status == metav1.ConditionTrue || available.Status == metav1.ConditionFalse) &&
		status.Report.ObservedGeneration <= r.Object.Generation
}

// adapterConditions returns one condition for each adapter whose report counts, required or not, by type, with the adapter's
// own words. If two adapters have one type, the alphabetically first is shown.
func adapterConditions(r *Record, stored []metav1.Condition, conditionType func(adapter string) string) []Condition {
	reports := make([]*fleetv1.AdapterStatus, 0, len(r.Reports))
	for _, status := range r.Reports {
		if counted(r, status) {
			reports = append(reports, status)
		}
	}
	slices.SortFunc(reports, func(a, b *fleetv1.AdapterStatus) int { return strings.Compare(a.Spec.Adapter, b.Spec.Adapter) })
	conditions := make([]Condition, 0, len(reports))
	for _, status := range reports {
		conditions = append(conditions, adapterCondition(status.Report, conditionType(status.Spec.Adapter), stored))
	}
	slices.SortStableFunc(conditions, func(a, b Condition) int { return strings.Compare(a.Type, b.Type) })
	return slices.CompactFunc(conditions, func(a, b Condition) bool { return a.Type == b.Type })
}

func adapterCondition(report *fleetv1.Report, conditionType string, stored []metav1.Condition) Condition {
	available := report.Condition(fleetv1.ReportAvailable)
	transitioned := adapterTransition(report, available, apimeta.FindStatusCondition(stored, conditionType))
	return Condition{
		Condition: metav1.Condition{
			Type: conditionType, Status: available.Status, Reason: available.Reason, Message: available.Message,
			ObservedGeneration: report.ObservedGeneration, LastTransitionTime: metav1.NewTime(transitioned.Time),
		},
		Created: firstReported(report), Updated: report.ObservedTime, Transitioned: transitioned,
	}
}

// adapterTransition returns since when an adapter says the same. Reports made by hand do not tell; the stored condition may.
func adapterTransition(report *fleetv1.Report, available *fleetv1.ReportCondition, stored *metav1.Condition) metav1.MicroTime {
	switch {
	case available.LastTransitionTime != nil:
		return *available.LastTransitionTime
	case stored != nil && stored.Status == available.Status:
		return metav1.NewMicroTime(stored.LastTransitionTime.Time)
	default:
		return report.ObservedTime
	}
}
