package aggregate

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Decision says what becomes of a report that comes in.
type Decision string

const (
	// Drop says that the report is stale, ahead of its target or says nothing new. It is not stored and changes nothing.
	Drop Decision = "Drop"
	// Answer says that the report repeats the stored one within the heartbeat period. It is answered and not stored.
	Answer Decision = "Answer"
	// Store says that the report takes the place of the stored one, by way of Merge.
	Store Decision = "Store"
)

// Decide says what becomes of a valid report, given the adapter's stored one (nil if there is none), the present generation
// of the target and whether it is being deleted. A stored report above the target's generation, as a restore can leave it,
// counts as none: else it would block its adapter for ever. A heartbeat of zero stores every repetition.
func Decide(stored, incoming *fleetv1.Report, targetGeneration int64, deleting bool, heartbeat time.Duration) Decision {
	if incoming.ObservedGeneration > targetGeneration {
		return Drop
	}
	if stored == nil || stored.ObservedGeneration > targetGeneration {
		return Store
	}
	if stale(stored, incoming) {
		return Drop
	}
	if availability(incoming) == metav1.ConditionUnknown && (!deleting || !incoming.Finalized()) {
		return Drop
	}
	if incoming.ObservedTime.Sub(stored.ObservedTime.Time) < heartbeat && SameReport(stored, incoming) {
		return Answer
	}
	return Store
}

// stale tells whether the stored report is at a later generation, or at the same one and observed later. At equal times the
// later arrival wins, since adapters report with a resolution of a second.
func stale(stored, incoming *fleetv1.Report) bool {
	if stored.ObservedGeneration != incoming.ObservedGeneration {
		return stored.ObservedGeneration > incoming.ObservedGeneration
	}
	return stored.ObservedTime.After(incoming.ObservedTime.Time)
}

// Merge returns the incoming report as it is to be stored in place of the stored one (nil if there is none): with the time
// of the adapter's first report and, for each condition, the time of the report that changed its status. Times of these
// kinds in the incoming report are ignored: they are not the adapter's to say.
func Merge(stored, incoming *fleetv1.Report) *fleetv1.Report {
	merged := incoming.DeepCopy()
	merged.ObservedTime = inMicros(incoming.ObservedTime)
	created := merged.ObservedTime
	if stored != nil {
		created = stored.ObservedTime
		if stored.CreatedTime != nil {
			created = *stored.CreatedTime
		}
	}
	merged.CreatedTime = &created
	for i := range merged.Conditions {
		since := transition(stored, merged.Conditions[i], merged.ObservedTime)
		merged.Conditions[i].LastTransitionTime = &since
	}
	return merged
}

// transition returns when the condition took its status: as stored while it stands, else at the observed time.
func transition(stored *fleetv1.Report, condition fleetv1.ReportCondition, observed metav1.MicroTime) metav1.MicroTime {
	previous := stored.Condition(condition.Type)
	switch {
	case previous == nil || previous.Status != condition.Status:
		return observed
	case previous.LastTransitionTime != nil:
		return *previous.LastTransitionTime
	default:
		return stored.ObservedTime
	}
}

// inMicros returns the time as the API server stores it.
func inMicros(t metav1.MicroTime) metav1.MicroTime {
	return metav1.NewMicroTime(t.UTC().Truncate(time.Microsecond))
}
