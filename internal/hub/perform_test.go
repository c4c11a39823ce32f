package hub_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestATaskChangesItsObjectsAndIsSeenAtOnce(t *testing.T) {
	f := settle(t, 1)
	before := f.now()
	fleet, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, upgrade("v1.31.0"))
	must(t, err)
	if word := phase.Cluster(fleet.Cluster.Cluster, nil); word != phase.WordUpdateInProgress || len(fleet.Pools) != 2 {
		t.Errorf("answered %s with %d pools", word, len(fleet.Pools))
	}
	h := f.now()
	if got, want := h.mark(), "Cluster/sample/2 NodePool/sample-default-worker/2 NodePool/sample-more/2"; got != want {
		t.Errorf("the mark is %q, want %q", got, want)
	}
	want := before.cluster.Spec.DeepCopy()
	want.KubernetesVersion, want.Operation = "v1.31.0", h.cluster.Spec.Operation
	if diff := cmp.Diff(want, &h.cluster.Spec); diff != "" {
		t.Errorf("the cluster's spec (-want +got):\n%s", diff)
	}
	ids := map[string]bool{}
	for _, request := range []*fleetv1.OperationRequest{
		h.cluster.Spec.Operation, h.pool("default-worker").Spec.Operation, h.pool("more").Spec.Operation,
	} {
		if request.Type != fleetv1.OperationPoolUpgrade || request.Generation != 2 {
			t.Errorf("the request for the Operation is %+v", request)
		}
		ids[request.ID] = true
	}
	if len(ids) != 3 {
		t.Errorf("the Operations have the ids %v", ids)
	}
	if h.pool("more").Annotations[fleetv1.AnnotationUpdatedBy] != f.caller.Email {
		t.Errorf("annotated %v", h.pool("more").Annotations)
	}
}

func TestATaskThatChangesNothingMovesTheGenerationToo(t *testing.T) {
	f := settle(t, 1)
	fleet, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(1, 0, "more"))
	must(t, err)
	more := f.now().pool("more")
	if more.Generation != 2 || more.Spec.Operation.Generation != 2 || fleet.Pools[1].NodePool.Generation != 2 {
		t.Errorf("the generation is %d, requested %+v", more.Generation, more.Spec.Operation)
	}
}

// A field that is emptied goes, and what is free-form is kept as it is, nulls and all.
func TestATaskTouchesOnlyWhatItChanges(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	pool := f.now().pool("more")
	pool.Spec.Parameters = fixture.JSON(`{"a":null,"b":{"c":1.0}}`)
	pool.Spec.NodesToRemove = []string{"x"}
	pool.Spec.Rollout = &fleetv1.Rollout{MaxSurge: new(int32)}
	must(t, f.client.Update(t.Context(), pool))
	f.done(r)
	task := hub.Task{Type: fleetv1.OperationPoolFlavor, Plan: func(_ context.Context, draft *hub.Draft) error {
		more := draft.Pool(hub.Ref{Name: "more"})
		more.Spec.NodesToRemove, more.Spec.Rollout, more.Spec.Machine = nil, nil, &fleetv1.Machine{Flavor: "m4"}
		draft.TouchPool(more)
		return nil
	}}
	_, err := r.Perform(t.Context(), f.caller, f.sample, task)
	must(t, err)
	after := f.now().pool("more")
	want := pool.Spec.DeepCopy()
	want.NodesToRemove, want.Rollout, want.Machine, want.Operation = nil, nil, &fleetv1.Machine{Flavor: "m4"}, after.Spec.Operation
	if diff := cmp.Diff(want, &after.Spec); diff != "" {
		t.Errorf("the pool's spec (-want +got):\n%s", diff)
	}
}

func TestWhatATaskMayNotDoIsRefusedAndLeavesNoMark(t *testing.T) {
	limited := func(p *fleetv1.Platform) { p.Spec.MaxNodesPerPool = 10 }
	for name, tc := range map[string]struct {
		task hub.Task
		want hub.Reason
	}{
		"what admission refuses":             {task: resize(-1, 0, "more"), want: hub.Invalid},
		"what the Platform does not allow":   {task: resize(11, 0, "more"), want: hub.Invalid},
		"what the plan refuses":              {task: upgrade("v1.30.3"), want: hub.WrongState},
		"the first is refused, not the last": {task: resize(-1, 0, "more", "default-worker"), want: hub.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			f := settle(t, 1, limited)
			_, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, tc.task)
			reason(t, err, tc.want)
			if tc.want == hub.Invalid && faults(t, err)[0].Field != "spec.replicas" {
				t.Errorf("the faults are %+v", faults(t, err))
			}
			_, err = f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
			reason(t, err, "")
			if h := f.now(); h.mark() != "NodePool/sample-more/2" {
				t.Errorf("the mark is %q", h.mark())
			}
		})
	}
}

