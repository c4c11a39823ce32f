package operation

import (
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Object is a Cluster, NodePool or Addon: what there are records about.
type Object interface {
	metav1.Object
	runtime.Object
	GetConditions() *[]metav1.Condition
	GetObservedGeneration() int64
}

// Sight is an object as it was seen at a moment.
type Sight struct {
	// Object is the object as of then.
	Object Object
	// Before is the same object as it was seen just before; nil where that is not known.
	Before Object
	// New tells that the object was seen coming into being.
	New bool
	// Gone tells that the object was seen going away. Object is then the last that was seen of it.
	Gone bool
	// Time is when that was.
	Time metav1.Time
	// Cluster is the one that the object belongs to, or is; nil where there is none of the name.
	Cluster *fleetv1.Cluster
	// Worker is, for a Cluster, its NodePool default-worker; nil where there is none.
	Worker *fleetv1.NodePool
}

// KindOf returns the kind of an object, and the name of the Cluster that it belongs to, or has.
func KindOf(object Object) (kind, cluster string) {
	switch typed := object.(type) {
	case *fleetv1.NodePool:
		return fleetv1.KindNodePool, typed.Spec.ClusterName
	case *fleetv1.Addon:
		return fleetv1.KindAddon, typed.Spec.ClusterName
	default:
		return fleetv1.KindCluster, object.GetName()
	}
}

// IDOf returns the id by which REST clients know an object. The label is the UID where the facade did not set it.
func IDOf(object metav1.Object) string { return fleetv1.IDOf(object) }

// Telling tells whether two states of an object differ in what records are about.
func Telling(before, after Object) bool {
	if before.GetUID() != after.GetUID() || before.GetGeneration() != after.GetGeneration() ||
		before.GetObservedGeneration() != after.GetObservedGeneration() ||
		before.GetDeletionTimestamp().IsZero() != after.GetDeletionTimestamp().IsZero() {
		return true
	}
	for _, conditionType := range []string{
		fleetv1.ConditionReady, fleetv1.ConditionStalled, fleetv1.ConditionReconciling, fleetv1.ConditionProvisioned,
	} {
		a, b := condition(before, conditionType), condition(after, conditionType)
		if a.Status != b.Status || a.ObservedGeneration != b.ObservedGeneration {
			return true
		}
	}
	return false
}

// condition returns a condition of an object, empty where there is none.
func condition(object Object, conditionType string) metav1.Condition {
	if found := apimeta.FindStatusCondition(*object.GetConditions(), conditionType); found != nil {
		return *found
	}
	return metav1.Condition{}
}

// deleted tells whether the object is on its way out, or gone.
func (s Sight) deleted() bool { return s.Gone || !s.Object.GetDeletionTimestamp().IsZero() }

// generation is what the sight is about. The deletion of an object that nothing kept is a generation that nobody saw.
func (s Sight) generation() int64 {
	if s.Gone && s.Object.GetDeletionTimestamp().IsZero() {
		return s.Object.GetGeneration() + 1
	}
	return s.Object.GetGeneration()
}

// provisioned tells whether the object was ready once.
func (s Sight) provisioned() bool {
	latch := fleetv1.ConditionProvisioned
	if _, ok := s.Object.(*fleetv1.Addon); ok {
		latch = fleetv1.ConditionInstalled
	}
	return condition(s.Object, latch).Status == metav1.ConditionTrue
}

// handled tells whether the present generation was handled.
func (s Sight) handled() bool { return s.Object.GetObservedGeneration() >= s.Object.GetGeneration() }

// request is the task that a REST client was promised for the generation, nil if none was.
func (s Sight) request() *fleetv1.OperationRequest {
	var request *fleetv1.OperationRequest
	switch typed := s.Object.(type) {
	case *fleetv1.Cluster:
		request = typed.Spec.Operation
	case *fleetv1.NodePool:
		request = typed.Spec.Operation
	case *fleetv1.Addon:
		request = typed.Spec.Operation
	}
	if request == nil || request.Generation != s.generation() {
		return nil
	}
	return request
}

// firstWorkers tells whether the object is the node pool that belongs to the first provisioning of its Cluster.
func (s Sight) firstWorkers() bool {
	pool, ok := s.Object.(*fleetv1.NodePool)
	return ok && pool.Pool() == fleetv1.DefaultWorkerPool
}

// withCluster tells whether a deleted object goes because its Cluster does.
func (s Sight) withCluster() bool {
	if _, ok := s.Object.(*fleetv1.Cluster); ok {
		return false
	}
	if s.Cluster == nil {
		return true
	}
	began := s.Cluster.GetDeletionTimestamp()
	return !began.IsZero() && !s.Object.GetDeletionTimestamp().Before(began)
}
