package hub

import (
	"context"
	"errors"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// shows returns the version at which an index shows a Cluster; empty if it does not.
func (r *replica) shows(name string) string {
	record := r.index.lookUp("ns", Ref{Kind: fleetv1.KindCluster, Name: name})
	if record == nil {
		return ""
	}
	return record.Object.ResourceVersion
}

func (r *replica) mustShow(name, version string) {
	r.t.Helper()
	if got := r.shows(name); got != version {
		r.t.Fatal("the index shows version", got, "want", version)
	}
}

func TestIndexShowsWhatWasAppliedAtOnce(t *testing.T) {
	e := tenant()
	r := newReplica(t, e).start()
	c := e.write(fixture.Cluster("ns", "a")) // at 4
	r.index.Apply(clone(c))
	r.mustShow("a", "4")
	c.SetLabels(map[string]string{"x": "1"})
	changed := e.write(c) // at 5
	r.index.Apply(clone(changed))
	r.mustShow("a", "5")
	r.next(ofClusters)
	r.mustShow("a", "5")
	r.index.Apply(clone(c))
	r.mustShow("a", "5")
	r.catchUp()
	r.mustShow("a", "5")
}

func TestIndexDoesNotResurrectWhatIsGone(t *testing.T) {
	e := tenant()
	r := newReplica(t, e).start()
	c := e.write(fixture.Cluster("ns", "a")) // at 4
	e.remove(c)
	r.catchUp()
	r.index.Apply(clone(c))
	r.mustShow("a", "")

	d := e.write(fixture.Cluster("ns", "b")) // at 6
	d.SetLabels(map[string]string{"x": "1"})
	late := e.write(d) // at 7
	r.index.Apply(clone(d))
	r.index.Remove(clone(d))
	r.mustShow("b", "")
	r.next(ofClusters)
	r.next(ofClusters)
	r.mustShow("b", "")
	r.index.Apply(clone(late))
	r.mustShow("b", "")
	e.remove(late)
	again := e.write(fixture.Cluster("ns", "b")) // at 9
	r.index.Apply(clone(again))
	r.mustShow("b", "9")
	r.catchUp()
	r.mustShow("b", "9")
}

func TestIndexBelievesAListAfterTheStoreWasPutBack(t *testing.T) {
	e := tenant()
	r := newReplica(t, e).start()
	old := newReplica(t, e)
	e.write(fixture.Cluster("ns", "a")) // at 4
	r.catchUp()
	r.index.Apply(e.write(fixture.Cluster("ns", "b")))
	if err := r.intakes[ofClusters].Replace(old.etcd.state(ofClusters, 3), "3"); err != nil {
		t.Fatal(err)
	}
	r.mustShow("a", "")
	r.mustShow("b", "")
}

func TestWait(t *testing.T) {
	e := tenant()
	r := newReplica(t, e).start()
	c := e.write(fixture.Cluster("ns", "a"))
	waited := make(chan error)
	wait := func(ctx context.Context) { waited <- r.index.Wait(ctx, c) }
	until := func() {
		for !r.clock.HasWaiters() {
		}
	}
	go wait(t.Context())
	until()
	r.catchUp()
	if err := <-waited; err != nil {
		t.Errorf("what is delivered is waited for: %v", err)
	}
	c.SetResourceVersion("1000")
	go wait(t.Context())
	until()
	r.clock.Step(waitLimit)
	if err := <-waited; ReasonOf(err) != Timeout {
		t.Errorf("got %v, want Timeout", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	go wait(ctx)
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if err := r.index.Wait(t.Context(), &fleetv1.Cluster{ObjectMeta: metav1.ObjectMeta{ResourceVersion: "3"}}); err != nil {
		t.Errorf("an old version is not waited for: %v", err)
	}
}
