package hub_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// env is the API server that all tests of the store share; the first one starts it.
var env = sync.OnceValues(func() (*testenv.Environment, error) { return testenv.Start(testenv.Options{}) })

var started bool

// drawLess lets models take fewer turns than is usual, unless the command line says how many (-rapid.checks): most of them play against
// a kube-apiserver.
func drawLess() {
	if err := flag.Set("rapid.checks", "40"); err != nil {
		panic(err)
	}
}

func TestMain(m *testing.M) {
	drawLess()
	flag.Parse()
	code := m.Run()
	if started {
		e, err := env()
		if err == nil {
			err = e.Stop()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// replica is one facade: a store with an index of its own.
type replica struct {
	hub.Hub
	index  *hub.Index
	store  *hub.Store
	writes *expect.Writes
	events *expect.Recorder
}

// tenant is a namespace on a Platform of its own, and the replicas that serve it.
type tenant struct {
	*testing.T
	client    client.WithWatch
	namespace string
	platform  *fleetv1.Platform
	caller    hub.Caller
	clock     clock.WithTicker
	replicas  []*replica
	// lag is by how much at most the watches of replicas that start from now on lag, each kind for itself.
	lag time.Duration
}

// serve makes a tenant whose Platform requires the adapters dns and validation, served by so many replicas.
func serve(t *testing.T, replicas int, options ...fixture.Option[*fleetv1.Platform]) *tenant {
	t.Helper()
	e, err := env()
	if err != nil {
		t.Fatal(err)
	}
	started = true
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "tenant-"}}
	must(t, e.Client.Create(t.Context(), namespace))
	namespace.Labels = map[string]string{fleetv1.LabelPlatform: namespace.Name}
	must(t, e.Client.Update(t.Context(), namespace))
	all := append([]fixture.Option[*fleetv1.Platform]{fixture.Requiring("dns", "validation")}, options...)
	platform := fixture.Platform(namespace.Name, all...)
	must(t, e.Client.Create(t.Context(), platform))
	f := &tenant{
		T: t, client: e.Client, namespace: namespace.Name, platform: platform, clock: clock.RealClock{},
		caller: hub.Caller{Namespace: namespace.Name, User: "system:serviceaccount:fleet:ci", Email: "ci@example.com"},
	}
	for range replicas {
		f.replicas = append(f.replicas, f.replica())
	}
	return f
}

// replica starts one more replica.
func (f *tenant) replica() *replica {
	f.Helper()
	r := &replica{index: hub.NewIndex(f.clock), writes: &expect.Writes{}, events: &expect.Recorder{}}
	r.store = hub.NewStore(hub.StoreOptions{
		Client: r.writes.Client(f.client), Memory: r.index, Recorder: r.events, Clock: f.clock,
		SystemNamespace: f.namespace, Replica: fmt.Sprint("replica-", len(f.replicas)),
	})
	r.Hub = hub.New(r.index, r.store)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := r.index.Run(ctx, lagging{WithWatch: f.client, most: f.lag}); err != nil {
			f.Error(err)
		}
	})
	f.Cleanup(func() {
		stop()
		running.Wait()
	})
	f.eventually("the index knows the platform", func() bool {
		platforms, namespace := r.index.Placement(f.namespace)
		found := false
		for i := range platforms {
			found = found || platforms[i].Name == f.platform.Name
		}
		return r.index.Synced() && found && namespace.Platform == f.platform.Name
	})
	return r
}

// eventually waits until something holds.
func (f *tenant) eventually(what string, holds func() bool) {
	f.Helper()
	err := wait.PollUntilContextTimeout(f.Context(), 5*time.Millisecond, 20*time.Second, true,
		func(context.Context) (bool, error) { return holds(), nil })
	if err != nil {
		f.Fatalf("waiting until %s: %v", what, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reason demands an error of a reason, or none.
func reason(t testing.TB, err error, want hub.Reason) {
	t.Helper()
	if got := hub.ReasonOf(err); got != want {
		t.Fatalf("the reason is %q, want %q: %v", got, want, err)
	}
}

// faults returns the broken rules that an error names.
func faults(t testing.TB, err error) []hub.Fault {
	t.Helper()
	known, ok := errors.AsType[*hub.Error](err)
	if !ok {
		t.Fatalf("not an error of the hub: %v", err)
	}
	return known.Faults
}

func (f *tenant) cluster(r *replica, name string) *hub.Record {
	f.Helper()
	record, err := r.CreateCluster(f.Context(), f.caller, hub.NewCluster{Name: name, Parameters: []byte(`{}`)})
	must(f, err)
	return record
}

func (f *tenant) pool(r *replica, cluster *hub.Record, name string) *hub.Record {
	f.Helper()
	record, err := r.CreateNodePool(f.Context(), f.caller, hub.NewNodePool{Cluster: ref(cluster), Name: name, Parameters: []byte(`{}`)})
	must(f, err)
	return record
}

func ref(record *hub.Record) hub.Ref { return hub.Ref{Kind: record.Kind, ID: record.ID} }

// live reads an object as the kube-apiserver holds it.
func live[T client.Object](f *tenant, record *hub.Record, into T) T {
	f.Helper()
	key := client.ObjectKey{Namespace: record.Object.Namespace, Name: record.Object.Name}
	must(f, f.client.Get(f.Context(), key, into))
	return into
}

// said builds a report: "T1" is Available=True at generation 1; F and U are False and Unknown, a trailing z is Finalized=True.
func said(words string, at time.Time) *fleetv1.Report {
	status := map[byte]metav1.ConditionStatus{'T': metav1.ConditionTrue, 'F': metav1.ConditionFalse, 'U': metav1.ConditionUnknown}[words[0]]
	report := &fleetv1.Report{
		ObservedGeneration: int64(words[1] - '0'), ObservedTime: metav1.NewMicroTime(at),
		Conditions: []fleetv1.ReportCondition{
			{Type: fleetv1.ReportAvailable, Status: status, Reason: "Because", Message: "it says so"},
			{Type: fleetv1.ReportApplied, Status: metav1.ConditionTrue},
			{Type: fleetv1.ReportHealth, Status: metav1.ConditionTrue},
		},
	}
	if len(words) > 2 {
		report.Conditions = append(report.Conditions, fleetv1.ReportCondition{Type: fleetv1.ReportFinalized, Status: metav1.ConditionTrue})
	}
	return report
}

// report sends a report and tells whether it was taken.
func (f *tenant) report(r *replica, about *hub.Record, adapter, words string, at time.Time) bool {
	f.Helper()
	stored, err := r.Report(f.Context(), f.caller, ref(about), adapter, said(words, at))
	must(f, err)
	return stored != nil
}

// shows demands that the replica shows conditions: "T ResourceReady 1" for each.
func (f *tenant) shows(r *replica, record *hub.Record, ready, available string) {
	f.Helper()
	if got, want := f.shown(r, record), ready+", "+available; got != want {
		f.Errorf("Ready and Available are %q, want %q", got, want)
	}
}

func (f *tenant) shown(r *replica, record *hub.Record) string {
	f.Helper()
	got, err := r.Get(f.Context(), f.namespace, ref(record))
	must(f, err)
	return words(got.Condition(fleetv1.ConditionReady)) + ", " + words(got.Condition(fleetv1.ConditionAvailable))
}

func words(c *hub.Condition) string {
	if c == nil {
		return "none"
	}
	return fmt.Sprintf("%.1s %s %d", c.Status, c.Reason, c.ObservedGeneration)
}
