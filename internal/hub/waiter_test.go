package hub_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestASecondTaskIsRefusedOnEveryReplica(t *testing.T) {
	f := settle(t, 2)
	_, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
	for i, r := range f.replicas {
		_, err := r.Perform(t.Context(), f.caller, f.sample, resize(3, 0, "default-worker"))
		reason(t, err, hub.Busy)
		_, err = r.AddNodePool(t.Context(), f.caller, f.sample, hub.NewPool{Name: "third"})
		reason(t, err, hub.Busy)
		reason(t, r.Remove(t.Context(), f.caller, f.inPool("default-worker"), 0), hub.Busy)
		if h := f.now(); h.mark() != "NodePool/sample-more/2" || len(h.pools) != 2 {
			t.Errorf("replica %d left the mark %q and %d pools", i, h.mark(), len(h.pools))
		}
	}
}

// A task that waits costs the kube-apiserver next to nothing, whatever goes on meanwhile, and begins when the one before is done.
func TestATaskWaitsForTheOneBefore(t *testing.T) {
	f := settle(t, 2)
	_, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
	var reads atomic.Int32
	m := &meddling{read: func(client.Object) { reads.Add(1) }}
	waiting := f.meddled(f.replicas[1], m, f.clock)
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := waiting.Perform(t.Context(), f.caller, f.sample, resize(3, time.Minute, "default-worker")); err != nil {
			t.Error(err)
		}
	})
	for i := range 20 {
		f.cluster(f.replicas[0], fmt.Sprint("noise-", i))
	}
	if h := f.now(); h.mark() != "NodePool/sample-more/2" {
		t.Errorf("the mark is %q", h.mark())
	}
	f.handled(f.replicas[0], fleetv1.KindNodePool, f.now().pool("more"))
	group.Wait()
	if h := f.now(); h.mark() != "NodePool/sample-default-worker/2" || *h.pool("default-worker").Spec.Replicas != 3 {
		t.Errorf("the mark is %q", h.mark())
	}
	if n := reads.Load(); n > 4 {
		t.Errorf("%d reads while it waited", n)
	}
}

func TestAWaitThatIsOverIsBusyAndOneThatIsGivenUpIsNot(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	_, err := r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
	_, err = r.Perform(t.Context(), f.caller, f.sample, resize(3, 100*time.Millisecond, "more"))
	reason(t, err, hub.Busy)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		_, err := r.Perform(ctx, f.caller, f.sample, resize(3, time.Minute, "more"))
		reason(t, err, hub.Timeout)
	})
	cancel()
	group.Wait()
	if more := f.now().pool("more"); more.Generation != 2 {
		t.Errorf("the generation is %d", more.Generation)
	}
}

func TestTheDeletionOfAGroupWaitsOnlyForOthers(t *testing.T) {
	f := settle(t, 2)
	_, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
	reason(t, f.replicas[1].Remove(t.Context(), f.caller, f.inPool("default-worker"), 0), hub.Busy)
	must(t, f.replicas[1].Remove(t.Context(), f.caller, f.inPool("more"), 0))
	h := f.now()
	if h.mark() != "NodePool/sample-more/3" || h.pool("more").DeletionTimestamp == nil {
		t.Errorf("the mark is %q, deleted %v", h.mark(), h.pool("more").DeletionTimestamp)
	}
	for _, r := range f.replicas {
		must(t, r.Remove(t.Context(), f.caller, f.inPool("more"), 0))
		_, err = r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "default-worker"))
		reason(t, err, hub.Busy)
	}
	must(t, f.replicas[0].Remove(t.Context(), f.caller, f.sample, 0))
	if f.now().cluster.DeletionTimestamp == nil {
		t.Error("the cluster is not being deleted")
	}
}

func TestTheDeletionOfAGroupEndsWithTheGroup(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	must(t, r.Remove(t.Context(), f.caller, f.inPool("more"), 0))
	more := f.now().pool("more")
	_, err := r.Report(t.Context(), f.caller, hub.Ref{Kind: fleetv1.KindNodePool, ID: more.UID}, "dns", said("F2z", noon.Add(time.Hour)))
	must(t, err)
	reason(t, r.Remove(t.Context(), f.caller, f.inPool("more"), 0), hub.NotFound)
	_, err = r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "default-worker"))
	must(t, err)
}

// Many come at the same time through replicas that lag behind, and wait. Never are two groups on their way at once, and each task
// that is answered moved a generation.
func TestOfManyTasksOneRunsAtATime(t *testing.T) {
	f := settle(t, 1)
	f.lag = 40 * time.Millisecond
	f.replicas = []*replica{f.replicas[0], f.replica(), f.replica()}
	const each = 2
	var group sync.WaitGroup
	var left atomic.Int32
	for i := range 2 * len(f.replicas) {
		r, pool := f.replicas[i/2], []string{"default-worker", "more"}[i%2]
		left.Add(each)
		group.Go(func() {
			for n := range each {
				_, err := r.Perform(t.Context(), f.caller, f.sample, resize(int32(n), time.Minute, pool))
				left.Add(-1)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for left.Load() > 0 {
		f.eventually("a task begins", func() bool { return left.Load() == 0 || len(f.underWay()) > 0 })
		for _, pool := range f.underWay() {
			f.handled(f.replicas[0], fleetv1.KindNodePool, &pool)
		}
	}
	group.Wait()
	h := f.now()
	if moved := h.pools[0].Generation + h.pools[1].Generation - 2; moved != int64(2*len(f.replicas)*each) {
		t.Errorf("%d generations were made", moved)
	}
}

// underWay returns the pools of the sample with a generation that is not handled, of which there must be one at most.
func (f *estate) underWay() []fleetv1.NodePool {
	f.Helper()
	var open []fleetv1.NodePool
	for _, pool := range f.now().pools {
		if pool.Status.ObservedGeneration < pool.Generation {
			open = append(open, pool)
		}
	}
	if len(open) > 1 {
		f.Errorf("%d pools are on their way", len(open))
	}
	return open
}

// Tasks that race through replicas that lag behind: of those that do not wait one passes.
func TestOfTwoRacingTasksOnePasses(t *testing.T) {
	f := settle(t, 2)
	f.lag = 40 * time.Millisecond
	f.replicas = append(f.replicas, f.replica(), f.replica())
	pools := []string{"default-worker", "more"}
	for round := range 5 {
		f.eventually("all replicas know the pools", func() bool {
			for _, r := range f.replicas {
				fleet, err := r.Fleet(t.Context(), f.namespace, f.sample)
				if err != nil || len(fleet.Pools) != 2 {
					return false
				}
			}
			return true
		})
		var passed atomic.Int32
		var group sync.WaitGroup
		for i, r := range f.replicas {
			group.Go(func() {
				_, err := r.Perform(t.Context(), f.caller, f.sample, resize(int32(round), 0, pools[i%2]))
				switch {
				case err == nil:
					passed.Add(1)
				case hub.ReasonOf(err) != hub.Busy:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if passed.Load() != 1 {
			t.Fatalf("round %d: %d tasks passed", round, passed.Load())
		}
		f.done(f.replicas[0])
	}
}
