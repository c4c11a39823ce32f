package hub_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// tally is what has happened to the objects of an estate, by "sample" for the Cluster and the pool names.
type tally struct {
	generation, observed map[string]int64
	// task holds the objects of the last task, and the generations that it made.
	task map[string]int64
	// deleting tells that the pool "more" is on its way out.
	deleting bool
}

// tally begins with everything done.
func (f *estate) tally() *tally {
	f.Helper()
	b := &tally{generation: map[string]int64{}, observed: map[string]int64{}, task: map[string]int64{}}
	f.done(f.replicas[0])
	for _, name := range []string{"sample", "default-worker", "more"} {
		object, _ := f.thing(name)
		b.generation[name], b.observed[name] = object.GetGeneration(), object.GetGeneration()
	}
	return b
}

// busy tells whether the last task runs.
func (b *tally) busy() bool {
	for name, generation := range b.task {
		if b.observed[name] < generation || name == "more" && b.deleting {
			return true
		}
	}
	return false
}

// only tells whether the last task is about that object alone.
func (b *tally) only(name string) bool { return len(b.task) == 1 && b.task[name] > 0 }

// wrote takes the news of a task that was accepted.
func (b *tally) wrote(names ...string) {
	b.task = map[string]int64{}
	for _, name := range names {
		b.generation[name]++
		b.task[name] = b.generation[name]
	}
}

// touching is a task about objects of an estate that changes nothing.
func touching(names ...string) hub.Task {
	return hub.Task{Type: fleetv1.OperationClusterUpdate, Plan: func(_ context.Context, draft *hub.Draft) error {
		for _, name := range names {
			if name == "sample" {
				draft.TouchCluster()
				continue
			}
			draft.TouchPool(draft.Pool(hub.Ref{Name: name}))
		}
		return nil
	}}
}

// What two replicas that lag behind let pass and what they refuse is what the rule says, whatever others do meanwhile.
func TestTwoReplicasKeepToOneTaskAtATime(t *testing.T) {
	late := serve(t, 0, fixture.Requiring("dns"))
	late.lag = 30 * time.Millisecond
	late.replicas = []*replica{late.replica(), late.replica()}
	number := 0
	f := late.build(fmt.Sprint("sample-", number))
	rapid.Check(t, func(rt *rapid.T) {
		if more := f.now().pool("more"); more == nil || more.DeletionTimestamp != nil {
			number++
			f = late.build(fmt.Sprint("sample-", number))
		}
		b := f.tally()
		names := []string{"sample", "default-worker", "more"}
		for step := range rapid.IntRange(1, 12).Draw(rt, "steps") {
			r := f.replicas[rapid.IntRange(0, 1).Draw(rt, "replica")]
			name := rapid.SampledFrom(names).Draw(rt, "object")
			what := rapid.SampledFrom([]string{"task", "task", "both", "aside", "kubectl", "done", "done", "remove"}).Draw(rt, "what")
			if b.deleting && name == "more" {
				what = "remove"
			}
			if err := f.play(b, r, what, name); err != "" {
				rt.Fatalf("step %d, %s %s: %s", step, what, name, err)
			}
		}
	})
}

// play lets something happen and tells what came out that should not have.
func (f *estate) play(b *tally, r *replica, what, name string) string {
	busy := b.busy()
	switch what {
	case "task", "both":
		about := []string{name}
		if what == "both" && name != "default-worker" {
			about = append(about, "default-worker")
		}
		_, err := r.Perform(f.Context(), f.caller, f.sample, touching(about...))
		if err == nil {
			b.wrote(about...)
		}
		return unexpected(err, busy)
	case "aside":
		task := touching(name)
		task.Aside = true
		_, err := r.Perform(f.Context(), f.caller, f.sample, task)
		b.generation[name]++
		return unexpected(err, false)
	case "kubectl":
		f.scribble(name)
		b.generation[name]++
	case "done":
		f.doneWith(r, name)
		b.observed[name] = b.generation[name]
	case "remove":
		if name != "more" {
			return ""
		}
		refused := busy && !b.only("more") && !b.deleting
		err := r.Remove(f.Context(), f.caller, f.inPool("more"), 0)
		if err == nil && !b.deleting {
			b.wrote("more")
			b.deleting = true
		}
		return unexpected(err, refused)
	}
	return ""
}

// unexpected tells what is wrong with an answer.
func unexpected(err error, busy bool) string {
	want := hub.Reason("")
	if busy {
		want = hub.Busy
	}
	if got := hub.ReasonOf(err); got != want {
		return fmt.Sprintf("the reason is %q, want %q: %v", got, want, err)
	}
	return ""
}

// scribble changes the spec of an object as kubectl does.
func (f *estate) scribble(name string) {
	f.Helper()
	object, _ := f.thing(name)
	patch := fmt.Sprintf(`{"spec":{"rollout":{"maxSurge":%d}}}`, 1+object.GetGeneration())
	must(f, f.client.Patch(f.Context(), object, client.RawPatch("application/merge-patch+json", []byte(patch))))
}

// doneWith lets the adapter say of an object that it is as wished.
func (f *estate) doneWith(r *replica, name string) {
	f.Helper()
	object, kind := f.thing(name)
	f.handled(r, kind, object)
}

// thing returns an object of the sample as it is live, and its kind.
func (f *estate) thing(name string) (client.Object, string) {
	f.Helper()
	h := f.now()
	if name == "sample" {
		return h.cluster, fleetv1.KindCluster
	}
	return h.pool(name), fleetv1.KindNodePool
}
