package hub_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestObjectsSayByWhichRequestTheyWereWrittenLast(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	by := func(id string) hub.Caller {
		caller := f.caller
		caller.RequestID = id
		return caller
	}
	sample, err := r.CreateCluster(t.Context(), by("create"), hub.NewCluster{Name: "sample", Parameters: []byte(`{}`)})
	must(t, err)
	pool, err := r.CreateNodePool(t.Context(), by("create-pool"), hub.NewNodePool{Cluster: ref(sample), Name: "workers", Parameters: []byte(`{}`)})
	must(t, err)
	says := func(record *hub.Record, want string) {
		t.Helper()
		stored := live(f, record, &fleetv1.Cluster{})
		if got := stored.Annotations[fleetv1.AnnotationRequestID]; got != want {
			t.Errorf("%s was written by request %q, want %q", record.Name, got, want)
		}
	}
	says(sample, "create")
	if got := pool.Object.Annotations[fleetv1.AnnotationRequestID]; got != "create-pool" {
		t.Errorf("the pool was written by request %q", got)
	}
	// Nothing changes: nothing is written, so the object still tells of the request that did write.
	_, err = r.Change(t.Context(), by("nothing"), ref(sample), hub.Change{Parameters: []byte(`{}`)})
	must(t, err)
	says(sample, "create")
	deleted, err := r.Delete(t.Context(), by("delete"), ref(sample), hub.Precondition{})
	must(t, err)
	says(deleted, "delete")
	children, err := r.Get(t.Context(), f.namespace, ref(pool))
	must(t, err)
	if got := children.Object.Annotations[fleetv1.AnnotationRequestID]; got != "delete" {
		t.Errorf("the pool that goes with its cluster was deleted by request %q", got)
	}
}
