package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestReadsBeforeTheIndexIsFilled(t *testing.T) {
	e := tenant()
	r := newReplica(t, e)
	for k := range kinds {
		if r.index.Synced() {
			t.Fatalf("the index is filled before kind %d was listed", k)
		}
		_, get := r.index.Get(context.Background(), "ns", Ref{Kind: fleetv1.KindCluster, Name: "a"})
		_, list := r.index.List(context.Background(), "ns", Query{Kind: fleetv1.KindCluster})
		_, watch := r.index.Watch(context.Background(), "ns", WatchQuery{Kind: fleetv1.KindCluster})
		for what, err := range map[string]error{"Get": get, "List": list, "Watch": watch} {
			known, ok := errors.AsType[*Error](err)
			if !ok || known.Reason != Unavailable || known.RetryAfter <= 0 {
				t.Errorf("%s: got %v, want Unavailable and when to come again", what, err)
			}
		}
		r.list(k, e.revision)
	}
	if !r.index.Synced() {
		t.Error("the index is not filled although every kind was listed")
	}
}

// fleet is an etcd with Clusters and pools of two tenants.
func fleet() *etcd {
	e := tenant()
	e.write(namespaceNamed("other"))
	for _, namespace := range []string{"ns", "other"} {
		for _, name := range []string{"a", "b"} {
			id := fixture.Labelled[*fleetv1.Cluster](fleetv1.LabelID, namespace+"-"+name)
			e.write(fixture.Cluster(namespace, name, fixture.OnPlatform("metal"), id))
			e.write(fixture.NodePool(namespace, name+"-workers", name, fixture.PoolName("workers"),
				fixture.Labelled[*fleetv1.NodePool](fleetv1.LabelID, namespace+"-"+name+"-workers")))
		}
	}
	return e
}

