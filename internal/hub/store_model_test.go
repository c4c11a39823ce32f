package hub_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/reports"
)

// heardOf is what the model remembers of an adapter's stored report.
type heardOf struct {
	generation, second int
	available          byte
	finalized          bool
}

// book is the table of reports and the table of conditions, as docs/rest/hyperfleet.md has them, once more and in as few words
// as possible. Required are dns and validation.
type book struct {
	generation int
	deleting   bool
	stored     map[string]heardOf
	available  string
}

// tell takes a report and returns what becomes of it: "204", "201" of the stored report or "new".
func (b *book) tell(adapter string, in heardOf) string {
	before, known := b.stored[adapter]
	switch {
	case in.generation > b.generation:
		return "204"
	case known && (before.generation > in.generation || before.generation == in.generation && before.second > in.second):
		return "204"
	case known && in.available == 'U' && (!b.deleting || !in.finalized):
		return "204"
	case known && before.generation == in.generation && before.available == in.available && before.finalized == in.finalized &&
		in.second-before.second < 30:
		return "201"
	}
	b.stored[adapter] = in
	b.evaluate()
	return "new"
}

// evaluate keeps Available, which depends on what it was.
func (b *book) evaluate() {
	dns, validation := b.counted("dns"), b.counted("validation")
	if dns == nil || validation == nil || dns.generation != validation.generation {
		return
	}
	b.available = fmt.Sprintf("T ResourceAvailable %d", dns.generation)
	if dns.available == 'F' || validation.available == 'F' {
		b.available = fmt.Sprintf("F AdaptersUnavailable %d", dns.generation)
	}
}

func (b *book) counted(adapter string) *heardOf {
	report, known := b.stored[adapter]
	if !known || report.available == 'U' {
		return nil
	}
	return &report
}

func (b *book) ready() string {
	present, counted, bad, finalized := 0, 0, 0, 0
	for _, adapter := range []string{"dns", "validation"} {
		report := b.counted(adapter)
		if report != nil {
			counted++
		}
		if report != nil && report.generation == b.generation {
			present++
			if report.available == 'F' {
				bad++
			}
		}
		if stored := b.stored[adapter]; stored.finalized && stored.generation == b.generation {
			finalized++
		}
	}
	switch {
	case b.deleting && finalized < 2:
		return fmt.Sprintf("F AwaitingFinalization %d", b.generation)
	case b.deleting:
		return "gone"
	case counted == 0:
		return "F AwaitingAdapters 0"
	case bad > 0:
		return fmt.Sprintf("F AdaptersUnavailable %d", b.generation)
	case present < 2:
		return fmt.Sprintf("F AdaptersPending %d", b.generation)
	default:
		return fmt.Sprintf("T ResourceReady %d", b.generation)
	}
}

// late serves a tenant by two replicas that lag behind.
func late(t *testing.T) *tenant {
	t.Helper()
	f := serve(t, 0)
	f.lag = 40 * time.Millisecond
	f.replicas = []*replica{f.replica(), f.replica()}
	return f
}

// What two replicas answer and store, each as far behind the other as it happens to be, is what the tables say; also to
// whoever looks with kubectl.
func TestTwoReplicasKeepToTheTables(t *testing.T) {
	f := late(t)
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++
		first := f.replicas[0]
		sample := f.cluster(first, fmt.Sprint("sample-", number))
		f.eventually("both know the cluster", func() bool {
			_, err := f.replicas[1].Get(t.Context(), f.namespace, ref(sample))
			return err == nil
		})
		b := &book{generation: 1, stored: map[string]heardOf{}, available: "F AwaitingAdapters 0"}
		second := 0
		for step := range rapid.IntRange(1, 25).Draw(rt, "steps") {
			r := f.replicas[rapid.IntRange(0, 1).Draw(rt, "replica")]
			switch what := rapid.IntRange(0, 20).Draw(rt, "what"); {
			case what == 0 && step > 10:
				f.delete(r, sample)
				if !b.deleting {
					b.deleting = true
					b.generation++
				}
			case what <= 2 && !b.deleting:
				b.generation++
				f.change(r, sample, hub.Change{Parameters: fmt.Appendf(nil, `{"step": %d}`, step)})
			default:
				adapter := rapid.SampledFrom([]string{"dns", "validation", "extra"}).Draw(rt, "adapter")
				second += rapid.SampledFrom([]int{-40, -1, 0, 0, 1, 10, 29, 31, 60}).Draw(rt, "seconds")
				in := heardOf{
					generation: max(1, b.generation+rapid.SampledFrom([]int{-1, 0, 0, 0, 0, 1}).Draw(rt, "generation")), second: second,
					available: rapid.SampledFrom([]byte("TTTFFU")).Draw(rt, "available"), finalized: b.deleting && rapid.Bool().Draw(rt, "finalized"),
				}
				b.check(rt, f, r, sample, adapter, in)
			}
			if ready := b.ready(); ready != b.look(rt, f, sample) {
				rt.Fatalf("step %d: the cluster is %q, want %q", step, b.look(rt, f, sample), ready+", "+b.available)
			}
			if b.ready() == "gone" {
				return
			}
		}
	})
}

