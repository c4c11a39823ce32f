package hub_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestAChangeReplacesWhole(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{
		Name: "sample", Labels: map[string]string{"a": "1", "b": "2"}, Parameters: []byte(`{"a": {"b": 1}, "c": null}`),
	})
	must(t, err)
	stored := live(f, sample, &fleetv1.Cluster{})
	stored.Labels[fleetv1.LabelID] = string(stored.UID)
	stored.Annotations["example.com/kept"] = "yes"
	must(t, f.client.Update(t.Context(), stored))

	other := f.caller
	other.Email, other.User, other.RequestID = "", "dora", "change-1"
	before := r.writes.Count()
	changed, err := r.Change(t.Context(), other, ref(sample), hub.Change{Labels: &map[string]string{"c": "3"}})
	must(t, err)
	if diff := cmp.Diff(map[string]string{"c": "3", fleetv1.LabelID: string(stored.UID)}, changed.Object.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	if changed.Object.Generation != 1 || string(changed.Parameters()) != `{"a":{"b":1},"c":null}` {
		t.Errorf("generation %d with %s", changed.Object.Generation, changed.Parameters())
	}
	annotations := changed.Object.Annotations
	if annotations[fleetv1.AnnotationUpdatedBy] != "dora" || annotations[fleetv1.AnnotationCreatedBy] != "ci@example.com" || annotations["example.com/kept"] != "yes" {
		t.Errorf("annotations are %v", annotations)
	}
	if annotations[fleetv1.AnnotationRequestID] != "change-1" {
		t.Errorf("the request is %q", annotations[fleetv1.AnnotationRequestID])
	}
	first, err := time.Parse(time.RFC3339Nano, annotations[fleetv1.AnnotationUpdatedTime])
	must(t, err)
	changed = f.change(r, sample, hub.Change{Parameters: []byte(`{"a": {"d": null}}`)})
	if string(changed.Parameters()) != `{"a":{"d":null}}` || changed.Object.Generation != 2 || changed.Object.Labels["c"] != "3" {
		t.Errorf("generation %d with %s", changed.Object.Generation, changed.Parameters())
	}
	if second, err := time.Parse(time.RFC3339Nano, changed.Object.Annotations[fleetv1.AnnotationUpdatedTime]); err != nil || second.Before(first) {
		t.Errorf("updated at %s after %s: %v", second, first, err)
	}
	changed = f.change(r, sample, hub.Change{Labels: &map[string]string{}})
	if len(changed.Object.Labels) != 1 {
		t.Errorf("labels are %v", changed.Object.Labels)
	}
	if writes := r.writes.Count() - before; writes > 5 {
		t.Errorf("three changes are %d writes: %v", writes, r.writes.Log())
	}
}

func TestAChangeOfNothingWritesNothing(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{
		Name: "sample", Labels: map[string]string{"a": "1"}, Parameters: []byte(`{"a": [1, {"b": null}], "c": 1e3}`),
	})
	must(t, err)
	bare, err := r.CreateCluster(t.Context(), f.caller, hub.NewCluster{Name: "bare"})
	must(t, err)
	before := r.writes.Count()
	for name, test := range map[string]struct {
		record *hub.Record
		change hub.Change
	}{
		"the same value in other words":    {sample, hub.Change{Parameters: []byte(`{ "c" : 1000.0, "a": [1.0, {"b": null}]}`)}},
		"the same labels":                  {sample, hub.Change{Labels: &map[string]string{"a": "1"}}},
		"an empty object where none is":    {bare, hub.Change{Parameters: []byte(`{}`)}},
		"no labels where none are":         {bare, hub.Change{Labels: &map[string]string{}}},
		"the same with a version in force": {sample, hub.Change{Labels: &map[string]string{"a": "1"}, Precondition: hub.Precondition{ResourceVersions: []string{sample.Object.ResourceVersion}}}},
	} {
		t.Run(name, func(t *testing.T) {
			changed := f.change(r, test.record, test.change)
			if changed.Object.ResourceVersion != test.record.Object.ResourceVersion || changed.Object.Annotations[fleetv1.AnnotationUpdatedTime] != "" {
				t.Errorf("something was written: %v", r.writes.Log())
			}
		})
	}
	if writes := r.writes.Count() - before; writes > 0 {
		t.Errorf("%d writes: %v", writes, r.writes.Log())
	}
}