func TestGet(t *testing.T) {
	r := newReplica(t, fleet()).start()
	cluster := func(ref Ref) Ref { ref.Kind = fleetv1.KindCluster; return ref }
	pool := func(ref Ref) Ref { ref.Kind = fleetv1.KindNodePool; return ref }
	a, b := cluster(Ref{Name: "a"}), cluster(Ref{ID: "ns-b"})
	for name, tc := range map[string]struct {
		ref  Ref
		want string
	}{
		"a Cluster by name":                           {ref: cluster(Ref{Name: "a"}), want: "a"},
		"a Cluster by id":                             {ref: cluster(Ref{ID: "ns-a"}), want: "a"},
		"a Cluster of another tenant by id":           {ref: cluster(Ref{ID: "other-a"})},
		"an id is no name":                            {ref: cluster(Ref{Name: "ns-a"})},
		"a name is no id":                             {ref: cluster(Ref{ID: "a"})},
		"a Cluster by the id of a pool":               {ref: cluster(Ref{ID: "ns-a-workers"})},
		"a pool by id":                                {ref: pool(Ref{ID: "ns-a-workers"}), want: "a-workers"},
		"a pool by name says nothing without Cluster": {ref: pool(Ref{Name: "workers"})},
		"a pool by name in a Cluster by name":         {ref: pool(Ref{Name: "workers", Cluster: &a}), want: "a-workers"},
		"a pool by name in a Cluster by id":           {ref: pool(Ref{Name: "workers", Cluster: &b}), want: "b-workers"},
		"a pool by its object's name":                 {ref: pool(Ref{Name: "a-workers", Cluster: &a})},
		"a pool by id in its Cluster":                 {ref: pool(Ref{ID: "ns-a-workers", Cluster: &a}), want: "a-workers"},
		"a pool by id in another Cluster":             {ref: pool(Ref{ID: "ns-a-workers", Cluster: &b})},
		"a pool in a Cluster that does not exist":     {ref: pool(Ref{ID: "ns-a-workers", Cluster: &Ref{Kind: fleetv1.KindCluster, Name: "c"}})},
	} {
		t.Run(name, func(t *testing.T) {
			record, err := r.index.Get(context.Background(), "ns", tc.ref)
			object, known := r.index.Name("ns", tc.ref)
			if tc.want == "" {
				if ReasonOf(err) != NotFound || known {
					t.Errorf("got %v and %v, want NotFound", record, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if record.Object.Name != tc.want || object != tc.want {
				t.Errorf("got %s and %s, want %s", record.Object.Name, object, tc.want)
			}
		})
	}
}

func TestListOfAClustersPools(t *testing.T) {
	r := newReplica(t, fleet()).start()
	cluster := &Ref{Kind: fleetv1.KindCluster, ID: "ns-a"}
	page, err := r.index.List(context.Background(), "ns", Query{Kind: fleetv1.KindNodePool, Cluster: cluster})
	if err != nil {
		t.Fatal(err)
	}
	if page.Total != 1 || len(page.Items) != 1 || page.Items[0].ID != "ns-a-workers" || page.Items[0].Owner != "ns-a" {
		t.Errorf("got %d of %d: %v", len(page.Items), page.Total, page.Items)
	}
	for _, id := range []types.UID{"other-a", "unknown"} {
		_, err := r.index.List(context.Background(), "ns", Query{Kind: fleetv1.KindNodePool, Cluster: &Ref{Kind: fleetv1.KindCluster, ID: id}})
		if ReasonOf(err) != NotFound {
			t.Errorf("the pools of %s: got %v, want NotFound", id, err)
		}
	}
}

func TestListTellsTheVersionThatAllOfItHas(t *testing.T) {
	e := fleet()
	r := newReplica(t, e).start()
	read := e.revision
	version := func() string {
		page, err := r.index.List(context.Background(), "ns", Query{Kind: fleetv1.KindCluster})
		if err != nil {
			t.Fatal(err)
		}
		return page.ResourceVersion
	}
	r.index.Apply(e.write(fixture.Cluster("ns", "c")))
	if got := version(); got != fmt.Sprint(read) {
		t.Errorf("after a write that is not delivered: version %s, want %d", got, read)
	}
	r.next(ofClusters)
	if got := version(); got != fmt.Sprint(read) {
		t.Errorf("while reports may lag behind: version %s, want %d", got, read)
	}
	r.bookmark(ofReports)
	if got := version(); got != fmt.Sprint(e.revision) {
		t.Errorf("when all is delivered: version %s, want %d", got, e.revision)
	}
}

// randomFilter draws a filter, also one that makes no sense.
func randomFilter(t *rapid.T, depth int) Filter {
	many := func() []Filter {
		var filters []Filter
		for range rapid.IntRange(0, 3).Draw(t, "parts") {
			filters = append(filters, randomFilter(t, depth-1))
		}
		return filters
	}
	most := 4
	if depth > 0 {
		most = 7
	}
	switch rapid.IntRange(0, most).Draw(t, "filter") {
	case 0:
		return LabelIs{rapid.SampledFrom([]string{"x", "y", "z", fleetv1.LabelID}).Draw(t, "key"), rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "value")}
	case 1:
		return ConditionIs{rapid.SampledFrom([]string{"Ready", "InfraSuccessful", "None"}).Draw(t, "type"), rapid.SampledFrom([]string{"True", "False"}).Draw(t, "status")}
	case 2:
		return NameIs(rapid.SampledFrom([]string{"c1", "c2", "none"}).Draw(t, "name"))
	case 3:
		return Where(func(r *Record) bool { return strings.HasSuffix(r.Name, "1") })
	case 4:
		return Not{LabelIs{"x", "1"}}
	case 5:
		return And(many())
	case 6:
		return Or(many())
	default:
		return Not{randomFilter(t, depth-1)}
	}
}

// TestListFindsWhatAScanFinds holds every way of finding against looking at each record, in the order of their creation.
func TestListFindsWhatAScanFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := tenant()
		for i := range rapid.IntRange(0, 12).Draw(t, "clusters") {
			c := fixture.Cluster("ns", fmt.Sprintf("c%d", i), fixture.OnPlatform("metal"))
			c.Labels = map[string]string{}
			for _, label := range []string{"x", "y"} {
				if value := rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, label); value != "" {
					c.Labels[label] = value
				}
			}
			if rapid.IntRange(0, 4).Draw(t, "twin") == 0 {
				c.Labels[fleetv1.LabelID] = rapid.SampledFrom([]string{"1", "2"}).Draw(t, "id")
			}
			made := e.write(c).(*fleetv1.Cluster)
			if rapid.Bool().Draw(t, "reported") {
				e.write(fixture.AdapterStatus(made, "infra", fixture.Says("Available", rapid.SampledFrom([]metav1.ConditionStatus{"True", "False"}).Draw(t, "says"))))
			}
		}
		r := newReplicaOf(t, e)
		if rapid.Bool().Draw(t, "watched") {
			for k := range kinds {
				r.list(k, 0)
			}
			r.catchUp()
		} else {
			r.start()
		}
		filter := randomFilter(t, 2)
		query := Query{
			Kind: fleetv1.KindCluster, Filter: filter,
			Offset: rapid.IntRange(0, 13).Draw(t, "offset"), Limit: rapid.IntRange(0, 5).Draw(t, "limit"),
		}
		if rapid.Bool().Draw(t, "ordered") {
			query.Compare = func(a, b *Record) int { return cmp.Compare(a.Object.Labels["x"], b.Object.Labels["x"]) }
		}
		page, err := r.index.List(context.Background(), "ns", query)
		if err != nil {
			t.Fatal(err)
		}
		want := scan(r.index, query)
		if page.Total != len(want) {
			t.Fatalf("total = %d, want %d", page.Total, len(want))
		}
		from, to := bounds(query, len(want))
		if diff := gocmp.Diff(objectNames(want[from:to]), objectNames(page.Items)); diff != "" {
			t.Fatalf("items (-want +got):\n%s", diff)
		}
	})
}

