package hub_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// undertaking is a task that a process is killed at.
type undertaking struct {
	do func(ctx context.Context, f *estate, r *replica) error
	// again is what the repetition may say, besides nothing, where the first had done all or something.
	again hub.Reason
	// want checks what was to be reached.
	want func(f *estate)
}

var undertakings = map[string]undertaking{
	"a resize": {
		do: func(ctx context.Context, f *estate, r *replica) error {
			_, err := r.Perform(ctx, f.caller, f.sample, resize(4, 0, "more"))
			return err
		},
		want: func(f *estate) {
			if *f.now().pool("more").Spec.Replicas != 4 {
				f.Error("the pool was not resized")
			}
		},
	},
	"an upgrade of all": {
		do: func(ctx context.Context, f *estate, r *replica) error {
			task := upgrade("v1.31.0")
			plan := task.Plan
			task.Plan = func(ctx context.Context, draft *hub.Draft) error {
				draft.Cluster.Spec.KubernetesVersion = "" // the repetition finds a part of it done
				return plan(ctx, draft)
			}
			_, err := r.Perform(ctx, f.caller, f.sample, task)
			return err
		},
		want: func(f *estate) {
			h := f.now()
			for _, version := range []string{
				h.cluster.Spec.KubernetesVersion, h.pools[0].Spec.KubernetesVersion, h.pools[1].Spec.KubernetesVersion,
			} {
				if version != "v1.31.0" {
					f.Errorf("left at %s", version)
				}
			}
		},
	},
	"a new pool": {
		do: func(ctx context.Context, f *estate, r *replica) error {
			_, err := r.AddNodePool(ctx, f.caller, f.sample, third())
			return err
		},
		again: hub.AlreadyExists,
		want: func(f *estate) {
			pool, secret := f.now().pool("third"), f.kept()["sample-third-script-0123456789"]
			if pool == nil || secret == nil || string(secret.Data["user_script"]) != "#!/bin/sh" {
				f.Errorf("the pool is %v, its Secret %v", pool, secret)
			}
		},
	},
	"a new script": {
		do: func(ctx context.Context, f *estate, r *replica) error {
			task := hub.Task{Type: fleetv1.OperationPoolScript, Plan: func(_ context.Context, draft *hub.Draft) error {
				pool := draft.Pool(hub.Ref{Name: "more"})
				pool.Spec.UserScriptSecretName = "sample-more-script-aaaaaaaaaa"
				draft.TouchPool(pool, hub.NewSecret{Name: pool.Spec.UserScriptSecretName, Data: map[string][]byte{"user_script": []byte("x")}})
				return nil
			}}
			_, err := r.Perform(ctx, f.caller, f.sample, task)
			return err
		},
		want: func(f *estate) {
			if more := f.now().pool("more"); f.kept()[more.Spec.UserScriptSecretName] == nil {
				f.Errorf("the pool names %q, and there are the Secrets %v", more.Spec.UserScriptSecretName, f.kept())
			}
		},
	},
	"the deletion of a pool": {
		do: func(ctx context.Context, f *estate, r *replica) error {
			return r.Remove(ctx, f.caller, f.inPool("more"), 0)
		},
		want: func(f *estate) {
			if more := f.now().pool("more"); more != nil && more.DeletionTimestamp == nil {
				f.Error("the pool is not being deleted")
			}
		},
	},
	"the deletion of the cluster": {
		do:    func(ctx context.Context, f *estate, r *replica) error { return r.Remove(ctx, f.caller, f.sample, 0) },
		again: hub.NotFound,
		want: func(f *estate) {
			if f.now().cluster.DeletionTimestamp == nil {
				f.Error("the cluster is not being deleted")
			}
		},
	},
}

// A process is killed at each of the writes of each task, before or after it was carried out. What was written runs like any
// task; then, when the patience is over, the repetition reaches what was wanted.
func TestATaskWhoseProcessIsKilledEnds(t *testing.T) {
	for name, u := range undertakings {
		t.Run(name, func(t *testing.T) {
			for n, killed := 1, true; killed && !t.Failed(); n++ {
				for _, after := range []bool{false, true} {
					t.Run(fmt.Sprintf("write %d, carried out %t", n, after), func(t *testing.T) { killed = u.killAt(t, n, after) })
				}
			}
		})
	}
}

// killAt plays a task with a process that is killed at its n-th write, and reports whether it had so many.
func (u undertaking) killAt(t *testing.T, n int, after bool) bool {
	f := settle(t, 1)
	r := f.replicas[0]
	r.writes.FailAt(n, after)
	err := u.do(t.Context(), f, r)
	if err != nil && !errors.Is(err, expect.ErrKilled) {
		t.Errorf("failed for another reason: %v", err)
	}
	f.clock = ahead{f.clock, patience + time.Second}
	other := f.replica()
	if f.now().cluster.DeletionTimestamp == nil {
		f.done(other)
	}
	if err := u.do(t.Context(), f, other); err != nil && hub.ReasonOf(err) != u.again {
		t.Errorf("the repetition failed: %v", err)
	}
	u.want(f)
	return err != nil
}