func TestPreconditionsAreHeldAgainstTheLiveObject(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	old := sample.Object.ResourceVersion
	late, _ := f.blind(r, sample, f.client)
	changed := f.change(r, sample, hub.Change{Labels: &map[string]string{"a": "1"}})
	now := changed.Object.ResourceVersion

	when := func(versions ...string) hub.Precondition { return hub.Precondition{ResourceVersions: versions} }
	_, err := r.Change(t.Context(), f.caller, ref(sample), hub.Change{Precondition: when(old), Labels: &map[string]string{"a": "2"}})
	reason(t, err, hub.PreconditionFailed)
	_, err = late.Change(t.Context(), f.caller, ref(sample), hub.Change{Precondition: when(old), Labels: &map[string]string{"a": "2"}})
	reason(t, err, hub.PreconditionFailed)
	_, err = r.Delete(t.Context(), f.caller, ref(sample), when(old))
	reason(t, err, hub.PreconditionFailed)
	_, err = late.Delete(t.Context(), f.caller, ref(sample), when(old))
	reason(t, err, hub.PreconditionFailed)
	_, err = late.Change(t.Context(), f.caller, ref(sample), hub.Change{Precondition: when("7", now), Labels: &map[string]string{"a": "2"}})
	reason(t, err, "")
	if labels := live(f, sample, &fleetv1.Cluster{}).Labels; labels["a"] != "2" {
		t.Errorf("labels are %v", labels)
	}
	// Without a precondition a replica that lags behind writes what was asked for.
	_, err = late.Change(t.Context(), f.caller, ref(sample), hub.Change{Labels: &map[string]string{"a": "3"}})
	reason(t, err, "")
	// What looks like no change to it is one.
	f.change(r, sample, hub.Change{Labels: &map[string]string{}})
	_, err = late.Change(t.Context(), f.caller, ref(sample), hub.Change{Labels: &map[string]string{"a": "3"}})
	reason(t, err, "")
	if labels := live(f, sample, &fleetv1.Cluster{}).Labels; labels["a"] != "3" {
		t.Errorf("labels are %v", labels)
	}
}

func TestADeletedObjectIsNotChanged(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	must(t, f.client.Delete(t.Context(), live(f, sample, &fleetv1.Cluster{})))
	_, err := r.Change(t.Context(), f.caller, ref(sample), hub.Change{
		Labels: &map[string]string{}, Precondition: hub.Precondition{ResourceVersions: []string{"1"}},
	})
	reason(t, err, hub.WrongState)
	_, err = r.Change(t.Context(), f.caller, hub.Ref{Kind: fleetv1.KindCluster, Name: "nobody"}, hub.Change{Labels: &map[string]string{}})
	reason(t, err, hub.NotFound)
}

// Changes that come at the same time through two replicas all happen, one after the other.
func TestChangesAtTheSameTime(t *testing.T) {
	f := serve(t, 2)
	sample := f.cluster(f.replicas[0], "sample")
	f.eventually("the other replica knows", func() bool {
		_, err := f.replicas[1].Get(t.Context(), f.namespace, ref(sample))
		return err == nil
	})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			parameters, err := json.Marshal(map[string]int{"writer": i})
			if err == nil {
				_, err = f.replicas[i%2].Change(t.Context(), f.caller, ref(sample), hub.Change{Parameters: parameters})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	stored := &fleetv1.Cluster{}
	must(t, f.client.Get(t.Context(), client.ObjectKey{Namespace: f.namespace, Name: "sample"}, stored))
	if stored.Generation != 9 {
		t.Errorf("eight changes led to generation %d", stored.Generation)
	}
}