func scan(x *Index, query Query) []*Record {
	var all []*Record
	x.clusters.each(func(_ key, c *fleetv1.Cluster) {
		if record := x.clusterRecord(c); query.Filter.Match(record) {
			all = append(all, record)
		}
	})
	slices.SortFunc(all, func(a, b *Record) int {
		if query.Compare == nil {
			return newestFirst(a, b)
		}
		return cmp.Or(query.Compare(a, b), cmp.Compare(a.ID, b.ID), newestFirst(a, b))
	})
	return all
}

func objectNames(records []*Record) []string {
	names := []string{}
	for _, r := range records {
		names = append(names, r.Object.Name)
	}
	return names
}

func TestListOrder(t *testing.T) {
	e := tenant()
	second := func(s int) fixture.Option[*fleetv1.Cluster] {
		return func(c *fleetv1.Cluster) {
			c.CreationTimestamp = metav1.NewTime(fixture.Epoch.Add(time.Duration(s) * time.Second))
		}
	}
	withID := func(id string) fixture.Option[*fleetv1.Cluster] {
		return fixture.Labelled[*fleetv1.Cluster](fleetv1.LabelID, id)
	}
	e.write(fixture.Cluster("ns", "old", second(1), withID("0")))
	e.write(fixture.Cluster("ns", "b", second(2), withID("b")))
	e.write(fixture.Cluster("ns", "a", second(2), withID("a")))
	e.write(fixture.Cluster("ns", "new", second(3), withID("z")))
	r := newReplica(t, e).start()
	page, err := r.index.List(context.Background(), "ns", Query{Kind: fleetv1.KindCluster})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]string{"new", "a", "b", "old"}, objectNames(page.Items)); diff != "" {
		t.Errorf("newest first, then by id (-want +got):\n%s", diff)
	}
}
