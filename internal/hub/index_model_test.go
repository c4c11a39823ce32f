package hub

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// model plays clients, replicas and the kube-apiserver at random. What it demands:
//
//   - a replica never shows less than what it answered;
//   - what is gone stays gone, but for a new incarnation;
//   - when everything is delivered, each replica shows what a new one does;
//   - who follows a watch, ends it anywhere and resumes at its last bookmark on any replica, knows the same in the end.
type model struct {
	t        *rapid.T
	etcd     *etcd
	replicas []*replica
	// answered is, for each replica, what it said last of an object; a nil object is gone, with its UID in uid.
	answered []map[kind]map[key]answer
	// late are answers that a replica has not put into its index yet.
	late    []func()
	clients []*follower
}

type answer struct {
	version uint64
	gone    string
}

func (m *model) objects() []client.Object {
	var all []client.Object
	for _, k := range []kind{ofClusters, ofNodePools, ofReports, ofPlatforms, ofOperations} {
		for _, name := range slices.SortedFunc(maps.Keys(m.etcd.objects[k]), func(a, b key) int {
			return strings.Compare(a.namespace+a.name, b.namespace+b.name)
		}) {
			all = append(all, m.etcd.objects[k][name])
		}
	}
	return all
}

// create makes an object that is not there.
func (m *model) create(t *rapid.T) {
	namespace := rapid.SampledFrom([]string{"ns", "other"}).Draw(t, "namespace")
	cluster := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "cluster")
	adapter := rapid.SampledFrom([]string{"infra", "dns"}).Draw(t, "adapter")
	var object client.Object
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0, 1:
		object = fixture.Cluster(namespace, cluster, fixture.OnPlatform("metal"))
	case 2:
		object = fixture.NodePool(namespace, cluster+"-pool", cluster, fixture.PoolName("pool"))
	case 3:
		object = operationAbout(cluster, rapid.Int64Range(1, 3).Draw(t, "sequence"))
	default:
		target := m.etcd.objects[ofClusters][key{namespace, cluster}]
		if target == nil {
			return
		}
		object = fixture.AdapterStatus(target, adapter)
	}
	if m.etcd.objects[kindOf(object)][keyOf(object)] == nil {
		m.answer(t, m.etcd.write(object))
	}
}

// change changes an object that is there.
func (m *model) change(t *rapid.T) {
	all := m.objects()
	object := clone(rapid.SampledFrom(all).Draw(t, "object"))
	label := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "label")
	switch o := object.(type) {
	case *fleetv1.AdapterStatus:
		fixture.Says(fleetv1.ReportAvailable, rapid.SampledFrom([]metav1.ConditionStatus{"True", "False"}).Draw(t, "available"))(o)
		o.Report.ObservedTime.Time = o.Report.ObservedTime.Add(time.Second)
	case *fleetv1.Platform:
		o.Generation++
		o.Spec.RequiredAdapters.Cluster = rapid.SampledFrom([][]string{{"infra"}, {"infra", "dns"}}).Draw(t, "required")
	case *fleetv1.Operation:
		o.Status.State = rapid.SampledFrom([]fleetv1.OperationState{fleetv1.OperationSucceeded, fleetv1.OperationFailed}).Draw(t, "state")
	default:
		object.SetLabels(map[string]string{"label": label})
		if rapid.Bool().Draw(t, "spec") {
			object.SetGeneration(object.GetGeneration() + 1)
		}
	}
	m.answer(t, m.etcd.write(object))
}

// remove deletes an object that is there.
func (m *model) remove(t *rapid.T) {
	object := rapid.SampledFrom(m.objects()).Draw(t, "object")
	if kindOf(object) == ofPlatforms {
		return
	}
	m.etcd.remove(object)
	if kindOf(object) == ofOperations {
		return
	}
	i := rapid.IntRange(0, len(m.replicas)-1).Draw(t, "replica")
	gone := clone(object)
	m.perhapsLater(t, func() {
		m.replicas[i].index.Remove(clone(gone))
		said := m.answered[i][kindOf(gone)]
		if versionOf(gone) >= said[keyOf(gone)].version {
			said[keyOf(gone)] = answer{version: versionOf(gone), gone: string(gone.GetUID())}
		}
	})
}

// answer puts what a write returned into one replica, now or later.
func (m *model) answer(t *rapid.T, object client.Object) {
	if k := kindOf(object); k == ofPlatforms || k == ofOperations {
		return // nobody writes them here
	}
	i := rapid.IntRange(0, len(m.replicas)-1).Draw(t, "replica")
	m.perhapsLater(t, func() {
		m.replicas[i].index.Apply(clone(object))
		said := m.answered[i][kindOf(object)]
		if before := said[keyOf(object)]; versionOf(object) > before.version && before.gone != string(object.GetUID()) {
			said[keyOf(object)] = answer{version: versionOf(object)}
		}
	})
}

func (m *model) perhapsLater(t *rapid.T, do func()) {
	if rapid.Bool().Draw(t, "at once") {
		do()
		return
	}
	m.late = append(m.late, do)
}

