package hub_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// The life of a cluster as docs/rest/hyperfleet.md tells it, step by step, answered by two replicas in turn.
func TestTheLifeOfACluster(t *testing.T) {
	f := serve(t, 2)
	sample := f.cluster(f.replicas[0], "sample")
	pool := f.pool(f.replicas[0], sample, "workers")
	f.eventually("the other replica knows both", func() bool {
		_, err := f.replicas[1].Get(t.Context(), f.namespace, ref(sample))
		_, poolErr := f.replicas[1].Get(t.Context(), f.namespace, ref(pool))
		return err == nil && poolErr == nil
	})
	const same = -1
	clock := noon
	for i, step := range []struct {
		adapter, words   string
		do               func(r *replica)
		after            time.Duration // since the report before; same is none
		dropped          bool
		ready, available string
	}{
		{adapter: "validation", words: "U1", ready: "F AwaitingAdapters 0", available: "F AwaitingAdapters 0"},
		{adapter: "validation", words: "U1", dropped: true, ready: "F AwaitingAdapters 0", available: "F AwaitingAdapters 0"},
		{adapter: "validation", words: "T1", ready: "F AdaptersPending 1", available: "F AwaitingAdapters 0"},
		{adapter: "dns", words: "F1", ready: "F AdaptersUnavailable 1", available: "F AdaptersUnavailable 1"},
		{adapter: "dns", words: "T1", after: same, ready: "T ResourceReady 1", available: "T ResourceAvailable 1"},
		{adapter: "dns", words: "T1", after: 10 * time.Second, ready: "T ResourceReady 1", available: "T ResourceAvailable 1"},
		{do: func(r *replica) { f.change(r, sample, hub.Change{Labels: &map[string]string{"a": "b"}}) }, ready: "T ResourceReady 1", available: "T ResourceAvailable 1"},
		{do: func(r *replica) { f.change(r, sample, hub.Change{Parameters: []byte(`{"a": 1}`)}) }, ready: "F AdaptersPending 2", available: "T ResourceAvailable 1"},
		{adapter: "dns", words: "F1", ready: "F AdaptersPending 2", available: "F AdaptersUnavailable 1"},
		{adapter: "dns", words: "T1", ready: "F AdaptersPending 2", available: "T ResourceAvailable 1"},
		{adapter: "dns", words: "F2", ready: "F AdaptersUnavailable 2", available: "T ResourceAvailable 1"},
		{adapter: "validation", words: "F1", ready: "F AdaptersUnavailable 2", available: "T ResourceAvailable 1"},
		{adapter: "dns", words: "T1", dropped: true, ready: "F AdaptersUnavailable 2", available: "T ResourceAvailable 1"},
		{adapter: "validation", words: "T3", dropped: true, ready: "F AdaptersUnavailable 2", available: "T ResourceAvailable 1"},
		{adapter: "validation", words: "T2", ready: "F AdaptersUnavailable 2", available: "F AdaptersUnavailable 2"},
		{adapter: "dns", words: "T2", ready: "T ResourceReady 2", available: "T ResourceAvailable 2"},
		{adapter: "dns", words: "U2", dropped: true, ready: "T ResourceReady 2", available: "T ResourceAvailable 2"},
		{do: func(*replica) { f.require("dns", "hypershift", "validation") }, ready: "T ResourceReady 2", available: "T ResourceAvailable 2"},
		{adapter: "hypershift", words: "F2", ready: "F AdaptersUnavailable 2", available: "F AdaptersUnavailable 2"},
		{adapter: "hypershift", words: "T2", ready: "T ResourceReady 2", available: "T ResourceAvailable 2"},
		{do: func(r *replica) { f.delete(r, sample) }, ready: "F AwaitingFinalization 3", available: "T ResourceAvailable 2"},
		{adapter: "dns", words: "F3z", ready: "F AwaitingFinalization 3", available: "T ResourceAvailable 2"},
		{adapter: "validation", words: "U3z", ready: "F AwaitingFinalization 3", available: "T ResourceAvailable 2"},
		{adapter: "hypershift", words: "F3z", ready: "F AwaitingChildren 3", available: "T ResourceAvailable 2"},
	} {
		r := f.replicas[i%2]
		switch {
		case step.do != nil:
			step.do(r)
		default:
			if step.after == 0 {
				step.after = time.Minute
			}
			if step.after != same {
				clock = clock.Add(step.after)
			}
			if taken := f.report(r, sample, step.adapter, step.words, clock); taken == step.dropped {
				t.Fatalf("step %d: %s %s: taken: %t", i, step.adapter, step.words, taken)
			}
		}
		if step.dropped {
			// Nothing was written here; what the other replica wrote comes by the watch.
			f.eventually("the report before has come", func() bool { return f.shown(r, sample) == step.ready+", "+step.available })
		}
		f.shows(r, sample, step.ready, step.available)
		if t.Failed() {
			t.Fatalf("at step %d", i)
		}
	}

	r := f.replicas[0]
	for _, adapter := range []string{"dns", "hypershift", "validation"} {
		f.report(r, pool, adapter, "F2z", clock)
	}
	for _, gone := range []*hub.Record{pool, sample} {
		_, err := r.Get(t.Context(), f.namespace, ref(gone))
		reason(t, err, hub.NotFound)
	}
}

