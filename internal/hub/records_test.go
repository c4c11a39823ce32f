package hub

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// sample returns the record of the Cluster of that name.
func (r *replica) sample() *Record {
	r.t.Helper()
	record, err := r.index.Get(context.Background(), "ns", Ref{Kind: fleetv1.KindCluster, Name: "sample"})
	if err != nil {
		r.t.Fatal(err)
	}
	return record
}

// evaluated is what the store does after a write: the status that follows, written.
func (r *replica) evaluated(now time.Duration) {
	r.t.Helper()
	picture, known := r.index.Cluster(types.NamespacedName{Namespace: "ns", Name: "sample"})
	if !known {
		r.t.Fatal("no such cluster")
	}
	status, _ := picture.Status(metav1.NewTime(fixture.Epoch.Add(now)))
	object := picture.Object.DeepCopy()
	object.Status = status
	r.index.Apply(r.etcd.write(object))
}

// TestWorkedExampleTimes plays the beginning of the worked example of docs/rest/hyperfleet.md as a replica sees it, and looks at
// the times of Ready, Available and of the adapters. Each step happens ten seconds after the one before.
func TestWorkedExampleTimes(t *testing.T) {
	e := tenant(fixture.Requiring("dns", "validation"))
	r := newReplica(t, e).start()
	stored := map[string]*fleetv1.AdapterStatus{}
	report := func(adapter string, generation int64, status metav1.ConditionStatus, observed time.Duration) {
		incoming := reported(adapter, generation, status, observed)
		cluster := r.sample().Cluster
		made := fixture.AdapterStatus(cluster, adapter)
		made.Report = incoming.Report
		if before := stored[adapter]; before != nil {
			made = before.DeepCopy()
			since := before.Report.Conditions[0]
			made.Report = incoming.Report
			made.Report.CreatedTime = before.Report.CreatedTime
			if since.Status == status {
				made.Report.Conditions[0].LastTransitionTime = since.LastTransitionTime
			}
		}
		stored[adapter] = e.write(made).(*fleetv1.AdapterStatus)
		r.index.Apply(stored[adapter].DeepCopy())
	}
	steps := []struct {
		what string
		do   func(now time.Duration)
		want []string
	}{
		{"1: POST cluster", func(time.Duration) {
			r.index.Apply(e.write(fixture.Cluster("ns", "sample", fixture.OnPlatform("metal"), func(c *fleetv1.Cluster) {
				c.CreationTimestamp = metav1.NewTime(fixture.Epoch)
			})))
		}, []string{"Ready=False@0 0 0 0", "Available=False@0 0 0 0"}},
		{"2: validation cannot tell", func(now time.Duration) { report("validation", 1, "Unknown", now) },
			[]string{"Ready=False@0 0 0 0", "Available=False@0 0 0 0"}},
		{"3: validation is available", func(now time.Duration) { report("validation", 1, "True", now) },
			[]string{"Ready=False@1 0 20 0", "Available=False@0 0 20 0", "ValidationSuccessful=True@1 10 20 20"}},
		{"4: dns is not", func(now time.Duration) { report("dns", 1, "False", now) },
			[]string{"Ready=False@1 0 30 0", "Available=False@1 0 30 0", "DnsSuccessful=False@1 30 30 30", "ValidationSuccessful=True@1 10 20 20"}},
		{"5: dns is, observed at the same time", func(time.Duration) { report("dns", 1, "True", 30*time.Second) },
			[]string{"Ready=True@1 0 30 40", "Available=True@1 0 30 40", "DnsSuccessful=True@1 30 30 30", "ValidationSuccessful=True@1 10 20 20"}},
		{"7: PATCH spec", func(time.Duration) {
			c := r.sample().Cluster.DeepCopy()
			c.Generation = 2
			r.index.Apply(e.write(c))
		}, []string{"Ready=False@2 0 30 50", "Available=True@1 0 30 40", "DnsSuccessful=True@1 30 30 30", "ValidationSuccessful=True@1 10 20 20"}},
		{"8: dns is not available, at the old generation", func(now time.Duration) { report("dns", 1, "False", now) },
			[]string{"Ready=False@2 0 60 50", "Available=False@1 0 60 60", "DnsSuccessful=False@1 30 60 60", "ValidationSuccessful=True@1 10 20 20"}},
	}
	for i, step := range steps {
		now := time.Duration(i) * 10 * time.Second
		step.do(now)
		r.evaluated(now)
		if diff := cmp.Diff(step.want, briefs(r.sample().Conditions)); diff != "" {
			t.Fatalf("step %s (-want +got):\n%s", step.what, diff)
		}
		if i%2 == 1 {
			r.catchUp()
			if diff := cmp.Diff(step.want, briefs(r.sample().Conditions)); diff != "" {
				t.Fatalf("step %s, delivered (-want +got):\n%s", step.what, diff)
			}
		}
	}
}