// check sends a report and demands the answer that the tables give.
func (b *book) check(rt *rapid.T, f *tenant, r *replica, sample *hub.Record, adapter string, in heardOf) {
	said := said(string(in.available)+"1", noon.Add(time.Duration(in.second)*time.Second))
	said.ObservedGeneration = int64(in.generation)
	if in.finalized {
		said.Conditions = append(said.Conditions, fleetv1.ReportCondition{Type: fleetv1.ReportFinalized, Status: metav1.ConditionTrue})
	}
	want := b.tell(adapter, in)
	stored, err := r.Report(f.Context(), f.caller, ref(sample), adapter, said)
	if err != nil {
		rt.Fatalf("%s %+v: %v", adapter, in, err)
	}
	got := "204"
	if stored != nil {
		got = "201"
		if stored.Report.ObservedTime.Equal(&said.ObservedTime) {
			got = "new"
		}
	}
	// A repetition with the same time is the stored report and this one.
	if got != want && (got != "new" || want != "201" || b.stored[adapter].second != in.second) {
		rt.Fatalf("%s %+v: answered %s, want %s", adapter, in, got, want)
	}
}

// look returns Ready as the kube-apiserver has it, and checks Available on the way. Conditions that are not stored yet are those
// of birth.
func (b *book) look(rt *rapid.T, f *tenant, sample *hub.Record) string {
	cluster := &fleetv1.Cluster{}
	err := f.client.Get(f.Context(), client.ObjectKey{Namespace: f.namespace, Name: sample.Name}, cluster)
	if client.IgnoreNotFound(err) != nil {
		rt.Fatal(err)
	}
	if err != nil {
		return "gone"
	}
	shown := map[string]string{fleetv1.ConditionReady: "F AwaitingAdapters 0", fleetv1.ConditionAvailable: "F AwaitingAdapters 0"}
	for _, c := range cluster.Status.Conditions {
		shown[c.Type] = words(&hub.Condition{Condition: c})
	}
	if shown[fleetv1.ConditionAvailable] != b.available {
		rt.Fatalf("Available is %q, want %q", shown[fleetv1.ConditionAvailable], b.available)
	}
	return shown[fleetv1.ConditionReady]
}

// Reports and changes come through two replicas at the same time. When all are acknowledged, the stored status is what follows
// from what is stored, without any controller: no acknowledged report is missing from it.
func TestNoAcknowledgedReportIsMissing(t *testing.T) {
	adapters := []string{"dns", "validation", "extra", "more"}
	f := late(t)
	for round := range 12 {
		sample := f.cluster(f.replicas[0], fmt.Sprint("sample-", round))
		f.eventually("both know the cluster", func() bool {
			_, err := f.replicas[1].Get(t.Context(), f.namespace, ref(sample))
			return err == nil
		})
		var group sync.WaitGroup
		for i, adapter := range adapters {
			for j, r := range f.replicas {
				random := rand.New(rand.NewPCG(uint64(round), uint64(2*i+j)))
				group.Go(func() {
					for second := range 6 {
						word := []string{"T1", "F1", "T2", "F2"}[random.IntN(4)]
						_, err := r.Report(t.Context(), f.caller, ref(sample), adapter, said(word, noon.Add(time.Duration(second)*time.Second)))
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		group.Go(func() { f.change(f.replicas[round%2], sample, hub.Change{Parameters: []byte(`{"a": 1}`)}) })
		group.Wait()
		f.settled(sample)
	}
}

// settled demands that the stored conditions are those that follow from what is stored.
func (f *tenant) settled(record *hub.Record) {
	f.Helper()
	cluster := live(f, record, &fleetv1.Cluster{})
	heard, err := reports.About(f.Context(), f.client, fleetv1.KindCluster, cluster)
	must(f, err)
	status, _ := evaluate.Cluster{
		Object: cluster, Reports: heard, Platforms: []fleetv1.Platform{*f.platform}, Namespace: evaluate.Namespace{Platform: f.namespace},
	}.Status(metav1.NewTime(f.clock.Now()))
	if got, want := brief(cluster.Status.Conditions), brief(status.Conditions); got != want {
		f.Errorf("stored is\n%s and what is stored leads to\n%s", got, want)
	}
}

func brief(conditions []metav1.Condition) string {
	sorted := slices.SortedFunc(slices.Values(conditions), func(a, b metav1.Condition) int { return cmp.Compare(a.Type, b.Type) })
	text := ""
	for _, c := range sorted {
		text += fmt.Sprintf("  %s %s %s %s %d\n", c.Type, c.Status, c.Reason, c.Message, c.ObservedGeneration)
	}
	return text
}

// The same while the cluster is being deleted: when the last of the adapters is answered, the cluster is gone.
func TestTheLastOfManyLetsGo(t *testing.T) {
	f := serve(t, 2)
	for round := range 12 {
		sample := f.cluster(f.replicas[0], fmt.Sprint("sample-", round))
		f.delete(f.replicas[0], sample)
		f.eventually("both know of the deletion", func() bool {
			record, err := f.replicas[1].Get(t.Context(), f.namespace, ref(sample))
			return err == nil && record.Object.DeletionTimestamp != nil
		})
		var group sync.WaitGroup
		for i, adapter := range []string{"dns", "validation"} {
			group.Go(func() { f.report(f.replicas[i], sample, adapter, "U2z", noon) })
		}
		group.Wait()
		err := f.client.Get(t.Context(), types.NamespacedName{Namespace: f.namespace, Name: sample.Name}, &fleetv1.Cluster{})
		if client.IgnoreNotFound(err) != nil || err == nil {
			t.Fatalf("round %d: the cluster is still there: %v", round, err)
		}
	}
}