// settle puts one late answer into its index, in any order.
func (m *model) settle(t *rapid.T) {
	if len(m.late) == 0 {
		return
	}
	i := rapid.IntRange(0, len(m.late)-1).Draw(t, "which")
	m.late[i]()
	m.late = slices.Delete(m.late, i, i+1)
}

// deliver delivers events, bookmarks and lists.
func (m *model) deliver(t *rapid.T) {
	r := m.replicas[rapid.IntRange(0, len(m.replicas)-1).Draw(t, "replica")]
	k := rapid.SampledFrom([]kind{ofClusters, ofNodePools, ofReports, ofPlatforms, ofOperations}).Draw(t, "kind")
	switch rapid.IntRange(0, 19).Draw(t, "what") {
	case 0:
		r.bookmark(k)
	case 1:
		from := uint64(2)
		if r.position[k] > 0 {
			from = versionOf(r.etcd.events[k][r.position[k]-1].Object.(client.Object))
		}
		r.list(k, rapid.Uint64Range(max(from, r.index.delivered[k].Load()), r.etcd.revision).Draw(t, "version"))
	default:
		for range rapid.IntRange(1, 4).Draw(t, "count") {
			r.next(k)
		}
	}
}

// follow lets one client read, break off or move to another replica.
func (m *model) follow(t *rapid.T) {
	f := rapid.SampledFrom(m.clients).Draw(t, "client")
	if rapid.IntRange(0, 3).Draw(t, "break") == 0 {
		f.breakOff()
		// What a Cluster and a report make together, two replicas may see in another order. Who searches for it and moves at
		// just that moment may miss that it ceased to match, until the object next changes.
		if _, loyal := f.filter.(ConditionIs); !loyal {
			f.replica = rapid.SampledFrom(m.replicas).Draw(t, "replica")
		}
	}
	if rapid.Bool().Draw(t, "time passes") {
		f.replica.clock.Step(bookmarkPeriod)
	}
	f.read(rapid.IntRange(0, 5).Draw(t, "events"))
}

// check holds the replicas against what they answered.
func (m *model) check(t *rapid.T) {
	for i, r := range m.replicas {
		for k, said := range m.answered[i] {
			for name, a := range said {
				shown, uid := shownBy(r.index, k, name)
				if a.gone != "" && uid == a.gone {
					t.Fatalf("replica %d shows %v again, which is gone", i, name)
				}
				if a.gone == "" && shown < a.version && uid != "" {
					t.Fatalf("replica %d answered %v at version %d and shows %d", i, name, a.version, shown)
				}
				if a.gone == "" && uid == "" && !m.goneLater(k, name, a.version) {
					t.Fatalf("replica %d answered %v at version %d and shows nothing", i, name, a.version)
				}
			}
		}
	}
}

// goneLater tells whether an object was deleted after a version.
func (m *model) goneLater(k kind, name key, version uint64) bool {
	return slices.ContainsFunc(m.etcd.events[k], func(e watch.Event) bool {
		object := e.Object.(client.Object)
		return e.Type == watch.Deleted && keyOf(object) == name && versionOf(object) > version
	})
}

func shownBy(x *Index, k kind, name key) (uint64, string) {
	version, uid := uint64(0), ""
	look := func(o client.Object, v uint64) {
		if v != 0 {
			version, uid = v, string(o.GetUID())
		}
	}
	switch k {
	case ofClusters:
		s := x.clusters.get(name)
		look(s.object, s.version)
	case ofNodePools:
		s := x.pools.get(name)
		look(s.object, s.version)
	case ofReports:
		s := x.reports.get(name)
		look(s.object, s.version)
	}
	return version, uid
}

// finish delivers everything and compares.
func (m *model) finish() {
	for _, do := range m.late {
		do()
	}
	fresh := newReplicaOf(m.t, m.etcd).start()
	want := shown(m.t, fresh.index, nil)
	told := histories(fresh)
	for i, r := range m.replicas {
		r.catchUp()
		if diff := cmp.Diff(want, shown(m.t, r.index, nil)); diff != "" {
			m.t.Fatalf("replica %d differs from a new one (-new +old):\n%s", i, diff)
		}
		if diff := cmp.Diff(told, histories(r)); diff != "" {
			m.t.Fatalf("replica %d tells another history than a new one (-new +old):\n%s", i, diff)
		}
		if left := len(r.index.clusters.injected) + len(r.index.pools.injected) + len(r.index.reports.injected); left > 0 {
			m.t.Fatalf("replica %d: %d injections are left", i, left)
		}
		m.consistent(r.index)
	}
	for i, f := range m.clients {
		f.breakOff()
		f.drain()
		if diff := cmp.Diff(shownIn(m.t, fresh.index, f.place, f.filter), f.known); diff != "" {
			m.t.Fatalf("client %d knows something else (-shown +known):\n%s", i, diff)
		}
	}
}

