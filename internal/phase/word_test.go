package phase_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/phase"
)

// sketch is a Cluster or NodePool in the few words that its word depends on.
type sketch struct {
	// generation is that of the object, handled the one that was handled last.
	generation, handled int64
	// first is the generation of the first Ready, 0 if there was none.
	first int64
	// stalledAt is the generation at which Stalled is True, 0 if it is False.
	stalledAt int64
	deleted   bool
	// updated, for a Cluster, tells that it was latched.
	updated bool
	// lost tells that Ready turned False without a new generation.
	lost bool
	// born is in which second it was created, of which the Cluster was provisioned in the tenth.
	born int
	// name, for a NodePool, is its pool name: "workers" if empty.
	name string
	// requested, for a NodePool, tells that a client asked for it as one more.
	requested bool
}

func second(n int) metav1.Time { return metav1.Unix(1_700_000_000+int64(n), 0) }

// provisionedIn is in which second Clusters were provisioned.
const provisionedIn = 10

func (s sketch) meta() metav1.ObjectMeta {
	meta := metav1.ObjectMeta{Generation: s.generation, CreationTimestamp: second(s.born)}
	if s.deleted {
		meta.DeletionTimestamp = &metav1.Time{Time: time.Unix(1_800_000_000, 0)}
	}
	return meta
}

func (s sketch) conditions() []metav1.Condition {
	var list []metav1.Condition
	set := func(conditionType string, holds bool, at int64, message string) {
		status := no
		if holds {
			status = yes
		}
		list = append(list, metav1.Condition{
			Type: conditionType, Status: status, ObservedGeneration: at, Message: message, LastTransitionTime: second(provisionedIn),
		})
	}
	set(fleetv1.ConditionReady, s.handled == s.generation && s.stalledAt == 0 && !s.lost, s.generation, "")
	set(fleetv1.ConditionReconciling, s.handled < s.generation, s.generation, "waiting for "+s.name)
	if s.stalledAt != 0 {
		set(fleetv1.ConditionStalled, true, s.stalledAt, "no way on for "+s.name)
	} else {
		set(fleetv1.ConditionStalled, false, s.generation, "all is well with "+s.name)
	}
	if s.first != 0 {
		set(fleetv1.ConditionProvisioned, true, s.first, "")
	}
	if s.updated {
		set(fleetv1.ConditionUpdated, true, s.generation, "")
	}
	return list
}

func (s sketch) cluster() *fleetv1.Cluster {
	s.name = "the cluster"
	cluster := &fleetv1.Cluster{ObjectMeta: s.meta()}
	cluster.Status.ObservedGeneration, cluster.Status.Conditions = s.handled, s.conditions()
	return cluster
}

func (s sketch) pool() *fleetv1.NodePool {
	if s.name == "" {
		s.name = "workers"
	}
	pool := &fleetv1.NodePool{ObjectMeta: s.meta()}
	pool.Spec.PoolName = s.name
	pool.Status.ObservedGeneration, pool.Status.Conditions = s.handled, s.conditions()
	if s.requested {
		pool.Spec.Operation = &fleetv1.OperationRequest{Type: fleetv1.OperationPoolCreate, Generation: 1}
	}
	return pool
}

func poolsOf(sketches []sketch) []*fleetv1.NodePool {
	var pools []*fleetv1.NodePool
	for _, s := range sketches {
		pools = append(pools, s.pool())
	}
	return pools
}

// worker is a default worker that is ready at its first generation.
var worker = sketch{generation: 1, handled: 1, first: 1, name: fleetv1.DefaultWorkerPool}

func with(s sketch, change func(*sketch)) sketch {
	change(&s)
	return s
}