// Of a task that fails half-way, what was written goes on, and is waited for.
func TestATaskThatFailsHalfWayRunsForWhatItWrote(t *testing.T) {
	f := settle(t, 1)
	task := hub.Task{Type: fleetv1.OperationPoolResize, Plan: func(_ context.Context, draft *hub.Draft) error {
		for i, pool := range draft.Pools {
			pool.Spec.Replicas = new(int32)
			*pool.Spec.Replicas = int32(2 - 3*i)
			draft.TouchPool(pool)
		}
		return nil
	}}
	_, err := f.replicas[0].Perform(t.Context(), f.caller, f.sample, task)
	reason(t, err, hub.Invalid)
	if h := f.now(); h.mark() != "NodePool/sample-default-worker/2" {
		t.Errorf("the mark is %q", h.mark())
	}
	_, err = f.replicas[0].Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	reason(t, err, hub.Busy)
}

// Somebody changes the second object of a task after the first was written. The plan is made anew, and sees the first as if the
// task had not begun.
func TestWhatSomebodyElseChangesIsPlannedAnew(t *testing.T) {
	f := settle(t, 1)
	meddled := false
	m := &meddling{}
	m.before = func(_ string, object client.Object) error {
		if _, pool := object.(*fleetv1.NodePool); !pool || meddled {
			return nil
		}
		meddled = true
		other := f.now().pool("default-worker")
		other.Spec.NodesToRemove = []string{"kubectl"}
		return f.client.Update(t.Context(), other)
	}
	_, err := f.meddled(f.replicas[0], m, f.clock).Perform(t.Context(), f.caller, f.sample, upgrade("v1.31.0"))
	must(t, err)
	h := f.now()
	if got, want := h.mark(), "Cluster/sample/2 NodePool/sample-default-worker/3 NodePool/sample-more/2"; got != want {
		t.Errorf("the mark is %q, want %q", got, want)
	}
	worker := h.pool("default-worker")
	if h.cluster.Generation != 2 || worker.Generation != 3 || worker.Spec.Operation.Generation != 3 {
		t.Errorf("the generations are %d and %d, requested %+v", h.cluster.Generation, worker.Generation, worker.Spec.Operation)
	}
	if worker.Spec.KubernetesVersion != "v1.31.0" || len(worker.Spec.NodesToRemove) != 1 {
		t.Errorf("the pool's spec is %+v", worker.Spec)
	}
}

func TestWhatIsNoTaskNeitherWaitsNorIsWaitedFor(t *testing.T) {
	f := settle(t, 1)
	r := f.replicas[0]
	aside := resize(3, 0, "more")
	aside.Aside = true
	_, err := r.Perform(t.Context(), f.caller, f.sample, aside)
	must(t, err)
	_, err = r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
	_, err = r.Perform(t.Context(), f.caller, f.sample, aside)
	must(t, err)
	h := f.now()
	if h.mark() != "NodePool/sample-more/3" || h.pool("more").Generation != 4 || *h.pool("more").Spec.Replicas != 3 {
		t.Errorf("the mark is %q, the pool %+v", h.mark(), h.pool("more"))
	}
	f.handled(r, fleetv1.KindNodePool, h.pool("more"))
	_, err = r.Perform(t.Context(), f.caller, f.sample, resize(2, 0, "more"))
	must(t, err)
}

func TestATaskOnAClusterThatIsBeingDeletedIsRefusedAtOnce(t *testing.T) {
	f := settle(t, 2)
	r := f.replicas[0]
	must(t, r.Remove(t.Context(), f.caller, f.sample, 0))
	_, err := r.Perform(t.Context(), f.caller, f.sample, resize(2, time.Minute, "more"))
	reason(t, err, hub.WrongState)
	// The other replica may not know yet.
	_, err = f.replicas[1].AddNodePool(t.Context(), f.caller, f.sample, hub.NewPool{Name: "late", Wait: time.Minute})
	reason(t, err, hub.WrongState)
	aside := resize(2, 0, "more")
	aside.Aside = true
	_, err = f.replicas[1].Perform(t.Context(), f.caller, f.sample, aside)
	reason(t, err, hub.WrongState)
	reason(t, r.Remove(t.Context(), f.caller, f.sample, 0), "")
}
