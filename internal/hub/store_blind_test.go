package hub_test

import (
	"context"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/hub"
)

// blind is the memory of a replica whose watch has stopped: it knows what it remembers of one Cluster, what it wrote, and what
// a test lets it see.
type blind struct {
	hub.Memory
	record  *hub.Record
	picture evaluate.Cluster
	// removed is what it was told is gone.
	removed []client.Object
}

// blind returns a store that remembers a Cluster as a replica knows it now, and its memory.
func (f *tenant) blind(r *replica, record *hub.Record, c client.Client) (*hub.Store, *blind) {
	f.Helper()
	known, err := r.index.Get(f.Context(), f.namespace, ref(record))
	must(f, err)
	picture, _ := r.index.Cluster(types.NamespacedName{Namespace: f.namespace, Name: record.Object.Name})
	memory := &blind{
		record: &hub.Record{
			Kind: known.Kind, ID: known.ID, Name: known.Name, Object: known.Object, Cluster: known.Cluster, Reports: known.Reports,
		},
		picture: picture,
	}
	return hub.NewStore(hub.StoreOptions{
		Client: c, Memory: memory, Recorder: r.events, Clock: f.clock, SystemNamespace: f.namespace, Replica: "blind",
	}), memory
}

func (b *blind) Get(context.Context, string, hub.Ref) (*hub.Record, error) { return b.record, nil }

func (b *blind) Cluster(types.NamespacedName) (evaluate.Cluster, bool) { return b.picture, true }

func (b *blind) NodePool(types.NamespacedName) (evaluate.NodePool, bool) {
	return evaluate.NodePool{}, false
}

func (b *blind) Placement(string) ([]fleetv1.Platform, evaluate.Namespace) {
	return b.picture.Platforms, b.picture.Namespace
}

func (b *blind) Remove(gone client.Object) { b.removed = append(b.removed, gone) }

// Apply takes over what this replica wrote, as an index does.
func (b *blind) Apply(object client.Object) {
	switch o := object.(type) {
	case *fleetv1.Cluster:
		b.picture.Object, b.record.Cluster, b.record.Object = o, o, &o.ObjectMeta
	case *fleetv1.AdapterStatus:
		for i := range b.picture.Reports {
			if b.picture.Reports[i].Adapter == o.Spec.Adapter {
				b.picture.Reports[i].Report = o.Report
			}
		}
		for i := range b.record.Reports {
			if b.record.Reports[i].Name == o.Name {
				b.record.Reports[i] = o
			}
		}
	}
}

// ready returns what Ready says in the kube-apiserver.
func (f *tenant) ready(record *hub.Record) string {
	f.Helper()
	return words(&hub.Condition{Condition: live(f, record, &fleetv1.Cluster{}).Status.Conditions[0]})
}

// converged serves a tenant by one replica, with a Cluster that is Ready.
func converged(t *testing.T) (*tenant, *replica, *hub.Record) {
	t.Helper()
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	f.report(r, sample, "validation", "T1", noon)
	f.report(r, sample, "dns", "T1", noon)
	return f, r, sample
}

// Between two reports of an adapter through one replica, another one took a report that differs. To the one it looks like a
// repetition.
func TestARepetitionIsHeldAgainstTheLiveReport(t *testing.T) {
	f, r, sample := converged(t)
	late, _ := f.blind(r, sample, f.client)
	f.report(r, sample, "dns", "F1", noon.Add(time.Second))

	stored, err := late.Report(t.Context(), f.caller, ref(sample), "dns", said("T1", noon.Add(2*time.Second)))
	must(t, err)
	if !stored.Report.ObservedTime.Time.Equal(noon.Add(2 * time.Second)) {
		t.Errorf("answered the report of %s", stored.Report.ObservedTime)
	}
	if ready := f.ready(sample); ready != "T ResourceReady 1" {
		t.Errorf("Ready is %s", ready)
	}
}

// A replica knows of the report before, but not of the status that followed. To it the status is right as it is: all happens
// within one second, which is what adapters tell apart.
func TestAStatusThatLooksRightIsHeldAgainstTheLiveOne(t *testing.T) {
	f, r, sample := converged(t)
	late, memory := f.blind(r, sample, f.client)
	between, err := r.Report(t.Context(), f.caller, ref(sample), "dns", said("F1", noon))
	must(t, err)
	memory.Apply(between.DeepCopy())

	_, err = late.Report(t.Context(), f.caller, ref(sample), "dns", said("T1", noon))
	must(t, err)
	if ready := f.ready(sample); ready != "T ResourceReady 1" {
		t.Errorf("Ready is %s", ready)
	}
}

// After a replica has stored a report, another one stores a newer one of the same adapter and writes the status; of both the
// first replica sees the status only.
func TestANewerReportOfTheSameAdapterIsNotOverwritten(t *testing.T) {
	f, r, sample := converged(t)
	after := &afterUpdate{WithWatch: f.client}
	late, memory := f.blind(r, sample, after)
	after.do = func() {
		f.report(r, sample, "dns", "F1", noon.Add(2*time.Minute))
		memory.Apply(live(f, sample, &fleetv1.Cluster{}))
	}
	_, err := late.Report(t.Context(), f.caller, ref(sample), "dns", said("T1", noon.Add(time.Minute)))
	must(t, err)
	if ready := f.ready(sample); ready != "F AdaptersUnavailable 1" {
		t.Errorf("Ready is %s", ready)
	}
}

// A replica does not know of another adapter's report, but of the status that followed from it.
func TestTheReportOfAnotherAdapterIsNotOverwritten(t *testing.T) {
	f, r, sample := converged(t)
	late, memory := f.blind(r, sample, f.client)
	f.report(r, sample, "validation", "F1", noon.Add(time.Minute))
	memory.Apply(live(f, sample, &fleetv1.Cluster{}))
	report := said("T1", noon.Add(time.Minute))
	report.Conditions[0].Message = "in other words"
	_, err := late.Report(t.Context(), f.caller, ref(sample), "dns", report)
	must(t, err)
	if ready := f.ready(sample); ready != "F AdaptersUnavailable 1" {
		t.Errorf("Ready is %s", ready)
	}
}

// afterUpdate does something after the first update.
type afterUpdate struct {
	client.WithWatch
	do func()
}

func (a *afterUpdate) Update(ctx context.Context, object client.Object, options ...client.UpdateOption) error {
	err := a.WithWatch.Update(ctx, object, options...)
	if do := a.do; do != nil && err == nil {
		a.do = nil
		do()
	}
	return err
}
