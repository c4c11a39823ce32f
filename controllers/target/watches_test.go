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
}

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
			OfReport(fleetv1.KindCluster).Create(t.Context(), event.CreateEvent{Object: object, IsInInitialList: initial}, q)
		}
	}
	update := func(object client.Object) func(*asked) {
		return func(q *asked) {
			OfReport(fleetv1.KindCluster).Update(t.Context(), event.UpdateEvent{ObjectOld: plain, ObjectNew: object}, q)
		}
	}
	now, later := map[string]time.Duration{"ns/sample": 0}, map[string]time.Duration{"ns/sample": settling}
	for name, tc := range map[string]struct {
		happens func(*asked)
		want    map[string]time.Duration
	}{
		"a new report wakes at once":                                {create(plain, false), now},
		"a changed report wakes at once":                            {update(plain), now},
		"one whose writer sees to the status wakes later":           {update(promised), later},
		"a new one whose writer sees to the status too":             {create(promised, false), later},
		"one that was there before this program began does at once": {create(promised, true), now},
		"one that is being deleted wakes at once":                   {update(deleting), now},
		"one about another kind wakes nobody":                       {create(aboutPool, false), map[string]time.Duration{}},
		"one that is gone wakes at once": {func(q *asked) {
			OfReport(fleetv1.KindCluster).Delete(t.Context(), event.DeleteEvent{Object: promised}, q)
		}, now},
	} {
		t.Run(name, func(t *testing.T) {
			q := &asked{after: map[string]time.Duration{}}
			tc.happens(q)
			if diff := cmp.Diff(tc.want, q.after); diff != "" {
				t.Errorf("woken (-want +got):\n%s", diff)
			}
		})
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
