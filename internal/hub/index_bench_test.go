package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// fleetSize is how many Clusters the benchmarks have, each with its reports, a stored status and the record of its creation.
const fleetSize = 10000

var adapters = []string{"dns", "infra", "validation", "placement"}

// bigIndex returns a full index of one tenant, and how many bytes it holds for each Cluster: objects, records and postings.
func bigIndex(b *testing.B) (*Index, int) {
	b.Helper()
	e := tenant(fixture.Requiring(adapters...))
	clusters := make([]any, 0, fleetSize)
	reports := make([]any, 0, fleetSize*len(adapters))
	operations := make([]any, 0, fleetSize)
	before := heap()
	for i := range fleetSize {
		cluster := received(b, bigCluster(i), &fleetv1.Cluster{})
		clusters = append(clusters, cluster)
		operations = append(operations, received(b, bigOperation(cluster, i), &fleetv1.Operation{}))
		for _, adapter := range adapters {
			status := fixture.AdapterStatus(cluster, adapter)
			status.UID = types.UID(fmt.Sprintf("report-%s-%d", adapter, i))
			status.ResourceVersion = strconv.Itoa(2*fleetSize + i)
			reports = append(reports, received(b, status, &fleetv1.AdapterStatus{}))
		}
	}
	r := newReplica(b, e)
	for k := range kinds {
		r.list(k, e.revision)
	}
	x := NewIndex(clocktesting.NewFakeClock(fixture.Epoch))
	r.index = x
	for _, err := range []error{
		(&intake[*fleetv1.Platform]{x, ofPlatforms, x.platforms}).Replace(e.state(ofPlatforms, 100), "100000"),
		(&intake[*metav1.PartialObjectMetadata]{x, ofNamespaces, x.namespaces}).Replace(e.state(ofNamespaces, 100), "100000"),
		(&intake[*fleetv1.Addon]{x, ofAddons, x.addons}).Replace(nil, "100000"),
		(&intake[*fleetv1.AddonTemplate]{x, ofTemplates, x.templates}).Replace(nil, "100000"),
		(&intake[*fleetv1.Operation]{x, ofOperations, x.operations}).Replace(operations, "100000"),
		(&intake[*fleetv1.NodePool]{x, ofNodePools, x.pools}).Replace(nil, "100000"),
		(&intake[*fleetv1.AdapterStatus]{x, ofReports, x.reports}).Replace(reports, "100000"),
		(&intake[*fleetv1.Cluster]{x, ofClusters, x.clusters}).Replace(clusters, "100000"),
	} {
		if err != nil {
			b.Fatal(err)
		}
	}
	if !x.Synced() {
		b.Fatal("the index is not filled")
	}
	clear(clusters)
	clear(reports)
	clear(operations)
	return x, (heap() - before) / fleetSize
}

// received returns an object as it comes over the wire, with no string shared.
func received[T any](b *testing.B, sent, into T) T {
	b.Helper()
	raw, err := json.Marshal(sent)
	if err != nil {
		b.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		b.Fatal(err)
	}
	return into
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc) //nolint:gosec // it fits
}

// bigCluster is what a Cluster looks like that REST clients made and adapters brought up.
func bigCluster(i int) *fleetv1.Cluster {
	c := fixture.Cluster("ns", fmt.Sprintf("cluster-%05d", i), fixture.OnPlatform("metal"))
	c.UID = types.UID(fmt.Sprintf("%08x-0000-4000-8000-%012x", i, i))
	c.ResourceVersion = strconv.Itoa(10 + i)
	c.Generation = 1
	c.CreationTimestamp = metav1.NewTime(fixture.Epoch.Add(time.Duration(i) * time.Second))
	c.Finalizers = []string{fleetv1.ClusterFinalizer}
	c.Labels = map[string]string{
		fleetv1.LabelID: string(c.UID), "environment": []string{"production", "staging", "dev"}[i%3],
		"region": fmt.Sprintf("region-%d", i%20), "shard": strconv.Itoa(i % 100),
	}
	c.Annotations = map[string]string{fleetv1.AnnotationCreatedBy: "somebody@example.com"}
	c.Spec.Parameters = fixture.JSON(fmt.Sprintf(`{"platform":{"type":"gcp","gcp":{"projectID":"p-%d","region":"us-central1"}},"nodes":%d}`, i, i%7))
	status := metav1.ConditionTrue
	if i%10 == 0 {
		status = metav1.ConditionFalse
	}
	for _, conditionType := range []string{"Ready", "Available", "Reconciling", "Stalled", "Provisioned", "DnsSuccessful", "InfraSuccessful", "ValidationSuccessful", "PlacementSuccessful"} {
		c.Status.Conditions = append(c.Status.Conditions, metav1.Condition{
			Type: conditionType, Status: status, Reason: "ResourceReady", Message: "All adapters report ready at current generation",
			ObservedGeneration: 1, LastTransitionTime: c.CreationTimestamp,
		})
	}
	return c
}