// The rows are in the order in which the words are looked for. Many also have what a later word asks for, so that the order shows.
func TestCluster(t *testing.T) {
	made := sketch{generation: 1, handled: 1, first: 1}
	for name, test := range map[string]struct {
		cluster sketch
		pools   []sketch
		want    phase.Word
	}{
		"a deletion": {cluster: sketch{generation: 2, handled: 1, first: 1, deleted: true}, want: phase.WordDeleteInProgress},
		"a deletion that is stuck": {
			cluster: sketch{generation: 2, handled: 2, first: 1, stalledAt: 2, deleted: true}, want: phase.WordDeleteFailed,
		},
		"a deletion of what was stuck before": {
			cluster: sketch{generation: 3, handled: 2, first: 1, stalledAt: 2, deleted: true}, want: phase.WordDeleteInProgress,
		},
		"a deletion of what was never there": {
			cluster: sketch{generation: 2, handled: -1, deleted: true}, want: phase.WordDeleteInProgress,
		},
		"a deletion with a pool that is stuck": {
			cluster: sketch{generation: 2, handled: 1, first: 1, deleted: true},
			pools:   []sketch{{generation: 2, handled: 2, first: 1, stalledAt: 2, deleted: true}}, want: phase.WordDeleteInProgress,
		},

		"one that nobody has looked at":        {cluster: sketch{generation: 1, handled: -1}, want: phase.WordCreateInProgress},
		"one that failed at once":              {cluster: sketch{generation: 1, handled: 1, stalledAt: 1}, want: phase.WordCreateFailed},
		"one that was changed after it failed": {cluster: sketch{generation: 2, handled: 1, stalledAt: 1}, want: phase.WordCreateInProgress},
		"one whose default worker failed": {
			cluster: sketch{generation: 1, handled: 1},
			pools:   []sketch{{generation: 1, handled: 1, stalledAt: 1, name: fleetv1.DefaultWorkerPool}}, want: phase.WordCreateFailed,
		},
		"one that waits for its default worker": {
			cluster: sketch{generation: 1, handled: 1}, pools: []sketch{{generation: 1, handled: -1, name: fleetv1.DefaultWorkerPool}},
			want: phase.WordCreateInProgress,
		},
		"one on its way, of which another pool failed": {
			cluster: sketch{generation: 1, handled: -1}, pools: []sketch{worker, {generation: 1, handled: 1, stalledAt: 1}},
			want: phase.WordCreateInProgress,
		},
		"one that was changed on its way": {cluster: sketch{generation: 3, handled: -1}, want: phase.WordCreateInProgress},

		"one that is said to be there before its default worker is said to": {
			cluster: made, pools: []sketch{{generation: 1, handled: -1, name: fleetv1.DefaultWorkerPool}}, want: phase.WordCreateInProgress,
		},
		"one that gets a default worker later": {
			cluster: made, pools: []sketch{{generation: 1, handled: -1, name: fleetv1.DefaultWorkerPool, born: provisionedIn + 1}},
			want: phase.WordUpdateInProgress,
		},
		"one whose default worker is deleted before it was ready": {
			cluster: made, pools: []sketch{{generation: 2, handled: -1, deleted: true, name: fleetv1.DefaultWorkerPool}},
			want: phase.WordUpdateInProgress,
		},

		"a change that nobody has looked at": {
			cluster: sketch{generation: 2, handled: 1, first: 1}, pools: []sketch{worker}, want: phase.WordUpdateInProgress,
		},
		"a change after one that failed": {
			cluster: sketch{generation: 3, handled: 2, first: 1, stalledAt: 2, updated: true}, want: phase.WordUpdateInProgress,
		},
		"a change of a pool": {
			cluster: made, pools: []sketch{worker, {generation: 2, handled: 1, first: 1}}, want: phase.WordUpdateInProgress,
		},
		"a change of a pool while another one is stuck": {
			cluster: made, pools: []sketch{with(worker, func(s *sketch) { s.stalledAt = 1 }), {generation: 2, handled: 1, first: 1}},
			want: phase.WordUpdateInProgress,
		},
		"a new pool": {
			cluster: made, pools: []sketch{worker, {generation: 1, handled: -1, born: provisionedIn + 5}}, want: phase.WordUpdateInProgress,
		},
		"a pool on its way out": {
			cluster: made, pools: []sketch{worker, {generation: 2, handled: 2, first: 1, deleted: true}}, want: phase.WordUpdateInProgress,
		},
		"a pool on its way out that nobody has looked at": {
			cluster: made, pools: []sketch{{generation: 2, handled: 1, first: 1, deleted: true}}, want: phase.WordUpdateInProgress,
		},
		"a pool from before that takes longer": {
			cluster: made, pools: []sketch{worker, {generation: 1, handled: -1}}, want: phase.WordUpdateInProgress,
		},

		"a change that failed": {
			cluster: sketch{generation: 2, handled: 2, first: 1, stalledAt: 2, updated: true}, want: phase.WordUpdateFailed,
		},
		"a change of a pool that failed": {
			cluster: made, pools: []sketch{worker, {generation: 2, handled: 2, first: 1, stalledAt: 2}}, want: phase.WordUpdateFailed,
		},
		"a new pool that failed": {
			cluster: made, pools: []sketch{worker, {generation: 1, handled: 1, stalledAt: 1, born: provisionedIn + 5}},
			want: phase.WordUpdateFailed,
		},
		"a deletion of a pool that is stuck": {
			cluster: made, pools: []sketch{worker, {generation: 2, handled: 2, first: 1, stalledAt: 2, deleted: true}},
			want: phase.WordUpdateFailed,
		},
		"one that stalled after it was there": {
			cluster: with(made, func(s *sketch) { s.stalledAt = 1 }), want: phase.WordUpdateFailed,
		},

		"a change that is done": {cluster: sketch{generation: 2, handled: 2, first: 1}, want: phase.WordUpdateComplete},
		"one that was latched":  {cluster: with(made, func(s *sketch) { s.updated = true }), want: phase.WordUpdateComplete},
		"a change of a pool that is done": {
			cluster: made, pools: []sketch{worker, {generation: 2, handled: 2, first: 1}}, want: phase.WordUpdateComplete,
		},
		"a new pool that is ready": {
			cluster: made, pools: []sketch{worker, {generation: 1, handled: 1, first: 1, born: provisionedIn + 1}},
			want: phase.WordUpdateComplete,
		},
		"a new pool of the very second that was asked for as one more": {
			cluster: made, pools: []sketch{worker, {generation: 1, handled: 1, first: 1, born: provisionedIn, requested: true}},
			want: phase.WordUpdateComplete,
		},
		"a pool of the very second that was not": {
			cluster: made, pools: []sketch{worker, {generation: 1, handled: 1, first: 1, born: provisionedIn}}, want: phase.WordCreateComplete,
		},
		"a pool that was asked for as one more before the cluster got there": {
			cluster: made, pools: []sketch{worker, {generation: 1, handled: 1, first: 1, born: provisionedIn - 1, requested: true}},
			want: phase.WordCreateComplete,
		},

		"one that is there":                {cluster: made, pools: []sketch{worker}, want: phase.WordCreateComplete},
		"one without pools":                {cluster: made, want: phase.WordCreateComplete},
		"one that was changed on the way":  {cluster: sketch{generation: 3, handled: 3, first: 3}, want: phase.WordCreateComplete},
		"one that lost its health":         {cluster: with(made, func(s *sketch) { s.lost = true }), want: phase.WordCreateComplete},
		"one whose pool lost its health":   {cluster: made, pools: []sketch{with(worker, func(s *sketch) { s.lost = true })}, want: phase.WordCreateComplete},
		"one that lost it after an update": {cluster: sketch{generation: 2, handled: 2, first: 1, lost: true}, want: phase.WordUpdateComplete},
		"one that was stuck at an earlier generation": {
			cluster: sketch{generation: 2, handled: 2, first: 2, stalledAt: 1}, want: phase.WordCreateComplete,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := phase.Cluster(test.cluster.cluster(), poolsOf(test.pools)); got != test.want {
				t.Errorf("the word is %s, want %s", got, test.want)
			}
		})
	}
}

