package tasks

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/phase"
)

// Patience is how long the objects of a task may lag behind its mark. After that its writer counts as dead.
const Patience = 30 * time.Second

// Runs tells whether the task still runs, by the Cluster that carries the mark and its NodePools: while one of its objects is on
// its way, or has not been written yet and the mark is young.
func (m Mark) Runs(cluster *fleetv1.Cluster, pools []*fleetv1.NodePool, now time.Time) bool {
	for _, object := range m.Objects {
		if m.holds(object, cluster, pools, now) {
			return true
		}
	}
	return false
}

// Awaited returns until when a NodePool may still come that the task creates and that is none of these; zero if there is none such.
func (m Mark) Awaited(pools []fleetv1.NodePool, now time.Time) time.Time {
	for _, object := range m.Objects {
		if object.Kind != fleetv1.KindNodePool || object.Generation != 1 || !m.young(now) {
			continue
		}
		if !slices.ContainsFunc(pools, func(pool fleetv1.NodePool) bool { return pool.Name == object.Name }) {
			return m.Since.Add(Patience)
		}
	}
	return time.Time{}
}

// thing is a Cluster or NodePool.
type thing interface {
	metav1.Object
	GetObservedGeneration() int64
}

// holds tells whether one object keeps the task running.
func (m Mark) holds(object Object, cluster *fleetv1.Cluster, pools []*fleetv1.NodePool, now time.Time) bool {
	found, word := find(object, cluster, pools)
	switch {
	case found == nil:
		// One that is to be created may still come. Any other was there, and is gone.
		return object.Generation == 1 && m.young(now)
	case found.GetDeletionTimestamp() != nil:
		return word == phase.WordDeleteInProgress
	case found.GetGeneration() < object.Generation:
		return m.young(now)
	case object.Generation == 1:
		return word == phase.WordCreateInProgress
	default:
		return found.GetObservedGeneration() < object.Generation
	}
}

// find returns an object and its status word; nil if there is none.
func find(object Object, cluster *fleetv1.Cluster, pools []*fleetv1.NodePool) (thing, phase.Word) {
	if object.Kind == fleetv1.KindCluster {
		if cluster.Name != object.Name {
			return nil, ""
		}
		return cluster, phase.Cluster(cluster, pools)
	}
	for _, pool := range pools {
		if pool.Name == object.Name {
			return pool, phase.NodePool(pool)
		}
	}
	return nil, ""
}

// young tells whether the writer of the mark may still be at work. Clocks differ a little; a mark from far in the future is as old
// as one from the past.
func (m Mark) young(now time.Time) bool { return now.Sub(m.Since).Abs() < Patience }
