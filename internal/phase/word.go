package phase

import (
	"slices"
	"strings"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Word is the status word of a Cluster, a NodePool or a control plane: what is done with it, and how far that is.
type Word string

// The words. There is none for an object that is gone.
const (
	WordCreateInProgress Word = "CREATE_IN_PROGRESS"
	WordCreateFailed     Word = "CREATE_FAILED"
	WordCreateComplete   Word = "CREATE_COMPLETE"
	WordUpdateInProgress Word = "UPDATE_IN_PROGRESS"
	WordUpdateFailed     Word = "UPDATE_FAILED"
	WordUpdateComplete   Word = "UPDATE_COMPLETE"
	WordDeleteInProgress Word = "DELETE_IN_PROGRESS"
	WordDeleteFailed     Word = "DELETE_FAILED"
)

// InProgress tells whether something is under way.
func (w Word) InProgress() bool { return strings.HasSuffix(string(w), "_IN_PROGRESS") }

// Failed tells whether something does not go on by itself.
func (w Word) Failed() bool { return strings.HasSuffix(string(w), "_FAILED") }

// subject is what a word is about: a Cluster or NodePool.
type subject interface {
	metav1.Object
	GetConditions() *[]metav1.Condition
	GetObservedGeneration() int64
}

// Cluster returns the word of a Cluster with its NodePools. The table is in docs/rest/nks.md.
func Cluster(cluster *fleetv1.Cluster, pools []*fleetv1.NodePool) Word {
	worker := defaultWorker(pools)
	switch {
	case deleting(cluster):
		return deletion(cluster)
	case !provisioned(cluster):
		if stuck(cluster) || worker != nil && stuck(worker) {
			return WordCreateFailed
		}
		return WordCreateInProgress
	case worker != nil && old(cluster, worker):
		return WordCreateInProgress
	case open(cluster) || slices.ContainsFunc(pools, underWay):
		return WordUpdateInProgress
	case stuck(cluster) || slices.ContainsFunc(pools, stuckPool):
		return WordUpdateFailed
	case updated(cluster, pools):
		return WordUpdateComplete
	}
	return WordCreateComplete
}

// NodePool returns the word of a NodePool. Nothing but the pool itself counts.
func NodePool(pool *fleetv1.NodePool) Word { return alone(pool) }

// ControlPlane returns the word of a Cluster's control plane. Nothing but the Cluster itself counts.
func ControlPlane(cluster *fleetv1.Cluster) Word { return alone(cluster) }

// alone is the word of an object that depends on no other.
func alone(o subject) Word {
	switch {
	case deleting(o):
		return deletion(o)
	case !provisioned(o) && stuck(o):
		return WordCreateFailed
	case !provisioned(o):
		return WordCreateInProgress
	case open(o):
		return WordUpdateInProgress
	case stuck(o):
		return WordUpdateFailed
	case changed(o):
		return WordUpdateComplete
	}
	return WordCreateComplete
}

func deletion(o subject) Word {
	if stuck(o) {
		return WordDeleteFailed
	}
	return WordDeleteInProgress
}

// old tells whether the default worker is older news than its Cluster. A Cluster is not provisioned before its default worker was
// ready once; where one that was there is said not to have been, the Cluster's news was only the faster one.
func old(cluster *fleetv1.Cluster, worker *fleetv1.NodePool) bool {
	return !deleting(worker) && !provisioned(worker) && !stuck(worker) && !added(cluster, worker)
}

// Updates tells whether a NodePool makes that its Cluster counts as updated: it was added, changed or deleted after the Cluster was
// provisioned.
func Updates(cluster *fleetv1.Cluster, pool *fleetv1.NodePool) bool {
	return provisioned(cluster) && (deleting(pool) || added(cluster, pool) || changed(pool))
}

// added tells whether a NodePool was created after its Cluster was provisioned. Times are in seconds: of a pool of the same second a
// client's request for one more tells that it came after.
func added(cluster *fleetv1.Cluster, pool *fleetv1.NodePool) bool {
	first, born := find(cluster, fleetv1.ConditionProvisioned), fleetv1.CreatedTime(pool)
	if first == nil {
		return false
	}
	wish := pool.Spec.Operation
	requested := wish != nil && wish.Type == fleetv1.OperationPoolCreate
	return born.After(first.LastTransitionTime.Time) || requested && born.Equal(&first.LastTransitionTime)
}

// updated tells whether a Cluster was changed after it was provisioned, or one of its pools was.
func updated(cluster *fleetv1.Cluster, pools []*fleetv1.NodePool) bool {
	return changed(cluster) || apimeta.IsStatusConditionTrue(cluster.Status.Conditions, fleetv1.ConditionUpdated) ||
		slices.ContainsFunc(pools, func(pool *fleetv1.NodePool) bool { return Updates(cluster, pool) })
}

// changed tells whether an object was changed after it was provisioned.
func changed(o subject) bool {
	first := find(o, fleetv1.ConditionProvisioned)
	return first != nil && o.GetGeneration() > first.ObservedGeneration
}

// underWay tells whether a pool has a generation that is not handled, or is on its way out.
func underWay(pool *fleetv1.NodePool) bool { return open(pool) || deleting(pool) && !stuck(pool) }

// open tells whether the present generation is not handled yet.
func open(o subject) bool { return o.GetObservedGeneration() < o.GetGeneration() }

// stuck tells whether the present generation cannot be reached before somebody changes something.
func stuck(o subject) bool {
	c := find(o, fleetv1.ConditionStalled)
	return c != nil && c.Status == metav1.ConditionTrue && c.ObservedGeneration == o.GetGeneration()
}

func stuckPool(pool *fleetv1.NodePool) bool { return stuck(pool) }

func provisioned(o subject) bool {
	return apimeta.IsStatusConditionTrue(*o.GetConditions(), fleetv1.ConditionProvisioned)
}

func deleting(o metav1.Object) bool { return o.GetDeletionTimestamp() != nil }

func find(o subject, conditionType string) *metav1.Condition {
	return apimeta.FindStatusCondition(*o.GetConditions(), conditionType)
}

func defaultWorker(pools []*fleetv1.NodePool) *fleetv1.NodePool {
	for _, pool := range pools {
		if pool.Pool() == fleetv1.DefaultWorkerPool {
			return pool
		}
	}
	return nil
}