func (f *tenant) change(r *replica, record *hub.Record, change hub.Change) *hub.Record {
	f.Helper()
	changed, err := r.Change(f.Context(), f.caller, ref(record), change)
	must(f, err)
	return changed
}

func (f *tenant) delete(r *replica, record *hub.Record) *hub.Record {
	f.Helper()
	deleted, err := r.Delete(f.Context(), f.caller, ref(record), hub.Precondition{})
	must(f, err)
	return deleted
}

// require changes the Platform and waits until all replicas know.
func (f *tenant) require(adapters ...string) {
	f.Helper()
	must(f, f.client.Get(f.Context(), client.ObjectKeyFromObject(f.platform), f.platform))
	fixture.Requiring(adapters...)(f.platform)
	must(f, f.client.Update(f.Context(), f.platform))
	for _, r := range f.replicas {
		f.eventually("the new requirement is known", func() bool {
			platforms, _ := r.index.Placement(f.namespace)
			for i := range platforms {
				if platforms[i].Name == f.platform.Name {
					return slices.Equal(platforms[i].Required(fleetv1.KindCluster), adapters)
				}
			}
			return false
		})
	}
}

func TestWhoReportsAboutWhat(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	bound := f.caller
	bound.Adapters = []string{"dns"}
	_, err := r.Report(t.Context(), bound, ref(sample), "validation", said("T1", noon))
	reason(t, err, hub.AdapterNotAllowed)
	_, err = r.Report(t.Context(), bound, ref(sample), "dns", said("T1", noon))
	reason(t, err, "")
	bound.Adapters = []string{}
	_, err = r.Report(t.Context(), bound, ref(sample), "dns", said("T1", noon))
	reason(t, err, hub.AdapterNotAllowed)
	_, err = r.Report(t.Context(), f.caller, hub.Ref{Kind: fleetv1.KindCluster, Name: "nobody"}, "dns", said("T1", noon))
	reason(t, err, hub.NotFound)
	_, err = r.Report(t.Context(), f.caller, ref(sample), "validation", &fleetv1.Report{ObservedGeneration: 1, ObservedTime: metav1.NewMicroTime(noon)})
	reason(t, err, hub.Invalid)
}

func TestAStoredReport(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	at := noon.Add(123456789 * time.Nanosecond)
	report := said("T1", at)
	report.Data = fixture.JSON(`{"a": null, "b": {"c": [null, 1.0]}}`)
	first, err := r.Report(t.Context(), f.caller, ref(sample), "dns", report)
	must(t, err)
	if got := first.Report.ObservedTime; !got.Equal(new(metav1.NewMicroTime(at.Truncate(time.Microsecond)))) {
		t.Errorf("observed at %s", got)
	}
	report = said("F1", at.Add(time.Hour))
	report.Data = fixture.JSON(`{"b": {"c": null}}`)
	second, err := r.Report(t.Context(), f.caller, ref(sample), "dns", report)
	must(t, err)
	if !second.Report.CreatedTime.Equal(&first.Report.ObservedTime) || !second.Report.Condition("Available").LastTransitionTime.Equal(&second.Report.ObservedTime) {
		t.Errorf("created %s, changed %s", second.Report.CreatedTime, second.Report.Condition("Available").LastTransitionTime)
	}
	stored := &fleetv1.AdapterStatus{}
	must(t, f.client.Get(t.Context(), client.ObjectKeyFromObject(second), stored))
	if text := string(stored.Report.Data.Raw); text != `{"b":{"c":null}}` {
		t.Errorf("data is %s", text)
	}
	if stored.Name != "sample.cluster.dns" || stored.Labels[fleetv1.LabelCluster] != "sample" || stored.Labels[fleetv1.LabelAdapter] != "dns" ||
		stored.OwnerReferences[0].UID != sample.ID || stored.Finalizers[0] != fleetv1.ReportFinalizer || stored.Spec.TargetRef.UID != sample.ID {
		t.Errorf("stored as %v", stored.ObjectMeta)
	}
}

