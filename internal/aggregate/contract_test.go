package aggregate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const heartbeat = 30 * time.Second

// desk does what a report handler does around the functions of this package: it keeps one object, its reports and the
// conditions last computed.
type desk struct {
	t      *testing.T
	now    int
	in     Input
	stored map[string]*fleetv1.Report
	result Result
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, in: newborn(), stored: map[string]*fleetv1.Report{}}
	d.evaluate()
	return d
}

func (d *desk) evaluate() {
	d.in.Now = second(d.now)
	d.in.Reports = nil
	for adapter, report := range d.stored {
		d.in.Reports = append(d.in.Reports, AdapterReport{Adapter: adapter, Report: report})
	}
	d.result = throughServer(d.t, Aggregate(d.in))
	d.in.Previous, d.in.ObservedGeneration = d.result.Conditions, d.result.ObservedGeneration
}

var statusByLetter = map[byte]string{'T': "True", 'F': "False", 'U': "Unknown"}

// post takes a report in the notation of the contract: "dns F1", and after a further space what else it says. It is
// observed now, unless it is to be older. The answer is the HTTP status, marked where nothing was stored.
func (d *desk) post(text string, observed int) string {
	parts := strings.Split(text, " ")
	words := append([]string{"Available=" + statusByLetter[parts[1][0]]}, parts[2:]...)
	report := says(int64(parts[1][1]-'0'), words...)
	report.ObservedTime = micro(observed)
	stored := d.stored[parts[0]]
	switch Decide(stored, report, d.in.Generation, d.in.Deleting, heartbeat) {
	case Drop:
		return "204"
	case Answer:
		return "201 unstored"
	default:
		d.stored[parts[0]] = Merge(stored, report)
		return "201"
	}
}

