package hub

import (
	"context"
	"slices"
	"sync"
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestAnIndexIsFedOnce(t *testing.T) {
	x := newReplica(t, tenant()).index
	x.running.Store(true)
	if err := x.Run(t.Context(), nil); err == nil {
		t.Error("a second source was taken")
	}
}

func TestTheIntakeRefusesWhatItCannotKnow(t *testing.T) {
	r := newReplica(t, tenant()).start()
	intake := r.intakes[ofClusters]
	for what, err := range map[string]error{
		"Add": intake.Add(fixture.Platform("metal")), "Update": intake.Update("text"), "Delete": intake.Delete(nil),
		"Replace": intake.Replace([]any{fixture.Platform("metal")}, "9"),
	} {
		if err == nil {
			t.Errorf("%s took an object of another kind", what)
		}
	}
}

// TestReadersAndWritersMeet lets all meet at once, for the race detector; each list must be whole, and in order.
func TestReadersAndWritersMeet(t *testing.T) {
	e := tenant()
	for _, name := range []string{"a", "b", "c", "d"} {
		e.write(fixture.Cluster("ns", name, fixture.OnPlatform("metal")))
	}
	r := newReplica(t, e).start()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var reading sync.WaitGroup
	for range 2 {
		reading.Go(func() {
			for ctx.Err() == nil {
				page, err := r.index.List(ctx, "ns", Query{Kind: fleetv1.KindCluster, Filter: Not{LabelIs{"x", "none"}}})
				if err != nil || page.Total < 3 || !slices.IsSortedFunc(page.Items, newestFirst) {
					t.Errorf("a list of %d: %v", page.Total, err)
					return
				}
			}
		})
		reading.Go(func() {
			s := r.watch(WatchQuery{})
			defer s.Close()
			for {
				if _, err := s.Next(ctx); err != nil {
					return
				}
			}
		})
	}
	for i := range 300 {
		object := clone(e.objects[ofClusters][key{"ns", "a"}]).(*fleetv1.Cluster)
		object.Labels = map[string]string{"x": []string{"1", "2"}[i%2]}
		r.index.Apply(e.write(object))
		switch i % 10 {
		case 3:
			e.remove(e.objects[ofClusters][key{"ns", "d"}])
		case 4:
			e.write(fixture.Cluster("ns", "d", fixture.OnPlatform("metal")))
		case 5:
			r.catchUp()
		case 6:
			r.list(ofClusters, e.revision)
		}
	}
	cancel()
	reading.Wait()
}