// A repetition within the heartbeat writes nothing, on the replica that stored the report and on the other.
func TestARepetitionWritesNothing(t *testing.T) {
	f := serve(t, 2)
	one, other := f.replicas[0], f.replicas[1]
	sample := f.cluster(one, "sample")
	f.report(one, sample, "dns", "T1", noon)
	f.report(one, sample, "validation", "T1", noon)
	f.shows(one, sample, "T ResourceReady 1", "T ResourceAvailable 1")
	f.eventually("the other replica knows", func() bool {
		record, err := other.Get(t.Context(), f.namespace, ref(sample))
		return err == nil && record.Condition(fleetv1.ConditionReady).Status == metav1.ConditionTrue
	})
	before := one.writes.Count() + other.writes.Count()
	for i := range 29 {
		for _, r := range f.replicas {
			stored, err := r.Report(t.Context(), f.caller, ref(sample), "dns", said("T1", noon.Add(time.Duration(i)*time.Second)))
			must(t, err)
			if stored == nil || !stored.Report.ObservedTime.Time.Equal(noon) {
				t.Fatalf("answered %v, and not the stored report", stored)
			}
		}
	}
	if writes := one.writes.Count() + other.writes.Count() - before; writes > 0 {
		t.Errorf("%d writes: %v", writes, one.writes.Log())
	}
	f.report(other, sample, "dns", "T1", noon.Add(30*time.Second))
	if log := other.writes.Log(); len(log) != 1 {
		t.Errorf("a heartbeat is one write, not %v", log)
	}
}

func TestAReportAboutAnEarlierObjectOfTheNameMakesRoom(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	old := fixture.AdapterStatus(live(f, sample, &fleetv1.Cluster{}), "dns", fixture.OfUID("of-another"),
		fixture.KeptBy[*fleetv1.AdapterStatus](fleetv1.ReportFinalizer))
	must(t, f.client.Create(t.Context(), old))
	f.report(r, sample, "dns", "T1", noon)
	must(t, f.client.Get(t.Context(), client.ObjectKeyFromObject(old), old))
	if old.Spec.TargetRef.UID != sample.ID {
		t.Errorf("the report is about %s", old.Spec.TargetRef.UID)
	}
}

// Adapters that report at the same time share the status writes.
func TestAStormIsTwoStatusWrites(t *testing.T) {
	adapters := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	f := serve(t, 1, fixture.Requiring(adapters...))
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	done := make(chan error)
	for _, adapter := range adapters {
		go func() {
			_, err := r.Report(t.Context(), f.caller, ref(sample), adapter, said("T1", noon))
			done <- err
		}()
	}
	for range adapters {
		must(t, <-done)
	}
	f.shows(r, sample, "T ResourceReady 1", "T ResourceAvailable 1")
	statuses := 0
	for _, write := range r.writes.Log() {
		if write == "patch status *v1alpha1.Cluster sample" {
			statuses++
		}
	}
	if statuses >= len(adapters) {
		t.Errorf("%d status writes for %d reports at the same time", statuses, len(adapters))
	}
}

// Whoever writes a status says what it means; so the events are the same whichever way reports come in.
func TestTransitionsAreToldOnce(t *testing.T) {
	f, r, sample := converged(t)
	f.report(r, sample, "dns", "T1", noon.Add(time.Hour))
	f.report(r, sample, "dns", "F1", noon.Add(time.Hour))
	f.delete(r, sample)
	f.report(r, sample, "dns", "F2z", noon.Add(time.Hour))
	f.report(r, sample, "validation", "F2z", noon.Add(time.Hour))
	want := []string{
		"Normal Ready Became ready at generation 1",
		"Warning NotReady Stopped being ready: Adapters report Available=False at generation 1: dns",
		"Normal Deleted Let go: all adapters reported Finalized=True and no children remained",
	}
	if diff := cmp.Diff(want, r.events.Take()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
