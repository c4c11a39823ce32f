package aggregate

import (
	"cmp"
	"slices"
	"strings"

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

// adapters returns one condition for each adapter with a counted report, required or not, sorted by type. If two adapters
// have one type, the alphabetically first is shown.
func (v *view) adapters() []metav1.Condition {
	conditions := make([]metav1.Condition, 0, len(v.reports))
	for _, r := range v.reports {
		if availability(r.Report) != metav1.ConditionUnknown {
			conditions = append(conditions, adapterCondition(r))
		}
	}
	// The reports are sorted by adapter, so that a stable sort leaves the first adapter of a type in front.
	slices.SortStableFunc(conditions, func(a, b metav1.Condition) int { return cmp.Compare(a.Type, b.Type) })
	return slices.CompactFunc(conditions, func(a, b metav1.Condition) bool { return a.Type == b.Type })
}

func adapterCondition(r AdapterReport) metav1.Condition {
	available := r.Report.Condition(fleetv1.ReportAvailable)
	since := r.Report.ObservedTime.Time
	if available.LastTransitionTime != nil && !available.LastTransitionTime.IsZero() {
		since = available.LastTransitionTime.Time
	}
	fallback := fleetv1.ReasonAdapterAvailable
	if available.Status == metav1.ConditionFalse {
		fallback = fleetv1.ReasonAdapterUnavailable
	}
	return metav1.Condition{
		Type:               ConditionType(r.Adapter),
		Status:             available.Status,
		Reason:             fitReason(available.Reason, fallback),
		Message:            available.Message,
		ObservedGeneration: r.Report.ObservedGeneration,
		LastTransitionTime: inSeconds(since),
	}
}