func TestNodePoolAndControlPlane(t *testing.T) {
	for name, test := range map[string]struct {
		object sketch
		want   phase.Word
	}{
		"a deletion":                    {sketch{generation: 2, handled: 1, first: 1, deleted: true}, phase.WordDeleteInProgress},
		"a deletion that is stuck":      {sketch{generation: 2, handled: 2, stalledAt: 2, deleted: true}, phase.WordDeleteFailed},
		"one that nobody has looked at": {sketch{generation: 1, handled: -1}, phase.WordCreateInProgress},
		"one that failed at once":       {sketch{generation: 1, handled: 1, stalledAt: 1}, phase.WordCreateFailed},
		"one that was changed after it failed": {
			sketch{generation: 2, handled: 1, stalledAt: 1}, phase.WordCreateInProgress,
		},
		"a change":                        {sketch{generation: 2, handled: 1, first: 1}, phase.WordUpdateInProgress},
		"a change that failed":            {sketch{generation: 2, handled: 2, first: 1, stalledAt: 2}, phase.WordUpdateFailed},
		"a change after one that failed":  {sketch{generation: 3, handled: 2, first: 1, stalledAt: 2}, phase.WordUpdateInProgress},
		"a change that is done":           {sketch{generation: 2, handled: 2, first: 1}, phase.WordUpdateComplete},
		"one that is there":               {sketch{generation: 1, handled: 1, first: 1}, phase.WordCreateComplete},
		"one that was changed on the way": {sketch{generation: 4, handled: 4, first: 4}, phase.WordCreateComplete},
		"one that lost its health":        {sketch{generation: 1, handled: 1, first: 1, lost: true}, phase.WordCreateComplete},
	} {
		t.Run(name, func(t *testing.T) {
			if got := phase.NodePool(test.object.pool()); got != test.want {
				t.Errorf("the word of a pool is %s, want %s", got, test.want)
			}
			if got := phase.ControlPlane(test.object.cluster()); got != test.want {
				t.Errorf("the word of a control plane is %s, want %s", got, test.want)
			}
			if got := phase.Cluster(test.object.cluster(), nil); got != test.want {
				t.Errorf("the word of a Cluster without pools is %s, want the same", got)
			}
		})
	}
}