// bigOperation is what the record of a Cluster's creation looks like after its end.
func bigOperation(c *fleetv1.Cluster, i int) *fleetv1.Operation {
	o := operationAbout(c.Name, int64(i+1))
	o.UID, o.ResourceVersion = types.UID(fmt.Sprintf("operation-%d", i)), strconv.Itoa(2*fleetSize+i)
	o.Spec.Cluster.ID, o.Spec.Target = string(c.UID), fleetv1.OperationTarget{Kind: fleetv1.KindCluster, ID: string(c.UID), Name: c.Name, UID: c.UID}
	o.Status.State, o.Status.EndTime = fleetv1.OperationSucceeded, ptr(c.CreationTimestamp)
	return o
}

func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		x, bytes := bigIndex(b)
		b.ReportMetric(float64(bytes), "B/cluster")
		runtime.KeepAlive(x)
	}
}

func BenchmarkGet(b *testing.B) {
	x, _ := bigIndex(b)
	refs := make([]Ref, 0, fleetSize)
	for i := range fleetSize {
		refs = append(refs, Ref{Kind: fleetv1.KindCluster, ID: bigCluster(i).UID})
	}
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if _, err := x.Get(context.Background(), "ns", refs[i%fleetSize]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// lists measures a list, and the slowest of a hundred.
func lists(b *testing.B, query Query, total int) {
	x, _ := bigIndex(b)
	query.Kind = fleetv1.KindCluster
	took := make([]time.Duration, 0, 1<<20)
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now() //nolint:forbidigo // a benchmark measures time
		page, err := x.List(context.Background(), "ns", query)
		if err != nil || page.Total != total {
			b.Fatalf("%d of %d, %v", page.Total, total, err)
		}
		if len(took) < cap(took) {
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func BenchmarkPage(b *testing.B) {
	b.Run("first", func(b *testing.B) { lists(b, Query{Limit: 100}, fleetSize) })
	b.Run("last", func(b *testing.B) { lists(b, Query{Offset: fleetSize - 100, Limit: 100}, fleetSize) })
}

func BenchmarkSearch(b *testing.B) {
	production := LabelIs{"environment", "production"}
	b.Run("label", func(b *testing.B) { lists(b, Query{Filter: production, Limit: 100}, 3334) })
	b.Run("label and condition", func(b *testing.B) {
		lists(b, Query{Filter: And{production, ConditionIs{"Ready", "True"}}, Limit: 100}, 3000)
	})
	b.Run("shard and condition", func(b *testing.B) {
		lists(b, Query{Filter: And{LabelIs{"shard", "7"}, ConditionIs{"Ready", "True"}}, Limit: 100}, 100)
	})
	b.Run("two labels or", func(b *testing.B) {
		lists(b, Query{Filter: Or{LabelIs{"region", "region-1"}, LabelIs{"region", "region-2"}}, Limit: 100}, 1000)
	})
	b.Run("scan", func(b *testing.B) {
		lists(b, Query{Filter: Where(func(r *Record) bool { return r.Object.Generation > 1 }), Limit: 100}, 0)
	})
	b.Run("ordered by name", func(b *testing.B) {
		lists(b, Query{Limit: 100, Compare: func(a, b *Record) int {
			switch {
			case a.Name < b.Name:
				return -1
			case a.Name > b.Name:
				return 1
			}
			return 0
		}}, fleetSize)
	})
}

// BenchmarkApply takes what a write of a status returned: a condition that changes each time.
func BenchmarkApply(b *testing.B) {
	x, _ := bigIndex(b)
	clusters := make([]*fleetv1.Cluster, 0, b.N)
	for i := range b.N {
		c := bigCluster(i % fleetSize)
		c.ResourceVersion = strconv.Itoa(200000 + i)
		if i/fleetSize%2 == 0 {
			c.Status.Conditions[0].Status = map[metav1.ConditionStatus]metav1.ConditionStatus{"True": "False", "False": "True"}[c.Status.Conditions[0].Status]
		}
		clusters = append(clusters, c)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, c := range clusters {
		x.Apply(c)
	}
}

// BenchmarkApplyWhileSearching is the same while others search without an end.
func BenchmarkApplyWhileSearching(b *testing.B) {
	x, _ := bigIndex(b)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			_, _ = x.List(ctx, "ns", Query{Kind: fleetv1.KindCluster, Filter: Where(func(r *Record) bool { return r.Object.Generation > 1 })})
		}
	}()
	c := bigCluster(5)
	b.ResetTimer()
	for i := range b.N {
		next := c.DeepCopy()
		next.ResourceVersion = strconv.Itoa(200000 + i)
		x.Apply(next)
	}
}

// BenchmarkFleets lists all Clusters with what belongs to them, as dialects do that know no pages of their own.
func BenchmarkFleets(b *testing.B) {
	x, _ := bigIndex(b)
	b.ReportAllocs()
	for b.Loop() {
		fleets, err := x.Fleets(context.Background(), "ns")
		if err != nil || len(fleets) != fleetSize {
			b.Fatalf("%d, %v", len(fleets), err)
		}
	}
}
