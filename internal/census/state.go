package census

import (
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// The states in which objects are counted.
const (
	// Ready: at its generation.
	Ready = "Ready"
	// Pending: on its way there.
	Pending = "Pending"
	// Stalled: nothing more happens by itself.
	Stalled = "Stalled"
	// Deleting: on its way out.
	Deleting = "Deleting"
	// Suspended: nobody acts on it, by the wish of its owner.
	Suspended = "Suspended"
)

// StateOf returns the state of an object, and since when it has been in it; a time of zero says that this is not known. suspended
// tells that its owner has suspended it.
func StateOf(object conditions.Object, suspended bool) (state string, since time.Time) {
	switch deletion := object.GetDeletionTimestamp(); {
	case deletion != nil:
		return Deleting, deletion.Time
	case suspended:
		return Suspended, time.Time{}
	case conditions.IsTrueNow(object, fleetv1.ConditionStalled):
		return Stalled, conditions.Get(object, fleetv1.ConditionStalled).LastTransitionTime.Time
	case conditions.IsTrueNow(object, fleetv1.ConditionReady):
		return Ready, conditions.Get(object, fleetv1.ConditionReady).LastTransitionTime.Time
	default:
		return Pending, pendingSince(object)
	}
}

// pendingSince is since when an object is being worked on, else since when it has not been ready. Whoever was ready at an earlier
// generation, and was not looked at since, has not been waiting for as long as the conditions say.
func pendingSince(object conditions.Object) time.Time {
	reconciling, ready := conditions.Get(object, fleetv1.ConditionReconciling), conditions.Get(object, fleetv1.ConditionReady)
	switch {
	case conditions.IsTrue(object, fleetv1.ConditionReconciling):
		return reconciling.LastTransitionTime.Time
	case ready == nil:
		return object.GetCreationTimestamp().Time
	case conditions.IsTrue(object, fleetv1.ConditionReady), conditions.IsTrue(object, fleetv1.ConditionStalled):
		return time.Time{}
	default:
		return ready.LastTransitionTime.Time
	}
}

// States are the two metrics that tell how the objects of a kind stand: how many there are in each state, and for how long the
// oldest in it has been so.
type States struct {
	// Count has the labels of Age, and may have more.
	Count *Gauge
	// Age has as labels those of the kind, and last the state.
	Age *Gauge
}

// Tell tells of one object. group are the labels before the state, more those of Count after it.
func (s States) Tell(tally *Tally, object conditions.Object, suspended bool, group string, more ...string) {
	state, since := StateOf(object, suspended)
	tally.Count(s.Count, append([]string{group, state}, more...)...)
	if state == Ready || state == Suspended {
		return
	}
	if since.IsZero() {
		since = tally.now
	}
	tally.Age(s.Age, since, group, state)
}