func TestARecordNeverShowsReadyOfAnotherGeneration(t *testing.T) {
	e := tenant()
	c := e.write(fixture.Cluster("ns", "sample", fixture.OnPlatform("metal"))).(*fleetv1.Cluster)
	e.write(fixture.AdapterStatus(c, "infra"))
	r := newReplica(t, e).start()
	if got := r.sample().Condition(fleetv1.ConditionReady); got.Status != metav1.ConditionTrue {
		t.Fatalf("without a stored status the reports decide: got %v", got)
	}
	r.evaluated(time.Minute)
	changed := r.sample().Cluster.DeepCopy()
	changed.Generation, changed.Annotations = 2, map[string]string{fleetv1.AnnotationUpdatedTime: "2026-01-02T03:09:05Z"}
	e.write(changed)
	r.catchUp()
	want := []string{"Ready=False@2 1 1 300", "Available=True@1 1 1 0", "InfraSuccessful=True@1 0 0 0"}
	got := briefs(r.sample().Conditions)
	if !strings.HasPrefix(got[0], "Ready=False@2") || !strings.HasSuffix(got[0], " 300") {
		t.Errorf("want Ready like %q, got %q", want[0], got[0])
	}
	other := newReplica(t, e).start()
	if diff := cmp.Diff(got, briefs(other.sample().Conditions)); diff != "" {
		t.Errorf("two replicas differ:\n%s", diff)
	}
}

func TestAPlatformsChangeReachesItsClusters(t *testing.T) {
	e := tenant()
	c := e.write(fixture.Cluster("ns", "sample", fixture.OnPlatform("metal"))).(*fleetv1.Cluster)
	for i := range 3 * piece {
		e.write(fixture.Cluster("ns", fmt.Sprintf("c%d", i), fixture.OnPlatform("metal")))
	}
	e.write(fixture.AdapterStatus(c, "extra", func(s *fleetv1.AdapterStatus) { s.Report.ObservedTime = at(time.Hour) }))
	r := newReplica(t, e).start()
	before := r.sample()
	if got := before.Condition("Ready").Updated; !got.Time.Equal(c.CreationTimestamp.Time) {
		t.Fatalf("Ready was updated at %v by an adapter that is not required", got)
	}
	platform := clone(e.objects[ofPlatforms][key{name: "metal"}]).(*fleetv1.Platform)
	platform.Generation++
	platform.Spec.RequiredAdapters.Cluster = []string{"extra"}
	e.write(platform)
	r.catchUp()
	after := r.sample()
	if got := after.Condition("Ready"); got.Status != metav1.ConditionTrue || !got.Updated.Time.Equal(fixture.Epoch.Add(time.Hour)) {
		t.Errorf("with the adapter required Ready is %s, updated at %v", got.Status, got.Updated)
	}
	status := clone(e.objects[ofPlatforms][key{name: "metal"}]).(*fleetv1.Platform)
	status.Status.Clusters = 7
	e.write(status)
	r.catchUp()
	if r.sample() != after {
		t.Error("a change of a Platform's status made a record anew")
	}
}

func TestAPoolKnowsItsCluster(t *testing.T) {
	e := tenant()
	e.write(fixture.NodePool("ns", "sample-workers", "sample", fixture.PoolName("workers")))
	r := newReplica(t, e).start()
	pool := func() *Record {
		record := r.index.lookUp("ns", Ref{Kind: fleetv1.KindNodePool, ID: "uid-3"})
		if record == nil {
			t.Fatal("there is no pool")
		}
		return record
	}
	if got := pool(); got.Owner != "" || got.Condition("Ready").Reason != fleetv1.ReasonClusterNotFound {
		t.Errorf("without a Cluster the pool has owner %q and is not ready for %s", got.Owner, got.Condition("Ready").Reason)
	}
	cluster := fixture.Cluster("ns", "sample", fixture.OnPlatform("metal"), fixture.Labelled[*fleetv1.Cluster](fleetv1.LabelID, "an-id"))
	r.index.Apply(e.write(cluster))
	if got := pool(); got.Owner != "an-id" || got.Condition("Ready").Reason != fleetv1.ReasonAwaitingAdapters {
		t.Errorf("with a Cluster the pool has owner %q and is not ready for %s", got.Owner, got.Condition("Ready").Reason)
	}
	r.catchUp()
	e.remove(e.objects[ofClusters][key{"ns", "sample"}])
	r.catchUp()
	if got := pool(); got.Owner != "" {
		t.Errorf("the Cluster is gone and the pool has owner %q", got.Owner)
	}
}

func TestReportsAboutAnEarlierObjectDoNotCount(t *testing.T) {
	e := tenant()
	c := e.write(fixture.Cluster("ns", "sample", fixture.OnPlatform("metal"))).(*fleetv1.Cluster)
	e.write(fixture.AdapterStatus(c, "infra", fixture.OfUID("earlier")))
	e.write(fixture.AdapterStatus(c, "dns", fixture.OfUID("")))
	r := newReplica(t, e).start()
	got := r.sample().Reports
	if len(got) != 1 || got[0].Spec.Adapter != "dns" {
		t.Errorf("the reports are %v", got)
	}
}

func TestManagedFieldsAreNotKept(t *testing.T) {
	e := tenant()
	e.write(fixture.Cluster("ns", "sample", func(c *fleetv1.Cluster) {
		c.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "somebody"}}
		c.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"}
	}))
	r := newReplica(t, e).start()
	object := r.sample().Object
	if object.ManagedFields != nil {
		t.Error("managed fields are kept")
	}
	if diff := cmp.Diff(map[string]string{"kept": "yes"}, object.Annotations); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
}
