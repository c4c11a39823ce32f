package hub_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/adapterstatus"
	"github.com/slipway-dev/slipway/controllers/cluster"
	"github.com/slipway-dev/slipway/controllers/nodepool"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// controllers passes over a tenant as the manager does, until there is nothing left to write.
func (f *tenant) controllers() {
	f.Helper()
	writes, recorder := &expect.Writes{}, &expect.Recorder{}
	c := writes.Client(f.client)
	passes := []struct {
		list       client.ObjectList
		reconciler reconcile.Reconciler
	}{
		{&fleetv1.ClusterList{}, &cluster.Reconciler{Client: c, Live: c, Recorder: recorder, Clock: f.clock}},
		{&fleetv1.NodePoolList{}, &nodepool.Reconciler{Client: c, Live: c, Recorder: recorder, Clock: f.clock}},
		{&fleetv1.AdapterStatusList{}, &adapterstatus.Reconciler{Client: c, Recorder: recorder}},
	}
	for before := -1; before != writes.Count(); {
		before = writes.Count()
		for _, pass := range passes {
			must(f, f.client.List(f.Context(), pass.list, client.InNamespace(f.namespace)))
			for _, key := range keys(pass.list) {
				_, err := pass.reconciler.Reconcile(f.Context(), reconcile.Request{NamespacedName: key})
				must(f, err)
			}
		}
	}
}

func keys(list client.ObjectList) []client.ObjectKey {
	var all []client.ObjectKey
	switch l := list.(type) {
	case *fleetv1.ClusterList:
		for i := range l.Items {
			all = append(all, client.ObjectKeyFromObject(&l.Items[i]))
		}
	case *fleetv1.NodePoolList:
		for i := range l.Items {
			all = append(all, client.ObjectKeyFromObject(&l.Items[i]))
		}
	case *fleetv1.AdapterStatusList:
		for i := range l.Items {
			all = append(all, client.ObjectKeyFromObject(&l.Items[i]))
		}
	}
	return all
}

// scene is an operation of a client on a Cluster "sample" with a pool "workers".
type scene struct {
	// before leads to where the operation starts.
	before func(f *tenant, r *replica)
	// do is the operation. It is repeated after the process was killed; what the repetition may say, besides nothing, is done.
	do   func(ctx context.Context, f *tenant, r *replica) error
	done hub.Reason
	// want checks what was to be reached.
	want func(f *tenant)
}

func named(kind, name string) hub.Ref {
	ref := hub.Ref{Kind: kind, Name: name}
	if kind == fleetv1.KindNodePool {
		ref.Cluster = &hub.Ref{Kind: fleetv1.KindCluster, Name: "sample"}
	}
	return ref
}

var scenes = map[string]scene{
	"a report that makes the cluster ready": {
		before: func(f *tenant, r *replica) { f.told(r, fleetv1.KindCluster, "validation", "T1") },
		do:     telling(fleetv1.KindCluster, "dns", "T1"),
		want:   func(f *tenant) { f.clusterIs("T ResourceReady 1") },
	},
	"a change of the spec": {
		before: func(*tenant, *replica) {},
		do: func(ctx context.Context, f *tenant, r *replica) error {
			_, err := r.Change(ctx, f.caller, named(fleetv1.KindCluster, "sample"), hub.Change{Parameters: []byte(`{"a": null}`)})
			return err
		},
		want: func(f *tenant) { f.clusterIs("F AwaitingAdapters 0") },
	},
	"a deletion": {
		before: func(*tenant, *replica) {},
		do: func(ctx context.Context, f *tenant, r *replica) error {
			_, err := r.Delete(ctx, f.caller, named(fleetv1.KindCluster, "sample"), hub.Precondition{})
			return err
		},
		want: func(f *tenant) { f.clusterIs("F AwaitingFinalization 2") },
	},
	"the last report of a pool, for which its cluster waits": {
		before: func(f *tenant, r *replica) {
			_, err := r.Delete(f.Context(), f.caller, named(fleetv1.KindCluster, "sample"), hub.Precondition{})
			must(f, err)
			f.told(r, fleetv1.KindCluster, "dns", "F2z")
			f.told(r, fleetv1.KindCluster, "validation", "F2z")
			f.told(r, fleetv1.KindNodePool, "validation", "F2z")
		},
		do: telling(fleetv1.KindNodePool, "dns", "F2z"), done: hub.NotFound,
		want: func(f *tenant) { f.clusterIs("gone") },
	},
	"a forced deletion": {
		before: func(f *tenant, r *replica) {
			_, err := r.Delete(f.Context(), f.caller, named(fleetv1.KindCluster, "sample"), hub.Precondition{})
			must(f, err)
			f.told(r, fleetv1.KindNodePool, "dns", "T1")
		},
		do: func(ctx context.Context, f *tenant, r *replica) error {
			return r.ForceDelete(ctx, f.caller, named(fleetv1.KindCluster, "sample"), "it hangs")
		},
		done: hub.NotFound,
		want: func(f *tenant) { f.clusterIs("gone") },
	},
}

