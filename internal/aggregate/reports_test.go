package aggregate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// observed returns the report as observed that many seconds after the epoch.
func observed(seconds int, report *fleetv1.Report) *fleetv1.Report {
	report.ObservedTime = micro(seconds)
	return report
}

func TestDecide(t *testing.T) {
	yes := func(seconds int) *fleetv1.Report { return observed(seconds, says(2, "Available=True")) }
	cases := map[string]struct {
		stored, incoming *fleetv1.Report
		deleting         bool
		want             Decision
	}{
		"row 5: above the target's generation":                {nil, says(3, "Available=True"), false, Drop},
		"row 5: also where a stored report is above it":       {says(3, "Available=True"), observed(9, says(3, "Available=True")), false, Drop},
		"row 5: also of a deletion":                           {nil, says(3, "Available=Unknown", "Finalized=True"), true, Drop},
		"row 6: the stored report has a higher generation":    {yes(0), observed(9, says(1, "Available=True")), false, Drop},
		"row 6: the stored report is later":                   {yes(10), observed(9, says(2, "Available=False")), false, Drop},
		"row 6: goes before row 9's exception":                {yes(10), observed(9, says(2, "Available=Unknown", "Finalized=True")), true, Drop},
		"row 6: a higher generation wins though it is older":  {observed(50, says(1, "Available=True")), yes(0), false, Store},
		"row 6: at equal times the later arrival wins":        {yes(10), observed(10, says(2, "Available=False")), false, Store},
		"row 6: a stored report above the target is none":     {observed(50, says(3, "Available=True")), yes(0), false, Store},
		"row 7: Unknown after any report":                     {observed(0, says(1, "Available=False")), observed(9, says(2, "Available=Unknown")), false, Drop},
		"row 7: Unknown after Unknown":                        {observed(0, says(2, "Available=Unknown")), observed(9, says(2, "Available=Unknown")), false, Drop},
		"row 7: a first Unknown is stored":                    {nil, says(2, "Available=Unknown"), false, Store},
		"row 7: a stored report above the target is none":     {says(3, "Available=True"), says(2, "Available=Unknown"), false, Store},
		"row 7: Finalized=True excuses it while deleting":     {yes(0), observed(9, says(2, "Available=Unknown", "Finalized=True")), true, Store},
		"row 7: Finalized=False does not":                     {yes(0), observed(9, says(2, "Available=Unknown", "Finalized=False")), true, Drop},
		"row 7: nor Finalized=True of an object that stays":   {yes(0), observed(9, says(2, "Available=Unknown", "Finalized=True")), false, Drop},
		"row 7: a report without Available says Unknown":      {yes(0), observed(9, says(2)), false, Drop},
		"row 8: the same within the heartbeat":                {yes(0), yes(29), false, Answer},
		"row 8: the same at the same time":                    {yes(0), yes(0), false, Answer},
		"row 8: the same Finalized=True while deleting":       {observed(0, says(2, "Available=Unknown", "Finalized=True")), observed(9, says(2, "Available=Unknown", "Finalized=True")), true, Answer},
		"row 8: a stored report above the target is none":     {observed(0, says(3, "Available=True")), observed(1, says(2, "Available=True")), false, Store},
		"row 9: the same after the heartbeat":                 {yes(0), yes(30), false, Store},
		"row 9: the first report":                             {nil, yes(0), false, Store},
		"row 9: another status within the heartbeat":          {yes(0), observed(1, says(2, "Available=False")), false, Store},
		"row 9: another reason within the heartbeat":          {yes(0), observed(1, says(2, "Available=True:Other")), false, Store},
		"row 9: another message within the heartbeat":         {yes(0), observed(1, says(2, "Available=True::other")), false, Store},
		"row 9: a further condition within the heartbeat":     {yes(0), observed(1, says(2, "Available=True", "Extra=True")), false, Store},
		"row 9: the same words at the next generation":        {observed(0, says(1, "Available=True")), yes(1), false, Store},
		"row 9: reports about a deletion are taken as usual":  {yes(0), observed(1, says(2, "Available=False")), true, Store},
		"row 9: Finalized=True with Available=True is normal": {yes(0), observed(1, says(2, "Available=True", "Finalized=True")), true, Store},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := Decide(c.stored, c.incoming, 2, c.deleting, heartbeat); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
	if got := Decide(yes(0), yes(0), 2, false, 0); got != Store {
		t.Errorf("without a heartbeat Decide = %s, want %s", got, Store)
	}
}

func TestDecideComparesAllThatAnAdapterSays(t *testing.T) {
	json := func(text string) *runtime.RawExtension { return &runtime.RawExtension{Raw: []byte(text)} }
	expiry := func(nanoseconds int) *metav1.Time {
		at := metav1.NewTime(epoch.Add(time.Duration(nanoseconds)))
		return &at
	}
	type change = func(*fleetv1.Report)
	data := func(text string) change { return func(r *fleetv1.Report) { r.Data = json(text) } }
	metadata := func(text string) change { return func(r *fleetv1.Report) { r.Metadata = json(text) } }
	cluster := func(f fleetv1.ClusterFacts) change { return func(r *fleetv1.Report) { r.Cluster = &f } }
	pool := func(nodes ...fleetv1.Node) change {
		return func(r *fleetv1.Report) { r.NodePool = &fleetv1.NodePoolFacts{Nodes: nodes} }
	}
	none := func(*fleetv1.Report) {}
	a, b := fleetv1.Node{Name: "a", ID: "1"}, fleetv1.Node{Name: "b", ID: "2"}
	cases := map[string]struct {
		stored, incoming change
		want             Decision
	}{
		"order of keys and white space":                {data(`{"a":1,"b":[true,null,"x"]}`), data(`{ "b": [true, null, "x"], "a": 1 }`), Answer},
		"another value":                                {data(`{"a":1}`), data(`{"a":2}`), Store},
		"another key":                                  {data(`{"a":1}`), data(`{"b":1}`), Store},
		"one key more":                                 {data(`{"a":1}`), data(`{"a":1,"b":null}`), Store},
		"another order of a list":                      {data(`{"a":[1,2]}`), data(`{"a":[2,1]}`), Store},
		"another kind of value":                        {data(`{"a":[]}`), data(`{"a":{}}`), Store},
		"a string is no number":                        {data(`{"a":1}`), data(`{"a":"1"}`), Store},
		"another form of a number":                     {data(`{"a":1}`), data(`{"a":1.0}`), Answer},
		"an exponent":                                  {data(`{"a":1000}`), data(`{"a":1e3}`), Answer},
		"large integers are told apart":                {data(`{"a":9007199254740993}`), data(`{"a":9007199254740992}`), Store},
		"no data is empty data":                        {none, data(`{}`), Answer},
		"null data is no data":                         {data(`null`), none, Answer},
		"unset raw data is no data":                    {data(``), none, Answer},
		"data came":                                    {none, data(`{"a":1}`), Store},
		"metadata differs":                             {metadata(`{"a":1}`), metadata(`{"a":2}`), Store},
		"no metadata is not empty metadata":            {none, metadata(`{}`), Store},
		"facts of a cluster came":                      {none, cluster(fleetv1.ClusterFacts{}), Store},
		"facts of a cluster differ":                    {cluster(fleetv1.ClusterFacts{APIEndpoint: "https://a"}), cluster(fleetv1.ClusterFacts{APIEndpoint: "https://b"}), Store},
		"an expiry is compared as stored":              {cluster(fleetv1.ClusterFacts{CertificateExpiry: expiry(0)}), cluster(fleetv1.ClusterFacts{CertificateExpiry: expiry(5)}), Answer},
		"an expiry differs":                            {cluster(fleetv1.ClusterFacts{CertificateExpiry: expiry(0)}), cluster(fleetv1.ClusterFacts{CertificateExpiry: expiry(1e9)}), Store},
		"nodes in another order":                       {pool(a, b), pool(b, a), Answer},
		"another node":                                 {pool(a), pool(b), Store},
		"no nodes":                                     {pool(), pool([]fleetv1.Node{}...), Answer},
		"facts of a pool went":                         {pool(), none, Store},
		"what the receiver adds does not count":        {func(r *fleetv1.Report) { *r = *Merge(nil, r) }, none, Answer},
		"times that only the receiver may say neither": {none, func(r *fleetv1.Report) { *r = *Merge(nil, r) }, Answer},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stored, incoming := observed(0, says(2, "Available=True")), observed(1, says(2, "Available=True"))
			c.stored(stored)
			c.incoming(incoming)
			before := incoming.DeepCopy()
			if got := Decide(stored, incoming, 2, false, heartbeat); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
			if diff := cmp.Diff(before, incoming); diff != "" {
				t.Errorf("Decide changed the report (-before +after):\n%s", diff)
			}
		})
	}
}

