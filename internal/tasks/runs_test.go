package tasks_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/tasks"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// at gives an object a generation, of which one was handled last, and conditions that are True at its generation.
func at[T interface {
	metav1.Object
	GetConditions() *[]metav1.Condition
}](object T, generation int64, types ...string) T {
	object.SetGeneration(generation)
	for _, conditionType := range types {
		*object.GetConditions() = append(*object.GetConditions(), metav1.Condition{
			Type: conditionType, Status: metav1.ConditionTrue, ObservedGeneration: generation,
		})
	}
	return object
}

func clusterAt(generation, observed int64, types ...string) *fleetv1.Cluster {
	c := at(fixture.Cluster("ns", "sample"), generation, types...)
	c.Status.ObservedGeneration = observed
	return c
}

func poolAt(name string, generation, observed int64, types ...string) *fleetv1.NodePool {
	p := at(fixture.NodePool("ns", name, "sample", fixture.PoolName(name)), generation, types...)
	p.Status.ObservedGeneration = observed
	return p
}

func deleted[T metav1.Object](object T) T {
	object.SetDeletionTimestamp(&metav1.Time{Time: noon})
	return object
}

func TestRuns(t *testing.T) {
	const provisioned, stalled = fleetv1.ConditionProvisioned, fleetv1.ConditionStalled
	whole := clusterAt(3, 3, provisioned)
	for name, tc := range map[string]struct {
		about   tasks.Object
		cluster *fleetv1.Cluster
		pools   []*fleetv1.NodePool
		// young and old are what is wanted before and after the writer counts as dead.
		young, old bool
	}{
		"a cluster that has not got its generation yet": {
			about: cluster(4), cluster: whole, young: true,
		},
		"a cluster whose generation is not handled": {
			about: cluster(4), cluster: clusterAt(4, 3, provisioned), young: true, old: true,
		},
		"a cluster whose generation is handled": {
			about: cluster(4), cluster: clusterAt(4, 4, provisioned),
		},
		"a cluster whose generation was overtaken before it was handled": {
			about: cluster(4), cluster: clusterAt(6, 3, provisioned), young: true, old: true,
		},
		"a cluster of which a later generation is not handled": {
			about: cluster(4), cluster: clusterAt(6, 5, provisioned),
		},
		"a new cluster": {
			about: cluster(1), cluster: clusterAt(1, -1), young: true, old: true,
		},
		"a new cluster that is ready and waits for its default worker": {
			about: cluster(1), cluster: clusterAt(1, 1), pools: []*fleetv1.NodePool{poolAt("default-worker", 1, -1)}, young: true, old: true,
		},
		"a new cluster that somebody else changed before it was provisioned": {
			about: cluster(1), cluster: clusterAt(2, -1), young: true, old: true,
		},
		"a new cluster that is stalled": {
			about: cluster(1), cluster: clusterAt(1, 1, stalled),
		},
		"a new cluster whose default worker is stalled": {
			about: cluster(1), cluster: clusterAt(1, 1), pools: []*fleetv1.NodePool{poolAt("default-worker", 1, 1, stalled)},
		},
		"a new cluster that is provisioned": {
			about: cluster(1), cluster: clusterAt(1, 1, provisioned),
		},
		"a pool that has not got its generation yet": {
			about: pool("a", 3), cluster: whole, pools: []*fleetv1.NodePool{poolAt("a", 2, 2, provisioned)}, young: true,
		},
		"a pool whose generation is not handled": {
			about: pool("a", 2), cluster: whole, pools: []*fleetv1.NodePool{poolAt("a", 2, 1, provisioned)}, young: true, old: true,
		},
		"a pool whose generation is handled, beside one whose is not": {
			about: pool("a", 2), cluster: whole,
			pools: []*fleetv1.NodePool{poolAt("b", 2, 1, provisioned), poolAt("a", 2, 2, provisioned)},
		},
		"a pool whose generation is stalled": {
			about: pool("a", 2), cluster: whole, pools: []*fleetv1.NodePool{poolAt("a", 2, 2, provisioned, stalled)},
		},
		"a new pool that is not there yet": {
			about: pool("a", 1), cluster: whole, young: true,
		},
		"a new pool": {
			about: pool("a", 1), cluster: whole, pools: []*fleetv1.NodePool{poolAt("a", 1, -1)}, young: true, old: true,
		},
		"a new pool that is stalled": {
			about: pool("a", 1), cluster: whole, pools: []*fleetv1.NodePool{poolAt("a", 1, 1, stalled)},
		},
		"a new pool that is provisioned": {
			about: pool("a", 1), cluster: whole, pools: []*fleetv1.NodePool{poolAt("a", 1, 1, provisioned)},
		},
		"a pool that is about to be deleted": {
			about: pool("a", 2), cluster: whole, pools: []*fleetv1.NodePool{poolAt("a", 1, 1, provisioned)}, young: true,
		},
		"a pool that is being deleted": {
			about: pool("a", 2), cluster: whole, pools: []*fleetv1.NodePool{deleted(poolAt("a", 2, 1, provisioned))}, young: true, old: true,
		},
		"a pool that is being deleted and has nothing left to wait for": {
			about: pool("a", 2), cluster: whole, pools: []*fleetv1.NodePool{deleted(poolAt("a", 2, 2, provisioned))}, young: true, old: true,
		},
		"a pool whose deletion is stalled": {
			about: pool("a", 2), cluster: whole, pools: []*fleetv1.NodePool{deleted(poolAt("a", 2, 2, provisioned, stalled))},
		},
		"a pool that is gone": {
			about: pool("a", 2), cluster: whole,
		},
	} {
		t.Run(name, func(t *testing.T) {
			mark := tasks.New(noon, tc.about)
			for word, when := range map[string]struct {
				now  time.Time
				want bool
			}{
				"at once":                            {noon, tc.young},
				"just before the end":                {noon.Add(tasks.Patience - time.Microsecond), tc.young},
				"at the end":                         {noon.Add(tasks.Patience), tc.old},
				"long after":                         {noon.Add(time.Hour), tc.old},
				"by a clock that is a little behind": {noon.Add(-time.Second), tc.young},
				"by a clock that is far behind":      {noon.Add(-time.Hour), tc.old},
			} {
				if got := mark.Runs(tc.cluster, tc.pools, when.now); got != when.want {
					t.Errorf("%s Runs is %t, want %t", word, got, when.want)
				}
			}
		})
	}
}

func TestATaskRunsWhileOneOfItsObjectsDoes(t *testing.T) {
	sample, pools := clusterAt(4, 4, fleetv1.ConditionProvisioned), []*fleetv1.NodePool{
		poolAt("a", 2, 2, fleetv1.ConditionProvisioned), poolAt("b", 2, 1, fleetv1.ConditionProvisioned),
	}
	later := noon.Add(time.Hour)
	if !tasks.New(noon, cluster(4), pool("a", 2), pool("b", 2)).Runs(sample, pools, later) {
		t.Error("the task does not run, though pool b is on its way")
	}
	if tasks.New(noon, cluster(4), pool("a", 2)).Runs(sample, pools, later) {
		t.Error("the task runs, though both of its objects are done")
	}
}