// TestWorkedExample plays the worked example of the HyperFleet contract, every cell of it.
func TestWorkedExample(t *testing.T) {
	d := newDesk(t)
	post := func(texts ...string) func() string {
		return func() string {
			var answers []string
			for _, text := range texts {
				answers = append(answers, d.post(text, d.now))
				d.evaluate()
				d.now++
			}
			return strings.Join(answers, "; ")
		}
	}
	rowFour := 0 // when the report of row 4 was observed
	rows := []struct {
		event            func() string
		answer           string
		generation       int64
		ready, available string
	}{
		1: {func() string { return "" }, "", 1, "False AwaitingAdapters 0", "False AwaitingAdapters 0"},
		2: {post("validation U1", "validation U1"), "201; 204", 1, "False AwaitingAdapters 0", "False AwaitingAdapters 0"},
		3: {post("validation T1"), "201", 1, "False AdaptersPending 1", "False AwaitingAdapters 0"},
		4: {func() string { rowFour = d.now; return d.post("dns F1", d.now) }, "201", 1,
			"False AdaptersUnavailable 1", "False AdaptersUnavailable 1"},
		5: {func() string { return d.post("dns T1", rowFour) }, "201", 1, "True ResourceReady 1", "True ResourceAvailable 1"},
		6: {func() string { return d.post("dns T1", rowFour+10) }, "201 unstored", 1,
			"True ResourceReady 1", "True ResourceAvailable 1"},
		7:  {func() string { d.in.Generation = 2; return "" }, "", 2, "False AdaptersPending 2", "True ResourceAvailable 1"},
		8:  {post("dns F1"), "201", 2, "False AdaptersPending 2", "False AdaptersUnavailable 1"},
		9:  {post("dns T1"), "201", 2, "False AdaptersPending 2", "True ResourceAvailable 1"},
		10: {post("dns F2"), "201", 2, "False AdaptersUnavailable 2", "True ResourceAvailable 1"},
		11: {post("validation F1"), "201", 2, "False AdaptersUnavailable 2", "True ResourceAvailable 1"},
		12: {post("dns T1", "validation T3"), "204; 204", 2, "False AdaptersUnavailable 2", "True ResourceAvailable 1"},
		13: {post("validation T2"), "201", 2, "False AdaptersUnavailable 2", "False AdaptersUnavailable 2"},
		14: {post("dns T2", "dns U2"), "201; 204", 2, "True ResourceReady 2", "True ResourceAvailable 2"},
		15: {func() string { d.in.Required = append(d.in.Required, "hypershift"); return "" }, "", 2,
			"False AdaptersPending 2", "True ResourceAvailable 2"},
		16: {post("hypershift F2"), "201", 2, "False AdaptersUnavailable 2", "False AdaptersUnavailable 2"},
		17: {post("hypershift T2"), "201", 2, "True ResourceReady 2", "True ResourceAvailable 2"},
		18: {func() string {
			d.in.Generation, d.in.Deleting = 3, true
			d.in.Children = Children{NodePools: []string{"workers"}}
			return ""
		}, "", 3, "False AwaitingFinalization 3", "True ResourceAvailable 2"},
		19: {post("dns F3 Finalized=True"), "201", 3, "False AwaitingFinalization 3", "True ResourceAvailable 2"},
		20: {post("validation U3 Finalized=True"), "201", 3, "False AwaitingFinalization 3", "True ResourceAvailable 2"},
		21: {post("hypershift F3 Finalized=True"), "201", 3, "False AwaitingChildren 3", "True ResourceAvailable 2"},
		22: {func() string { d.in.Children = Children{}; return "" }, "", 3,
			"True ResourceFinalized 3", "True ResourceAvailable 2"},
	}
	var readyMoved, availableMoved []int
	for i, row := range rows[1:] {
		number := i + 1
		before := d.result
		d.now += 10
		answer := row.event()
		d.evaluate()
		ready := condition(t, d.result, fleetv1.ConditionReady)
		available := condition(t, d.result, fleetv1.ConditionAvailable)
		got := []string{answer, fmt.Sprint(d.in.Generation), brief(ready), brief(available)}
		want := []string{row.answer, fmt.Sprint(row.generation), row.ready, row.available}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("row %d (-want +got):\n%s", number, diff)
		}
		mustBeValid(t, d.result)
		if age(condition(t, before, fleetv1.ConditionReady)) != age(ready) {
			readyMoved = append(readyMoved, number)
		}
		if age(condition(t, before, fleetv1.ConditionAvailable)) != age(available) {
			availableMoved = append(availableMoved, number)
		}
		if number < 5 && (age(ready) != 0 || age(available) != 0) {
			t.Errorf("row %d: Ready since %d, Available since %d; want both since birth", number, age(ready), age(available))
		}
		if d.result.Finished != (number == 22) {
			t.Errorf("row %d: Finished = %v", number, d.result.Finished)
		}
	}
	if diff := cmp.Diff([]int{5, 7, 14, 15, 17, 18, 22}, readyMoved); diff != "" {
		t.Errorf("rows in which Ready moved (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{5, 8, 9, 13, 14, 16, 17}, availableMoved); diff != "" {
		t.Errorf("rows in which Available moved (-want +got):\n%s", diff)
	}
}

func TestSpecChangeBeforeAnyReportLeavesReadyAwaitingAdaptersAtZero(t *testing.T) {
	in := then(newborn(), 10, func(in *Input) { in.Generation = 2 })
	ready := condition(t, Aggregate(in), fleetv1.ConditionReady)
	want := metav1.Condition{
		Type: "Ready", Status: "False", Reason: "AwaitingAdapters", Message: "Waiting for adapters to report status",
		LastTransitionTime: second(0),
	}
	if diff := cmp.Diff(want, ready); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWholeSetOfANewbornAndOfAReadyCluster(t *testing.T) {
	want := []string{"Ready", "Available", "Reconciling", "Stalled"}
	if diff := cmp.Diff(want, types(Aggregate(newborn()).Conditions)); diff != "" {
		t.Errorf("newborn (-want +got):\n%s", diff)
	}
	in := with(newborn(), func(in *Input) {
		in.Reports = by("validation", says(1, "Available=True"), "dns", says(1, "Available=True"))
		in.Updated = true
		in.Previous = []metav1.Condition{{Type: "Foreign", Status: metav1.ConditionTrue}}
	})
	want = append(slices.Clone(want), "Provisioned", "Updated", "DnsSuccessful", "ValidationSuccessful")
	if diff := cmp.Diff(want, types(Aggregate(in).Conditions)); diff != "" {
		t.Errorf("ready (-want +got):\n%s", diff)
	}
}
