package hub

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func (r *replica) watch(query WatchQuery) Stream {
	r.t.Helper()
	if query.Kind == "" {
		query.Kind = fleetv1.KindCluster
	}
	made, err := r.index.Watch(context.Background(), "ns", query)
	if err != nil {
		r.t.Fatal(err)
	}
	return made
}

// heard reads a stream up to where it would have to wait.
func (r *replica) heard(s Stream) []string {
	r.t.Helper()
	lines := []string{}
	for {
		event, err := s.Next(&impatient{Context: context.Background()})
		switch {
		case errors.Is(err, context.Canceled):
			return lines
		case err != nil:
			return append(lines, string(ReasonOf(err)))
		case event.Type == Bookmark:
			lines = append(lines, fmt.Sprintf("BOOKMARK %s", event.ResourceVersion))
		default:
			lines = append(lines, fmt.Sprintf("%s %s@%s", event.Type, event.Record.Object.Name, event.ResourceVersion))
		}
	}
}

func (r *replica) hears(s Stream, want ...string) {
	r.t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, r.heard(s)); diff != "" {
		r.t.Fatal(fmt.Sprintf("what the stream says (-want +got):\n%s", diff))
	}
}

// labelled writes a Cluster with a label, a new one if need be, and delivers it.
func (r *replica) labelled(name, value string) {
	object := fixture.Cluster("ns", name)
	if stored := r.etcd.objects[ofClusters][key{"ns", name}]; stored != nil {
		object = clone(stored).(*fleetv1.Cluster)
	}
	object.Labels = map[string]string{"x": value}
	r.etcd.write(object)
	r.catchUp()
}

func (r *replica) gone(name string) {
	r.etcd.remove(r.etcd.objects[ofClusters][key{"ns", name}])
	r.catchUp()
}

func TestWatchFromTheBeginning(t *testing.T) {
	r := newReplica(t, tenant()).start()
	r.labelled("a", "1") // at 4
	r.labelled("b", "2") // at 5
	s := r.watch(WatchQuery{ResourceVersion: "0", Filter: LabelIs{"x", "1"}})
	defer s.Close()
	r.hears(s, "ADDED a@4", "BOOKMARK 5")
	r.labelled("a", "1")
	r.hears(s, "MODIFIED a@6")
	r.labelled("b", "1")
	r.hears(s, "ADDED b@7")
	r.labelled("b", "2")
	r.hears(s, "DELETED b@8")
	r.labelled("b", "3")
	r.hears(s)
	r.gone("a")
	r.hears(s, "DELETED a@6")
	r.gone("b")
	r.hears(s)
}

func TestWatchResumes(t *testing.T) {
	r := newReplica(t, tenant()).start()
	r.labelled("a", "1") // at 4
	r.labelled("b", "1") // at 5
	r.labelled("a", "2") // at 6
	r.gone("b")          // at 7
	r.hears(r.watch(WatchQuery{ResourceVersion: "4"}), "ADDED b@5", "MODIFIED a@6", "DELETED b@5")
	r.hears(r.watch(WatchQuery{ResourceVersion: "5", Filter: LabelIs{"x", "1"}}), "DELETED a@6", "DELETED b@5")
	s := r.watch(WatchQuery{ResourceVersion: "7"})
	r.hears(s)
	r.labelled("c", "1")
	r.hears(s, "ADDED c@8")
}

// The kinds are listed one after the other, and things happen meanwhile.
func TestTheFirstListCanBeWatchedFrom(t *testing.T) {
	e := tenant()
	cluster := fixture.Cluster("ns", "a")
	e.write(cluster) // at 4
	r := newReplica(t, e)
	r.list(ofReports, e.revision)
	e.write(fixture.AdapterStatus(cluster, "infra")) // at 5, which no list has
	e.write(fixture.Cluster("ns", "b"))              // at 6
	for k := range kinds {
		if k != ofReports {
			r.list(k, e.revision)
		}
	}
	page, err := r.index.List(context.Background(), "ns", Query{Kind: fleetv1.KindCluster})
	if err != nil || len(page.Items) != 2 {
		t.Fatalf("listed %d objects: %v", len(page.Items), err)
	}
	s := r.watch(WatchQuery{ResourceVersion: page.ResourceVersion})
	r.hears(s)
	r.catchUp()
	r.hears(s, "MODIFIED a@4")
	r.hears(r.watch(WatchQuery{ResourceVersion: page.ResourceVersion}), "MODIFIED a@4")
}