// A process is killed after it wrote its mark and before it wrote anything else.
func TestATaskThatNeverBeganEndsAfterAWhile(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	r.writes.FailAt(1, true)
	_, err := r.Perform(t.Context(), f.caller, f.sample, resize(4, 0, "more"))
	if !errors.Is(err, expect.ErrKilled) {
		t.Fatal(err)
	}
	before := f.now()
	if before.mark() != "NodePool/sample-more/2" || before.pool("more").Generation != 1 {
		t.Fatalf("the mark is %q, the pool's generation %d", before.mark(), before.pool("more").Generation)
	}
	early := f.meddled(r, &meddling{}, ahead{f.clock, patience - 5*time.Second})
	_, err = early.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "default-worker"))
	reason(t, err, hub.Busy)
	late := f.meddled(r, &meddling{}, ahead{f.clock, patience})
	_, err = late.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "default-worker"))
	must(t, err)
}

// Nobody tells one who waits that the writer of a mark died: the clock does.
func TestWhoWaitsForATaskThatNeverBeganGoesOnByTheClock(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	r.writes.FailAt(1, true)
	if _, err := r.Perform(t.Context(), f.caller, f.sample, resize(4, 0, "more")); !errors.Is(err, expect.ErrKilled) {
		t.Fatal(err)
	}
	almost := f.meddled(r, &meddling{}, ahead{f.clock, patience - 1500*time.Millisecond})
	_, err := almost.Perform(t.Context(), f.caller, f.sample, resize(2, time.Minute, "default-worker"))
	must(t, err)
}

// A writer that hangs for so long that others took it for dead writes nothing any more.
func TestAWriterThatWasTakenForDeadWritesNothing(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	m, hung := &meddling{}, false
	m.before = func(_ string, object client.Object) error {
		if _, pool := object.(*fleetv1.NodePool); !pool || hung {
			return nil
		}
		hung = true
		late := f.meddled(r, &meddling{}, ahead{f.clock, patience})
		_, err := late.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
		return err
	}
	_, err := f.meddled(r, m, f.clock).Perform(t.Context(), f.caller, f.sample, resize(4, 0, "more"))
	reason(t, err, hub.Unavailable)
	h := f.now()
	if h.pool("more").Generation != 2 || *h.pool("more").Spec.Replicas != 2 || h.mark() != "NodePool/sample-more/2" {
		t.Errorf("the mark is %q, the pool %+v", h.mark(), h.pool("more").Spec)
	}
}

// A Cluster whose creator is killed is there without its pool at worst. Nobody is kept from deleting it, and its task ends.
func TestAKilledProvisionLeavesWhatCanBeDeleted(t *testing.T) {
	for n, killed := 1, true; killed && !t.Failed(); n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("write %d, carried out %t", n, after), func(t *testing.T) {
				f := bare(t)
				r := f.replicas[0]
				r.writes.FailAt(n, after)
				_, err := r.Provision(t.Context(), f.caller, wishedFleet("sample"))
				killed = err != nil
				if err != nil && !errors.Is(err, expect.ErrKilled) {
					t.Errorf("failed for another reason: %v", err)
				}
				f.clock = ahead{f.clock, patience + time.Second}
				other := f.replica()
				if _, err := other.Provision(t.Context(), f.caller, wishedFleet("sample")); err != nil && hub.ReasonOf(err) != hub.AlreadyExists {
					t.Errorf("the repetition failed: %v", err)
				}
				f.done(other)
				if _, err := other.AddNodePool(t.Context(), f.caller, f.sample, third()); err != nil {
					t.Errorf("the next task failed: %v", err)
				}
				must(t, other.Remove(t.Context(), f.caller, f.sample, 0))
			})
		}
	}
}

// Nobody knows whether a write that got no answer was made. The mark stays, so that no other task begins before it shows.
func TestATaskWhoseWriteGotNoAnswerKeepsItsMark(t *testing.T) {
	f := settle(t, 1)
	m := &meddling{before: func(_ string, object client.Object) error {
		if _, pool := object.(*fleetv1.NodePool); pool {
			return context.DeadlineExceeded
		}
		return nil
	}}
	_, err := f.meddled(f.replicas[0], m, f.clock).Perform(t.Context(), f.caller, f.sample, resize(4, 0, "more"))
	reason(t, err, hub.Timeout)
	if h := f.now(); h.mark() != "NodePool/sample-more/2" {
		t.Errorf("the mark is %q", h.mark())
	}
	_, err = f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(2, 0, "default-worker"))
	reason(t, err, hub.Busy)
}
