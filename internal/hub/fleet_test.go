package hub

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// born makes an object so many seconds after the first one.
func born[T client.Object](seconds int) fixture.Option[T] {
	return func(object T) {
		object.SetCreationTimestamp(metav1.NewTime(fixture.Epoch.Add(time.Duration(seconds) * time.Second)))
	}
}

func named[T client.Object](id string) fixture.Option[T] {
	return fixture.Labelled[T](fleetv1.LabelID, id)
}

func pool(name, cluster string, seconds int) *fleetv1.NodePool {
	return fixture.NodePool("ns", cluster+"-"+name, cluster, fixture.PoolName(name), born[*fleetv1.NodePool](seconds))
}

func clusterRef(name string) Ref { return Ref{Kind: fleetv1.KindCluster, Name: name} }

// line tells what a Fleet shows.
func line(fleet *Fleet) string {
	words := []string{fleet.Cluster.Name, "on", "nothing"}
	if fleet.Platform != nil {
		words[2] = fleet.Platform.Name
	}
	for _, p := range fleet.Pools {
		words = append(words, p.Name)
	}
	return strings.Join(words, " ")
}

func (r *replica) fleet(name string) *Fleet {
	r.t.Helper()
	fleet, err := r.index.Fleet(context.Background(), "ns", clusterRef(name))
	if err != nil {
		r.t.Fatal(err)
	}
	return fleet
}

func TestFleet(t *testing.T) {
	e := tenant()
	e.write(namespaceNamed("other"))
	e.write(fixture.Platform("cloud"))
	e.write(fixture.Cluster("ns", "b", named[*fleetv1.Cluster]("id-b"), fixture.OnPlatform("cloud"), born[*fleetv1.Cluster](7)))
	e.write(fixture.Cluster("ns", "a", named[*fleetv1.Cluster]("id-z"), born[*fleetv1.Cluster](7)))
	e.write(fixture.Cluster("ns", "c", fixture.OnPlatform("gone"), born[*fleetv1.Cluster](3)))
	e.write(fixture.Cluster("other", "a", named[*fleetv1.Cluster]("id-o")))
	for _, p := range []*fleetv1.NodePool{pool("late", "a", 9), pool("y", "a", 8), pool("x", "a", 8), pool("default-worker", "a", 7), pool("x", "b", 1), pool("x", "none", 1)} {
		e.write(p)
	}
	leaving := pool("leaving", "a", 10)
	leaving.DeletionTimestamp, leaving.Finalizers = &metav1.Time{Time: fixture.Epoch}, []string{fleetv1.NodePoolFinalizer}
	e.write(leaving)
	e.write(fixture.NodePool("other", "a-mine", "a", fixture.PoolName("mine")))
	r := newReplica(t, e).start()

	fleets, err := r.index.Fleets(t.Context(), "ns")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, fleet := range fleets {
		all = append(all, line(fleet))
	}
	want := []string{"c on nothing", "b on cloud x", "a on metal default-worker x y late leaving"}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("all Clusters (-want +got):\n%s", diff)
	}
	for what, ref := range map[string]Ref{"name": clusterRef("a"), "id": {Kind: fleetv1.KindCluster, ID: "id-z"}} {
		fleet, err := r.index.Fleet(t.Context(), "ns", ref)
		if err != nil || line(fleet) != want[2] {
			t.Errorf("by %s: %v, %v", what, fleet, err)
		}
	}
	for what, ref := range map[string]Ref{
		"another tenant's id":     {Kind: fleetv1.KindCluster, ID: "id-o"},
		"no such name":            clusterRef("none"),
		"an id instead of a name": clusterRef("id-z"),
		"a pool":                  {Kind: fleetv1.KindNodePool, Name: "x", Cluster: &Ref{Kind: fleetv1.KindCluster, Name: "a"}},
	} {
		if fleet, err := r.index.Fleet(t.Context(), "ns", ref); ReasonOf(err) != NotFound {
			t.Errorf("%s: %v, %v", what, fleet, err)
		}
	}
	if fleets, err := r.index.Fleets(t.Context(), "nowhere"); err != nil || len(fleets) != 0 {
		t.Errorf("a namespace without anything: %v, %v", fleets, err)
	}
}

func TestPlatformOfNewClusters(t *testing.T) {
	e := tenant()
	cloudy := namespaceNamed("cloudy")
	cloudy.Labels = map[string]string{fleetv1.LabelPlatform: "cloud"}
	e.write(cloudy)
	lost := namespaceNamed("lost")
	lost.Labels = map[string]string{fleetv1.LabelPlatform: "none"}
	e.write(lost)
	e.write(fixture.Platform("cloud"))
	r := newReplica(t, e).start()
	for namespace, want := range map[string]string{"ns": "metal", "cloudy": "cloud", "lost": ""} {
		got, err := r.index.Platform(t.Context(), namespace)
		if err != nil || (got == nil) != (want == "") || got != nil && got.Name != want {
			t.Errorf("in %s: %v, %v", namespace, got, err)
		}
	}
}