func TestMerge(t *testing.T) {
	first := Merge(nil, observed(10, says(1, "Available=Unknown", "Ours=True")))
	second := Merge(first, observed(20, says(1, "Available=True", "Ours=True", "New=False")))
	third := Merge(second, observed(30, says(2, "Available=True", "Ours=True", "New=True")))
	type times struct {
		created, available, ours, health int
	}
	timesOf := func(r *fleetv1.Report) times {
		since := func(name string) int {
			return int(r.Condition(name).LastTransitionTime.Sub(epoch) / time.Second)
		}
		return times{int(r.CreatedTime.Sub(epoch) / time.Second), since("Available"), since("Ours"), since("Health")}
	}
	for name, c := range map[string]struct {
		report *fleetv1.Report
		want   times
	}{
		"the first report dates everything":                    {first, times{10, 10, 10, 10}},
		"a changed status takes the time of its report":        {second, times{10, 20, 10, 10}},
		"a new generation with the same status keeps the time": {third, times{10, 20, 10, 10}},
		"a condition that went and came back is new": {
			Merge(Merge(second, observed(40, says(2, "Available=True"))), observed(50, says(2, "Available=True", "Ours=True"))), times{10, 20, 50, 10},
		},
		"a stored report without times counts from its observation": {
			Merge(observed(5, says(1, "Available=True", "Ours=False")), observed(6, says(1, "Available=True", "Ours=True"))), times{5, 5, 6, 5},
		},
		"times that the adapter sends are ignored": {
			Merge(nil, observed(60, third.DeepCopy())), times{60, 60, 60, 60},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, timesOf(c.report), cmp.AllowUnexported(times{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(throughServer(t, c.report), c.report); diff != "" {
				t.Errorf("what is merged differs from what is stored (-stored +merged):\n%s", diff)
			}
		})
	}
}

func TestMergeKeepsTheWordsAndTouchesNothing(t *testing.T) {
	stored := Merge(nil, observed(1, says(1, "Available=True")))
	incoming := observed(2, says(2, "Available=False:odd reason:words"))
	incoming.ObservedTime = metav1.NewMicroTime(epoch.Add(2000000123))
	incoming.Data = &runtime.RawExtension{Raw: []byte(`{"z":1,"a":2}`)}
	incoming.Cluster = &fleetv1.ClusterFacts{APIEndpoint: "https://a"}
	storedBefore, incomingBefore := stored.DeepCopy(), incoming.DeepCopy()

	merged := Merge(stored, incoming)
	if !SameReport(merged, incoming) {
		t.Errorf("Merge changed what the adapter says: %s", cmp.Diff(incoming, merged))
	}
	if want := micro(2); !merged.ObservedTime.Equal(&want) {
		t.Errorf("observedTime = %s, want whole microseconds: %s", merged.ObservedTime, want)
	}
	if diff := cmp.Diff(storedBefore, stored); diff != "" {
		t.Errorf("Merge changed the stored report:\n%s", diff)
	}
	if diff := cmp.Diff(incomingBefore, incoming); diff != "" {
		t.Errorf("Merge changed the incoming report:\n%s", diff)
	}
}