func TestTheControlPlaneIsNotItsPools(t *testing.T) {
	cluster := sketch{generation: 1, handled: 1, first: 1, updated: true}.cluster()
	if got := phase.ControlPlane(cluster); got != phase.WordCreateComplete {
		t.Errorf("a control plane whose pools were updated is %s", got)
	}
}

func TestWhy(t *testing.T) {
	there, stalledPool := sketch{generation: 1, handled: 1, first: 1}, sketch{generation: 2, handled: 2, first: 1, stalledAt: 2, name: "b"}
	for name, test := range map[string]struct {
		cluster sketch
		pools   []sketch
		want    string
	}{
		"nothing is to be explained":    {cluster: there},
		"the cluster waits":             {cluster: sketch{generation: 2, handled: 1, first: 1}, want: "waiting for the cluster"},
		"the cluster is stuck":          {cluster: sketch{generation: 1, handled: 1, stalledAt: 1}, want: "no way on for the cluster"},
		"a pool waits":                  {cluster: there, pools: []sketch{worker, {generation: 2, handled: 1, first: 1, name: "a"}}, want: "waiting for a"},
		"a pool is stuck":               {cluster: there, pools: []sketch{worker, stalledPool}, want: "no way on for b"},
		"a pool waits, another stuck":   {cluster: there, pools: []sketch{stalledPool, {generation: 2, handled: 1, first: 1, name: "a"}}, want: "waiting for a"},
		"both are stuck":                {cluster: with(there, func(s *sketch) { s.stalledAt = 1 }), pools: []sketch{stalledPool}, want: "no way on for the cluster"},
		"what is stuck is old news":     {cluster: sketch{generation: 3, handled: 2, first: 1, stalledAt: 2}, want: "waiting for the cluster"},
		"health that is lost is no why": {cluster: with(there, func(s *sketch) { s.lost = true })},
	} {
		t.Run(name, func(t *testing.T) {
			if got := phase.ClusterWhy(test.cluster.cluster(), poolsOf(test.pools)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := phase.NodePoolWhy(stalledPool.pool()); got != "no way on for b" {
		t.Errorf("a pool says %q", got)
	}
	if got := phase.ControlPlaneWhy(there.cluster()); got != "" {
		t.Errorf("a control plane says %q", got)
	}
	silent := there.cluster()
	silent.Generation = 2 // as a write returns it, before anybody has looked at it
	if got := phase.ClusterWhy(silent, nil); got != "" {
		t.Errorf("what was said of an earlier generation explains a new one: %q", got)
	}
}