func TestFleetsNeedAFilledIndex(t *testing.T) {
	x := newReplica(t, tenant()).index
	_, one := x.Fleet(t.Context(), "ns", clusterRef("a"))
	_, all := x.Fleets(t.Context(), "ns")
	_, history := x.Operations(t.Context(), "ns", "id")
	_, platform := x.Platform(t.Context(), "ns")
	for _, err := range []error{one, all, history, platform} {
		if ReasonOf(err) != Unavailable {
			t.Errorf("got %v, want Unavailable", err)
		}
	}
}

// settled brings the status of an object to where its controller leaves it: handled at its generation and, the first time,
// provisioned.
func settled[T client.Object](object T, second int) T {
	done := clone(object)
	generation, at := object.GetGeneration(), metav1.NewTime(fixture.Epoch.Add(time.Duration(second)*time.Second))
	set := func(conditions *[]metav1.Condition) {
		apimeta.SetStatusCondition(conditions, metav1.Condition{Type: fleetv1.ConditionReady, Status: metav1.ConditionTrue, ObservedGeneration: generation})
		if apimeta.FindStatusCondition(*conditions, fleetv1.ConditionProvisioned) == nil {
			*conditions = append(*conditions, metav1.Condition{
				Type: fleetv1.ConditionProvisioned, Status: metav1.ConditionTrue, ObservedGeneration: generation, LastTransitionTime: at,
			})
		}
	}
	switch o := any(done).(type) {
	case *fleetv1.Cluster:
		o.Status.ObservedGeneration = generation
		set(&o.Status.Conditions)
	case *fleetv1.NodePool:
		o.Status.ObservedGeneration = generation
		set(&o.Status.Conditions)
	}
	return done
}

// word is the status word of a Cluster as a replica shows it.
func (r *replica) word(name string) phase.Word {
	r.t.Helper()
	fleet := r.fleet(name)
	pools := make([]*fleetv1.NodePool, 0, len(fleet.Pools))
	for _, p := range fleet.Pools {
		pools = append(pools, p.NodePool)
	}
	return phase.Cluster(fleet.Cluster.Cluster, pools)
}

// The replica that answered a write has the right word before its watch delivered anything.
func TestWordsAreRightAtTheFirstReadAfterAWrite(t *testing.T) {
	e := tenant()
	r := newReplica(t, e).start()
	says := func(what string, want phase.Word) {
		t.Helper()
		if got := r.word("a"); got != want {
			t.Errorf("%s: the word is %s, want %s", what, got, want)
		}
	}
	apply := func(object client.Object) client.Object {
		written := e.write(object)
		r.index.Apply(clone(written))
		return written
	}
	unseen := fixture.Cluster("ns", "a")
	unseen.Status.ObservedGeneration = -1
	cluster := apply(unseen)
	says("right after the Cluster was created", phase.WordCreateInProgress)
	workers := pool(fleetv1.DefaultWorkerPool, "a", 1)
	workers.Status.ObservedGeneration = -1
	first := apply(workers)
	says("right after the first pool was created", phase.WordCreateInProgress)

	first = e.write(settled(first, 5))
	cluster = e.write(settled(cluster, 6))
	for r.next(ofClusters) {
	}
	says("when the news of the Cluster came first", phase.WordCreateInProgress)
	r.catchUp()
	says("when it is provisioned", phase.WordCreateComplete)

	first.SetGeneration(2)
	first = apply(first)
	says("right after a change of a pool", phase.WordUpdateInProgress)
	first = e.write(settled(first, 7))
	says("while the end of it is not known here", phase.WordUpdateInProgress)
	r.catchUp()
	says("when the change is done", phase.WordUpdateComplete)

	cluster.SetGeneration(2)
	cluster = apply(cluster)
	says("right after a change of the Cluster", phase.WordUpdateInProgress)
	e.write(settled(cluster, 8))
	r.catchUp()
	says("when that is done", phase.WordUpdateComplete)

	second := apply(pool("more", "a", 9))
	second.(*fleetv1.NodePool).Status.ObservedGeneration = -1
	apply(second)
	says("right after one more pool", phase.WordUpdateInProgress)
	r.catchUp()
	says("while it is made", phase.WordUpdateInProgress)
	e.write(settled(second, 10))
	r.catchUp()
	says("when it is there", phase.WordUpdateComplete)

	first.SetDeletionTimestamp(&metav1.Time{Time: fixture.Epoch})
	first.SetGeneration(3)
	first.SetFinalizers([]string{fleetv1.NodePoolFinalizer})
	first = apply(first)
	says("right after a pool was deleted", phase.WordUpdateInProgress)
	e.remove(first)
	r.catchUp()
	says("when that is gone", phase.WordUpdateComplete)
}