func TestWatchFromTooLongAgo(t *testing.T) {
	r := newReplica(t, tenant()).start()
	expired := func(version string) {
		t.Helper()
		_, err := r.index.Watch(context.Background(), "ns", WatchQuery{Kind: fleetv1.KindCluster, ResourceVersion: version})
		if ReasonOf(err) != Expired {
			t.Errorf("watching from %s: got %v, want Expired", version, err)
		}
	}
	expired("2") // before the server started
	for i := range leastLogged + 10 {
		r.labelled("a", fmt.Sprint(i))
		r.clock.Step(100 * time.Millisecond)
	}
	expired("3")
	expired("12")
	if got := len(r.heard(r.watch(WatchQuery{ResourceVersion: "13"}))); got != leastLogged {
		t.Errorf("from the last version that is remembered: %d events, want %d", got, leastLogged)
	}
	r.list(ofClusters, r.etcd.revision-5)
	expired(fmt.Sprint(r.etcd.revision - 6))
	_, err := r.index.Watch(context.Background(), "ns", WatchQuery{Kind: fleetv1.KindCluster, ResourceVersion: "abc"})
	if ReasonOf(err) != Invalid {
		t.Errorf("watching from what is no version: got %v, want Invalid", err)
	}
}

func TestASlowReaderIsTold(t *testing.T) {
	r := newReplica(t, tenant()).start()
	s := r.watch(WatchQuery{})
	r.hears(s, "BOOKMARK 3")
	for i := range leastLogged + 1 {
		r.labelled("a", fmt.Sprint(i))
		r.clock.Step(100 * time.Millisecond)
	}
	r.hears(s, "BOOKMARK 3", string(Expired))
}

func TestBookmarksComeInTime(t *testing.T) {
	r := newReplica(t, tenant()).start()
	s := r.watch(WatchQuery{})
	r.hears(s, "BOOKMARK 3")
	r.clock.Step(30 * time.Second)
	r.hears(s, "BOOKMARK 3")
	r.labelled("a", "1")
	r.clock.Step(30 * time.Second)
	r.hears(s, "BOOKMARK 3", "ADDED a@4")
	r.clock.Step(30 * time.Second)
	r.hears(s, "BOOKMARK 4")
}

func TestAWaitingReaderIsWoken(t *testing.T) {
	r := newReplica(t, tenant()).start()
	s := r.watch(WatchQuery{})
	r.hears(s, "BOOKMARK 3")
	events := make(chan Event)
	go func() {
		for {
			event, err := s.Next(t.Context())
			if err != nil {
				return
			}
			events <- event
		}
	}()
	for !r.clock.HasWaiters() {
	}
	r.labelled("a", "1")
	if event := <-events; event.Type != Added || event.Record.Name != "a" {
		t.Errorf("got %v", event)
	}
	for !r.clock.HasWaiters() {
	}
	r.clock.Step(30 * time.Second)
	if event := <-events; event.Type != Bookmark || event.ResourceVersion != "4" {
		t.Errorf("got %v", event)
	}
}

func TestWatchOfAClustersPools(t *testing.T) {
	e := fleet()
	r := newReplica(t, e).start()
	s := r.watch(WatchQuery{Kind: fleetv1.KindNodePool, Cluster: &Ref{Kind: fleetv1.KindCluster, ID: "ns-a"}})
	if got := r.heard(s); len(got) != 2 || got[0] != "ADDED a-workers@6" {
		t.Errorf("the beginning is %v", got)
	}
	e.write(fixture.NodePool("ns", "b-more", "b"))
	e.write(fixture.NodePool("ns", "a-more", "a"))
	r.catchUp()
	r.hears(s, fmt.Sprintf("ADDED a-more@%d", e.revision))
	_, err := r.index.Watch(context.Background(), "ns", WatchQuery{
		Kind: fleetv1.KindNodePool, Cluster: &Ref{Kind: fleetv1.KindCluster, ID: "other-a"},
	})
	if ReasonOf(err) != NotFound {
		t.Errorf("watching the pools of another tenant's Cluster: got %v, want NotFound", err)
	}
}

func TestLogsForget(t *testing.T) {
	r := newReplica(t, tenant()).start()
	r.labelled("a", "1") // at 4
	s := r.watch(WatchQuery{})
	r.gone("a") // at 5
	r.clock.Step(memory + tidyPeriod)
	r.etcd.write(fixture.Platform("other"))
	r.catchUp()
	room := r.index.rooms.find(place{"ns", fleetv1.KindCluster})
	if room == nil || len(room.log.events) != 0 {
		t.Fatal("the log remembers for ever, or a room in which somebody reads was taken away")
	}
	r.hears(s, "ADDED a@4", "BOOKMARK 4", string(Expired))
	s.Close()
	s.Close()
	if r.index.rooms.find(place{"ns", fleetv1.KindCluster}) != nil {
		t.Error("an empty room without readers was kept")
	}
	_, err := r.index.Watch(context.Background(), "ns", WatchQuery{Kind: fleetv1.KindCluster, ResourceVersion: "4"})
	if ReasonOf(err) != Expired {
		t.Errorf("a new room claims to know what the old one forgot: %v", err)
	}
	if r.index.rooms.find(place{"ns", fleetv1.KindCluster}) != nil {
		t.Error("a watch that was refused left a room")
	}
}
