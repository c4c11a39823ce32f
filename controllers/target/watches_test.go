package target

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/reports"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// asked is a queue that remembers who is to be woken, and after how long.
type asked struct {
	workqueue.TypedRateLimitingInterface[reconcile.Request]
	after map[string]time.Duration
	// noted are the targets about which a report came in that waits for them.
	noted []client.ObjectKey
}

func (a *asked) note(target client.ObjectKey) { a.noted = append(a.noted, target) }

func (a *asked) Add(r reconcile.Request)                           { a.after[r.String()] = 0 }
func (a *asked) AddAfter(r reconcile.Request, after time.Duration) { a.after[r.String()] = after }

func TestReportsWakeTheirTarget(t *testing.T) {
	cluster := fixture.Cluster("ns", "sample")
	plain, promised := fixture.AdapterStatus(cluster, "infra"), fixture.AdapterStatus(cluster, "infra")
	reports.Promise(promised)
	deleting := promised.DeepCopy()
	deleting.DeletionTimestamp = &metav1.Time{Time: fixture.Epoch}
	aboutPool := fixture.AdapterStatus(fixture.NodePool("ns", "sample", "sample"), "infra")
	create := func(object client.Object, initial bool) func(*asked) {
		return func(q *asked) {
			OfReport(fleetv1.KindCluster, q.note).Create(t.Context(), event.CreateEvent{Object: object, IsInInitialList: initial}, q)
		}
	}
	update := func(object client.Object) func(*asked) {
		return func(q *asked) {
			OfReport(fleetv1.KindCluster, q.note).Update(t.Context(), event.UpdateEvent{ObjectOld: plain, ObjectNew: object}, q)
		}
	}
	now, later := map[string]time.Duration{"ns/sample": 0}, map[string]time.Duration{"ns/sample": settling}
	repeated := plain.DeepCopy()
	repeated.Report.ObservedTime = metav1.NewMicroTime(fixture.Epoch.Add(time.Minute))
	for name, tc := range map[string]struct {
		happens func(*asked)
		want    map[string]time.Duration
		noted   bool
	}{
		"a new report wakes at once, and is noted":                  {happens: create(plain, false), want: now, noted: true},
		"a repeated report wakes at once, and is noted":             {happens: update(repeated), want: now, noted: true},
		"other changes wake at once":                                {happens: update(plain), want: now},
		"one whose writer sees to the status wakes later":           {happens: update(promised), want: later},
		"a new one whose writer sees to the status too":             {happens: create(promised, false), want: later},
		"one that was there before this program began does at once": {happens: create(promised, true), want: now},
		"one that is being deleted wakes at once":                   {happens: update(deleting), want: now},
		"one about another kind wakes nobody":                       {happens: create(aboutPool, false), want: map[string]time.Duration{}},
		"one that is gone wakes at once": {happens: func(q *asked) {
			OfReport(fleetv1.KindCluster, q.note).Delete(t.Context(), event.DeleteEvent{Object: promised}, q)
		}, want: now},
	} {
		t.Run(name, func(t *testing.T) {
			q := &asked{after: map[string]time.Duration{}}
			tc.happens(q)
			if diff := cmp.Diff(tc.want, q.after); diff != "" {
				t.Errorf("woken (-want +got):\n%s", diff)
			}
			if (len(q.noted) == 1) != tc.noted {
				t.Errorf("noted %v, want it noted: %t", q.noted, tc.noted)
			}
		})
	}
}

func TestArrivals(t *testing.T) {
	var a Arrivals
	one, other := client.ObjectKey{Name: "one"}, client.ObjectKey{Name: "other"}
	a.Saw(one, fixture.Epoch)
	a.Saw(one, fixture.Epoch.Add(time.Second))
	if got := a.take(other); !got.IsZero() {
		t.Errorf("nothing came in about the other one, and it waits since %v", got)
	}
	if got := a.take(one); !got.Equal(fixture.Epoch) {
		t.Errorf("it waits since %v, want since the first report", got)
	}
	if got := a.take(one); !got.IsZero() {
		t.Errorf("it was taken, and waits since %v", got)
	}
}

func TestChangedBeyondStatus(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*fleetv1.Cluster)
		want   bool
	}{
		"a new status is no more":    {func(c *fleetv1.Cluster) { c.Status.Adapters = "1/1" }, false},
		"a new generation is":        {func(c *fleetv1.Cluster) { c.Generation++ }, true},
		"a label is":                 {func(c *fleetv1.Cluster) { c.Labels = map[string]string{"a": "b"} }, true},
		"an annotation is":           {func(c *fleetv1.Cluster) { c.Annotations = map[string]string{"a": "b"} }, true},
		"a finalizer is":             {func(c *fleetv1.Cluster) { c.Finalizers = []string{"a/b"} }, true},
		"a deletion is":              {func(c *fleetv1.Cluster) { c.DeletionTimestamp = &metav1.Time{Time: fixture.Epoch} }, true},
		"another object is":          {func(c *fleetv1.Cluster) { c.UID = "other" }, true},
		"a resync without change is": {func(c *fleetv1.Cluster) { c.ResourceVersion = "1" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			before := fixture.Cluster("ns", "sample")
			before.ResourceVersion = "1"
			after := before.DeepCopy()
			after.ResourceVersion = "2"
			tc.change(after)
			if got := changedBeyondStatus(event.UpdateEvent{ObjectOld: before, ObjectNew: after}); got != tc.want {
				t.Errorf("changedBeyondStatus = %t", got)
			}
		})
	}
}

func TestOnlyAStatusWakesLater(t *testing.T) {
	q := &asked{after: map[string]time.Duration{}}
	wakeLater(t.Context(), event.UpdateEvent{ObjectNew: fixture.Cluster("ns", "sample")}, q)
	if diff := cmp.Diff(map[string]time.Duration{"ns/sample": settling}, q.after); diff != "" {
		t.Errorf("woken (-want +got):\n%s", diff)
	}
}
