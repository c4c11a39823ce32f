package aggregate

import (
	"cmp"
	"slices"
	"strings"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// ConditionType returns the type of the condition that shows an adapter's Available: gcp-provisioner becomes
// GcpProvisionerSuccessful.
func ConditionType(adapter string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(adapter, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]))
			b.WriteString(part[1:])
		}
	}
	b.WriteString("Successful")
	return b.String()
}

// adapters returns one condition for each adapter that says anything of Available, required or not, sorted by type. If two
// adapters have one type, the alphabetically first of those whose report counts is shown. An adapter that cannot tell shows
// as Unknown: to the person who looks at the object, its reason is the news.
func (v *view) adapters() []metav1.Condition {
	conditions := make([]metav1.Condition, 0, len(v.reports))
	for _, r := range v.reports {
		if r.Report.Condition(fleetv1.ReportAvailable) != nil {
			conditions = append(conditions, v.adapterCondition(r))
		}
	}
	// The reports are sorted by adapter, so that a stable sort leaves the first adapter of a type in front.
	slices.SortStableFunc(conditions, func(a, b metav1.Condition) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(weight(a), weight(b)))
	})
	return slices.CompactFunc(conditions, func(a, b metav1.Condition) bool { return a.Type == b.Type })
}

func weight(condition metav1.Condition) int {
	if condition.Status == metav1.ConditionUnknown {
		return 1
	}
	return 0
}

func (v *view) adapterCondition(r AdapterReport) metav1.Condition {
	available := r.Report.Condition(fleetv1.ReportAvailable)
	return metav1.Condition{
		Type:               ConditionType(r.Adapter),
		Status:             available.Status,
		Reason:             fitReason(available.Reason, fallbackReason(available.Status)),
		Message:            available.Message,
		ObservedGeneration: r.Report.ObservedGeneration,
		LastTransitionTime: v.adapterTransition(r, available),
	}
}

// fallbackReason returns the reason where an adapter gives none.
func fallbackReason(status metav1.ConditionStatus) string {
	switch status {
	case metav1.ConditionTrue:
		return fleetv1.ReasonAdapterAvailable
	case metav1.ConditionFalse:
		return fleetv1.ReasonAdapterUnavailable
	default:
		return fleetv1.ReasonAdapterUncertain
	}
}

// adapterTransition returns since when an adapter says the same. A report that does not tell is held against the previous
// condition: otherwise each heartbeat would move the time, and write the status.
func (v *view) adapterTransition(r AdapterReport, available *fleetv1.ReportCondition) metav1.Time {
	if since := available.LastTransitionTime; since != nil && !since.IsZero() {
		return inSeconds(since.Time)
	}
	previous := apimeta.FindStatusCondition(v.Previous, ConditionType(r.Adapter))
	if previous != nil && previous.Status == available.Status {
		return previous.LastTransitionTime
	}
	return inSeconds(r.Report.ObservedTime.Time)
}
