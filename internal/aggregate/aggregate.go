package aggregate

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Input is all that the conditions depend on.
type Input struct {
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	// Generation is the object's present metadata.generation.
	Generation int64
	// CreatedTime is the object's creationTimestamp. Conditions that never changed since birth carry it.
	CreatedTime metav1.Time
	// Deleting tells that the object has a deletion timestamp.
	Deleting bool
	// Required are the adapters that the Platform requires for the kind. Order and repetition do not matter.
	Required []string
	// Reports are the stored reports, at most one per adapter. Those without a report count as none.
	Reports []AdapterReport
	// Previous are the conditions as stored, in any order.
	Previous []metav1.Condition
	// ObservedGeneration is status.observedGeneration as stored.
	ObservedGeneration int64
	// Children are what is left of a Cluster's node pools and add-ons. They matter while deleting only.
	Children Children
	// Updated tells that a Cluster's node pools give reason to latch the condition Updated: one is younger than
	// Provisioned, has a generation above its own Provisioned, or is being deleted.
	Updated bool
	// PoolsReady tells that the pools a Cluster must have ready before it is provisioned are. Ignored for NodePools.
	PoolsReady bool
	// Fault is a reason outside the reports why the present generation cannot be reached, or nil. It sets Stalled, unless
	// the generation is Ready.
	Fault *Fault
	// Hold is something outside the reports that has to come first and may well come by itself, or nil: a NodePool's Cluster
	// that does not exist yet. It keeps Ready False and is what Reconciling says. It stalls nothing, and the deadline counts
	// from its end. It is ignored while deleting.
	Hold *Fault
	// Deadline is how long adapters have to handle a generation, counted from when it was first seen. Zero means for ever.
	Deadline time.Duration
	// Now is the reference time, for transitions and for the deadline.
	Now metav1.Time
}

// AdapterReport is what one adapter reported.
type AdapterReport struct {
	// Adapter is the name of the adapter.
	Adapter string
	// Report is its latest stored report; nil counts as none.
	Report *fleetv1.Report
}

// Children is what is left below a Cluster, by name, in any order.
type Children struct {
	// NodePools are the names of the node pools.
	NodePools []string
	// Addons are the names of the add-ons.
	Addons []string
}

// Fault is a reason outside the reports why a generation cannot be reached, or not yet.
type Fault struct {
	// Reason is one of fleetv1's, for example fleetv1.ReasonPlatformNotFound.
	Reason string
	// Message says what is wrong and what to do about it.
	Message string
}

// Result is what follows from an Input.
type Result struct {
	// Conditions is the whole set, in a fixed order: Ready, Available, Reconciling, Stalled, Provisioned, Updated, then one
	// per adapter by type. Equal inputs with equal Previous give equal conditions, so that nothing need be written.
	Conditions []metav1.Condition
	// ObservedGeneration is the value for status.observedGeneration.
	ObservedGeneration int64
	// Adapters is how many required adapters report Available=True at the present generation, of how many: "3/4".
	Adapters string
	// Finished tells that the object is being deleted and nothing is left to wait for (row R3): its finalizer can go.
	Finished bool
	// Waiting names, sorted, the required adapters that a deleted object still waits for.
	Waiting []string
	// Recheck is when time alone will change the result (the deadline), or zero.
	Recheck time.Time
}

// Aggregate returns what follows from the input. It changes nothing that the input points to.
func Aggregate(in Input) Result {
	v := newView(in)
	ready, waiting := v.ready()
	p := v.progress(ready, waiting)

	conditions := []metav1.Condition{ready, v.available(), p.reconciling, p.stalled}
	conditions = append(conditions, v.latched(ready)...)
	conditions = append(conditions, v.adapters()...)
	for i := range conditions {
		conditions[i].Message = fitMessage(conditions[i].Message)
	}
	return Result{
		Conditions:         conditions,
		ObservedGeneration: p.observedGeneration,
		Adapters:           v.summary(),
		Finished:           in.Deleting && ready.Status == metav1.ConditionTrue,
		Waiting:            waiting,
		Recheck:            p.recheck,
	}
}