func telling(kind, adapter, words string) func(context.Context, *tenant, *replica) error {
	return func(ctx context.Context, f *tenant, r *replica) error {
		name := "sample"
		if kind == fleetv1.KindNodePool {
			name = "workers"
		}
		_, err := r.Report(ctx, f.caller, named(kind, name), adapter, said(words, noon))
		return err
	}
}

func (f *tenant) told(r *replica, kind, adapter, words string) {
	f.Helper()
	must(f, telling(kind, adapter, words)(f.Context(), f, r))
}

// clusterIs demands what Ready of the sample says, and that its status is what follows from what is stored.
func (f *tenant) clusterIs(want string) {
	f.Helper()
	sample := &fleetv1.Cluster{}
	err := f.client.Get(f.Context(), client.ObjectKey{Namespace: f.namespace, Name: "sample"}, sample)
	must(f, client.IgnoreNotFound(err))
	got := "gone"
	if err == nil {
		got = words(&hub.Condition{Condition: sample.Status.Conditions[0]})
	}
	if got != want {
		f.Errorf("the cluster is %q, want %q", got, want)
	}
	var pools fleetv1.NodePoolList
	must(f, f.client.List(f.Context(), &pools, client.InNamespace(f.namespace)))
	for i := range pools.Items {
		if err != nil || sample.DeletionTimestamp != nil && pools.Items[i].DeletionTimestamp == nil {
			f.Errorf("pool %s is left", pools.Items[i].Name)
		}
	}
}

// A process is killed at each of the writes of each operation, before or after it was carried out. A pass of the controllers
// leaves nothing that is wrong, and the client's repetition reaches what it wanted.
func TestWhatIsLeftOfAKilledProcessIsRepaired(t *testing.T) {
	for name, s := range scenes {
		t.Run(name, func(t *testing.T) {
			for n, killed := 1, true; killed && !t.Failed(); n++ {
				for _, after := range []bool{false, true} {
					t.Run(fmt.Sprintf("write %d, carried out %t", n, after), func(t *testing.T) { killed = s.killAt(t, n, after) })
				}
			}
		})
	}
}

// killAt plays a scene with a process that is killed at its n-th write, and reports whether it had so many.
func (s scene) killAt(t *testing.T, n int, after bool) bool {
	f := serve(t, 1)
	r := f.replicas[0]
	f.pool(r, f.cluster(r, "sample"), "workers")
	f.controllers()
	f.eventually("the ids are known", func() bool {
		record, err := r.Get(t.Context(), f.namespace, named(fleetv1.KindNodePool, "workers"))
		return err == nil && record.Object.Labels[fleetv1.LabelID] != ""
	})
	s.before(f, r)
	before := r.writes.Count()
	r.writes.FailAt(n, after)
	err := s.do(t.Context(), f, r)
	writes := r.writes.Count() - before
	if err != nil && !errors.Is(err, expect.ErrKilled) {
		t.Errorf("failed for another reason: %v", err)
	}
	f.controllers()
	other := f.replica()
	if err := s.do(t.Context(), f, other); err != nil && hub.ReasonOf(err) != s.done {
		t.Errorf("the repetition failed: %v", err)
	}
	f.controllers()
	s.want(f)
	return writes >= n-1 && err != nil
}
