package hub_test

import (
	"context"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// estate is a tenant with a Cluster "sample", which was provisioned with default-worker and has a pool "more".
type estate struct {
	*tenant
	sample hub.Ref
	// said is how many seconds reports have come later than the first.
	said int
}

// settle serves an estate by so many replicas, where every task was done.
func settle(t *testing.T, replicas int, options ...fixture.Option[*fleetv1.Platform]) *estate {
	t.Helper()
	all := append([]fixture.Option[*fleetv1.Platform]{fixture.Requiring("dns")}, options...)
	return serve(t, replicas, all...).build("sample")
}

// bare serves an estate that nothing was built on.
func bare(t *testing.T) *estate {
	t.Helper()
	return &estate{tenant: serve(t, 1, fixture.Requiring("dns")), sample: hub.Ref{Kind: fleetv1.KindCluster, Name: "sample"}}
}

// build makes an estate of that name, where every task was done.
func (f *tenant) build(name string) *estate {
	f.Helper()
	e := &estate{tenant: f, sample: hub.Ref{Kind: fleetv1.KindCluster, Name: name}}
	r := f.replicas[0]
	_, err := r.Provision(f.Context(), f.caller, wishedFleet(name))
	must(f, err)
	e.done(r)
	_, err = r.AddNodePool(f.Context(), f.caller, e.sample, hub.NewPool{Name: "more"})
	must(f, err)
	e.done(r)
	for _, other := range f.replicas {
		f.eventually("the replica knows the fleet", func() bool {
			fleet, err := other.Fleet(f.Context(), f.namespace, e.sample)
			return err == nil && len(fleet.Pools) == 2 && fleet.Pools[1].NodePool.Status.ObservedGeneration == 1
		})
	}
	return e
}

// wishedFleet is a Cluster with default-worker, each with a Secret.
func wishedFleet(name string) hub.NewFleet {
	return hub.NewFleet{
		Name:    name,
		Spec:    fleetv1.ClusterSpec{KubernetesVersion: "v1.30.3", Extensions: &fleetv1.Extensions{NKS: fixture.JSON(`{"name":"` + name + `"}`)}},
		Secrets: []hub.NewSecret{{Name: name + "-labels-0123456789", Data: map[string][]byte{"label": []byte("secret")}}},
		Pool: &hub.NewPool{
			Name: fleetv1.DefaultWorkerPool,
			Spec: fleetv1.NodePoolSpec{
				KubernetesVersion: "v1.30.3", UserScriptSecretName: name + "-default-worker-script-0123456789",
				Machine: &fleetv1.Machine{Flavor: "m2", Zone: "a"},
			},
			Secrets: []hub.NewSecret{{Name: name + "-default-worker-script-0123456789", Data: map[string][]byte{"user_script": []byte("#!/bin/sh")}}},
		},
	}
}

// done lets the adapter say of everything that it is as wished, at the present generations.
func (f *estate) done(r *replica) {
	f.Helper()
	h := f.now()
	for i := range h.pools {
		if h.pools[i].DeletionTimestamp == nil {
			f.handled(r, fleetv1.KindNodePool, &h.pools[i])
		}
	}
	f.handled(r, fleetv1.KindCluster, h.cluster)
}

// handled lets the adapter say of an object that it is as wished.
func (f *estate) handled(r *replica, kind string, object client.Object) {
	f.Helper()
	id := hub.Ref{Kind: kind, ID: object.GetUID()}
	f.said++
	report := said("T1", noon.Add(time.Duration(f.said)*time.Second))
	report.ObservedGeneration = object.GetGeneration()
	f.eventually("the report is taken", func() bool {
		_, err := r.Report(f.Context(), f.caller, id, "dns", report)
		return err == nil
	})
}

// home is the sample as the kube-apiserver holds it.
type home struct {
	cluster *fleetv1.Cluster
	pools   []fleetv1.NodePool
}

func (f *estate) now() home {
	f.Helper()
	h := home{cluster: &fleetv1.Cluster{}}
	must(f, f.client.Get(f.Context(), client.ObjectKey{Namespace: f.namespace, Name: f.sample.Name}, h.cluster))
	var list fleetv1.NodePoolList
	must(f, f.client.List(f.Context(), &list, client.InNamespace(f.namespace), client.MatchingFields{fleetv1.FieldClusterName: f.sample.Name}))
	h.pools = list.Items
	return h
}

// pool returns the pool of a pool name, or nil.
func (h home) pool(name string) *fleetv1.NodePool {
	i := slices.IndexFunc(h.pools, func(p fleetv1.NodePool) bool { return p.Pool() == name })
	if i < 0 {
		return nil
	}
	return &h.pools[i]
}

// mark returns the mark of the task that was the last to begin, without its time.
func (h home) mark() string {
	mark := h.cluster.Annotations[fleetv1.AnnotationNKSTask]
	if len(mark) < len(stampLike) {
		return mark
	}
	return mark[len(stampLike):]
}

const stampLike = "2026-11-21T12:00:00.123456Z "

// inPool names a pool of the sample.
func (f *estate) inPool(name string) hub.Ref {
	return hub.Ref{Kind: fleetv1.KindNodePool, Name: name, Cluster: &f.sample}
}

// resize is a task that changes the number of nodes of pools.
func resize(to int32, wait time.Duration, pools ...string) hub.Task {
	return hub.Task{Type: fleetv1.OperationPoolResize, Wait: wait, Plan: func(_ context.Context, draft *hub.Draft) error {
		for _, name := range pools {
			pool := draft.Pool(hub.Ref{Name: name})
			if pool == nil {
				return &hub.Error{Reason: hub.NotFound, Message: "no pool " + name}
			}
			pool.Spec.Replicas = &to
			draft.TouchPool(pool)
		}
		return nil
	}}
}

// upgrade is a task about the Cluster and then all of its pools.
func upgrade(version string) hub.Task {
	return hub.Task{Type: fleetv1.OperationPoolUpgrade, Plan: func(_ context.Context, draft *hub.Draft) error {
		if draft.Cluster.Spec.KubernetesVersion == version {
			return &hub.Error{Reason: hub.WrongState, Message: "it is so already"}
		}
		draft.Cluster.Spec.KubernetesVersion = version
		draft.TouchCluster()
		for _, pool := range draft.Pools {
			pool.Spec.KubernetesVersion = version
			draft.TouchPool(pool)
		}
		return nil
	}}
}

// meddling is a client to whose writes something happens first.
type meddling struct {
	client.WithWatch
	// before is told of each write that is not rehearsed. What it returns is the answer, unless it is nil.
	before func(verb string, object client.Object) error
	// reads counts what is read.
	read func(object client.Object)
}

func (m *meddling) Get(ctx context.Context, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
	if m.read != nil {
		m.read(object)
	}
	return m.WithWatch.Get(ctx, key, object, options...)
}

func (m *meddling) Create(ctx context.Context, object client.Object, options ...client.CreateOption) error {
	if m.before != nil && !slices.Contains(options, client.CreateOption(client.DryRunAll)) {
		if err := m.before("create", object); err != nil {
			return err
		}
	}
	return m.WithWatch.Create(ctx, object, options...)
}

func (m *meddling) Patch(ctx context.Context, object client.Object, patch client.Patch, options ...client.PatchOption) error {
	if m.before != nil {
		if err := m.before("patch", object); err != nil {
			return err
		}
	}
	return m.WithWatch.Patch(ctx, object, patch, options...)
}

// meddled returns a store that shares the index of a replica, writes through such a client and goes by that clock.
func (f *tenant) meddled(r *replica, m *meddling, by clock.WithTicker) *hub.Store {
	m.WithWatch = f.client
	return hub.NewStore(hub.StoreOptions{
		Client: m, Memory: r.index, Recorder: r.events, Clock: by, SystemNamespace: f.namespace, Replica: "meddled",
	})
}

// ahead is a clock that goes before another one.
type ahead struct {
	clock.WithTicker
	by time.Duration
}

func (a ahead) Now() time.Time                  { return a.WithTicker.Now().Add(a.by) }
func (a ahead) Since(t time.Time) time.Duration { return a.Now().Sub(t) }

// kept returns the Secrets of the hub's in the tenant by name.
func (f *tenant) kept() map[string]*corev1.Secret {
	f.Helper()
	var list corev1.SecretList
	must(f, f.client.List(f.Context(), &list, client.InNamespace(f.namespace), client.MatchingLabels{fleetv1.LabelKept: "true"}))
	byName := map[string]*corev1.Secret{}
	for i := range list.Items {
		byName[list.Items[i].Name] = &list.Items[i]
	}
	return byName
}

// patience is how long the objects of a task may lag behind its mark.
const patience = 30 * time.Second