// histories are what a replica tells of the Clusters' histories.
func histories(r *replica) map[string][]string {
	all := map[string][]string{}
	for _, cluster := range []string{"a", "b", "c"} {
		all[cluster] = r.history("ns", cluster)
	}
	return all
}

// consistent holds the postings against the records.
func (m *model) consistent(x *Index) {
	for p, room := range x.rooms.byPlace {
		if diff := difference(room); diff != "" {
			m.t.Fatalf("room %v: %s", p, diff)
		}
	}
}

func shown(t *rapid.T, x *Index, filter Filter) map[string]string {
	all := map[string]string{}
	for _, namespace := range []string{"ns", "other"} {
		for _, k := range []string{fleetv1.KindCluster, fleetv1.KindNodePool} {
			maps.Copy(all, shownIn(t, x, place{namespace, k}, filter))
		}
	}
	return all
}

func shownIn(t *rapid.T, x *Index, p place, filter Filter) map[string]string {
	page, err := x.List(context.Background(), p.namespace, Query{Kind: p.kind, Filter: filter})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range page.Items {
		all[p.kind+" "+string(r.ID)] = summary(r)
	}
	return all
}

// follower is a client that keeps a copy of what it is told.
type follower struct {
	t       *rapid.T
	replica *replica
	place   place
	filter  Filter
	stream  Stream
	known   map[string]string
	// version is the last bookmark; empty before the first one.
	version string
}

func (f *follower) breakOff() {
	if f.stream != nil {
		f.stream.Close()
		f.stream = nil
	}
}

// impatient is a context that ends as soon as somebody waits for its end.
type impatient struct {
	context.Context
	ended bool
}

func (i *impatient) Done() <-chan struct{} {
	i.ended = true
	done := make(chan struct{})
	close(done)
	return done
}

func (i *impatient) Err() error {
	if i.ended {
		return context.Canceled
	}
	return nil
}

// read takes some events; it is false where it would have to wait.
func (f *follower) read(count int) bool {
	if f.stream == nil {
		f.open()
	}
	for range count {
		event, err := f.stream.Next(&impatient{Context: context.Background()})
		switch {
		case errors.Is(err, context.Canceled):
			return false
		case ReasonOf(err) == Expired:
			f.breakOff()
			f.version = ""
			return true
		case err != nil:
			f.t.Fatal(err)
		}
		f.take(event)
	}
	return true
}

func (f *follower) open() {
	if f.version == "" {
		f.known = map[string]string{}
	}
	made, err := f.replica.index.Watch(context.Background(), f.place.namespace,
		WatchQuery{Kind: f.place.kind, Filter: f.filter, ResourceVersion: f.version})
	if ReasonOf(err) == Expired {
		f.version = ""
		f.open()
		return
	}
	if err != nil {
		f.t.Fatal(err)
	}
	f.stream = made
}

func (f *follower) take(event Event) {
	if event.Type == Bookmark {
		f.version = event.ResourceVersion
		return
	}
	name := f.place.kind + " " + string(event.Record.ID)
	if event.Type == Deleted {
		delete(f.known, name)
		return
	}
	f.known[name] = summary(event.Record)
}

func (f *follower) drain() {
	for f.read(1) {
	}
}

func TestReplicasAndFollowersAgreeInTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := tenant()
		e.write(namespaceNamed("other"))
		m := &model{t: t, etcd: e}
		for range 2 {
			m.replicas = append(m.replicas, newReplicaOf(t, e).start())
			m.answered = append(m.answered, map[kind]map[key]answer{ofClusters: {}, ofNodePools: {}, ofReports: {}})
		}
		for i, filter := range []Filter{nil, LabelIs{"label", "x"}, ConditionIs{fleetv1.ConditionReady, "True"}} {
			m.clients = append(m.clients, &follower{
				t: t, replica: m.replicas[i%2], place: place{"ns", fleetv1.KindCluster}, filter: filter,
			}, &follower{t: t, replica: m.replicas[i%2], place: place{"ns", fleetv1.KindNodePool}, filter: filter})
		}
		t.Repeat(map[string]func(*rapid.T){
			"create": m.create, "change": m.change, "remove": m.remove, "settle": m.settle, "deliver": m.deliver, "follow": m.follow,
			"deliver more": m.deliver, "": m.check,
		})
		m.finish()
	})
}

// difference compares the postings of a room with those that its records have.
func difference(r *room) string {
	fresh := &room{objects: map[string]*entry{}, postings: map[term]posting{}}
	for _, e := range r.order {
		fresh.insert(e.object, e.record)
	}
	if len(r.order) != len(r.objects) {
		return fmt.Sprintf("%d in order, %d by name", len(r.order), len(r.objects))
	}
	return cmp.Diff(names(fresh), names(r))
}

func names(r *room) map[string][]string {
	all := map[string][]string{}
	for t, entries := range r.postings {
		for _, e := range entries {
			all[fmt.Sprint(t)] = append(all[fmt.Sprint(t)], e.object)
		}
	}
	for _, e := range r.order {
		all["order"] = append(all["order"], e.object)
	}
	return all
}
