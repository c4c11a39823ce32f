package hub

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// at is a time after the epoch of fixtures.
func at(d time.Duration) metav1.MicroTime { return metav1.NewMicroTime(fixture.Epoch.Add(d)) }

// reported is a report that says Available, observed some time after the epoch; the first one and the last transition were
// then too.
func reported(adapter string, generation int64, status metav1.ConditionStatus, observed time.Duration) *fleetv1.AdapterStatus {
	when := at(observed)
	return &fleetv1.AdapterStatus{
		ObjectMeta: metav1.ObjectMeta{Name: adapter},
		Spec:       fleetv1.AdapterStatusSpec{Adapter: adapter},
		Report: &fleetv1.Report{
			ObservedGeneration: generation, ObservedTime: when, CreatedTime: &when,
			Conditions: []fleetv1.ReportCondition{{Type: "Available", Status: status, LastTransitionTime: &when}},
		},
	}
}

func storedCondition(conditionType string, status metav1.ConditionStatus, generation int64) metav1.Condition {
	return metav1.Condition{Type: conditionType, Status: status, ObservedGeneration: generation, Reason: "Because"}
}

func TestCurrent(t *testing.T) {
	for name, tc := range map[string]struct {
		stored []metav1.Condition
		want   bool
	}{
		"nothing is stored":                         {},
		"both are of the generation":                {stored: []metav1.Condition{storedCondition("Ready", "True", 2), storedCondition("Available", "True", 2)}, want: true},
		"Available may be of an earlier one":        {stored: []metav1.Condition{storedCondition("Ready", "False", 2), storedCondition("Available", "True", 1)}, want: true},
		"Available of a later one is not ours":      {stored: []metav1.Condition{storedCondition("Ready", "False", 2), storedCondition("Available", "True", 3)}},
		"Ready of an earlier one is out of date":    {stored: []metav1.Condition{storedCondition("Ready", "True", 1), storedCondition("Available", "True", 1)}},
		"Ready of a later one is not ours":          {stored: []metav1.Condition{storedCondition("Ready", "True", 3), storedCondition("Available", "True", 1)}},
		"Ready of no generation is found out again": {stored: []metav1.Condition{storedCondition("Ready", "False", 0), storedCondition("Available", "False", 0)}},
		"Available is missing":                      {stored: []metav1.Condition{storedCondition("Ready", "True", 2)}},
		"Ready is neither True nor False":           {stored: []metav1.Condition{storedCondition("Ready", "Unknown", 2), storedCondition("Available", "True", 2)}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := current(2, tc.stored); got != tc.want {
				t.Errorf("current = %t, want %t", got, tc.want)
			}
		})
	}
}

func TestReferenceTime(t *testing.T) {
	deleted := metav1.NewTime(fixture.Epoch.Add(time.Hour))
	for name, tc := range map[string]struct {
		change func(r *Record)
		want   time.Duration
	}{
		"it is the object's birth":           {change: func(*Record) {}},
		"it is the last change through REST": {change: updatedAt("2026-01-02T03:04:06.5Z"), want: 1500 * time.Millisecond},
		"a time that is none does not count": {change: updatedAt("yesterday")},
		"it is the deletion":                 {change: func(r *Record) { r.Object.DeletionTimestamp = &deleted }, want: time.Hour},
		"it is the last report, counted or not": {
			change: func(r *Record) {
				r.Reports = []*fleetv1.AdapterStatus{reported("a", 1, "Unknown", 2*time.Minute), reported("b", 1, "True", time.Minute)}
			},
			want: 2 * time.Minute,
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := &Record{Object: &metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(fixture.Epoch)}}
			tc.change(r)
			if got := reference(r).Sub(fixture.Epoch); got != tc.want {
				t.Errorf("reference = epoch + %s, want + %s", got, tc.want)
			}
		})
	}
}

func updatedAt(text string) func(r *Record) {
	return func(r *Record) { r.Object.Annotations = map[string]string{fleetv1.AnnotationUpdatedTime: text} }
}

// brief is a condition in a line: type, status, generation, and when it was created, updated and transitioned, in seconds after
// the epoch.
func brief(c Condition) string {
	after := func(t metav1.MicroTime) string { return fmt.Sprintf("%g", t.Sub(fixture.Epoch).Seconds()) }
	return fmt.Sprintf("%s=%s@%d %s %s %s", c.Type, c.Status, c.ObservedGeneration, after(c.Created), after(c.Updated), after(c.Transitioned))
}

func briefs(conditions []Condition) []string {
	lines := make([]string, 0, len(conditions))
	for _, c := range conditions {
		lines = append(lines, brief(c))
	}
	return lines
}

func TestConditionTimes(t *testing.T) {
	moved := storedCondition("Ready", "True", 2)
	moved.LastTransitionTime = metav1.NewTime(fixture.Epoch.Add(40 * time.Second))
	still := storedCondition("Available", "True", 2)
	still.LastTransitionTime = metav1.NewTime(fixture.Epoch.Add(10 * time.Second))
	stored := []metav1.Condition{moved, still}
	first := at(20500 * time.Millisecond)
	repeated := reported("dns", 2, "True", 30250*time.Millisecond)
	repeated.Report.CreatedTime = &first
	repeated.Report.Conditions[0].LastTransitionTime = &first
	byHand := reported("dns", 2, "True", 30*time.Second)
	byHand.Report.CreatedTime, byHand.Report.Conditions[0].LastTransitionTime = nil, nil
	known := storedCondition("DnsSuccessful", "True", 1)
	known.LastTransitionTime = metav1.NewTime(fixture.Epoch.Add(15 * time.Second))

	for name, tc := range map[string]struct {
		reports  []*fleetv1.AdapterStatus
		required []string
		stored   []metav1.Condition
		want     []string
	}{
		"without reports the object's birth is the last update": {
			required: []string{"dns"}, stored: stored,
			want: []string{"Ready=True@2 10 10 40", "Available=True@2 10 10 10"},
		},
		"the newest counted report of a required adapter is the last update, to the microsecond": {
			reports: []*fleetv1.AdapterStatus{repeated, reported("infra", 1, "False", 25*time.Second)}, required: []string{"dns", "infra"}, stored: stored,
			want: []string{"Ready=True@2 10 30.25 40", "Available=True@2 10 30.25 10", "DnsSuccessful=True@2 20.5 30.25 20.5", "InfraSuccessful=False@1 25 25 25"},
		},
		"a report of another adapter, one that cannot tell and one ahead of the object do not": {
			reports: []*fleetv1.AdapterStatus{
				reported("extra", 2, "True", 50*time.Second), reported("dns", 2, "Unknown", 51*time.Second), reported("infra", 3, "True", 52*time.Second),
			},
			required: []string{"dns", "infra"}, stored: stored,
			want: []string{"Ready=True@2 10 10 40", "Available=True@2 10 10 10", "ExtraSuccessful=True@2 50 50 50"},
		},
		"a report from before the object's birth is not the last update": {
			reports: []*fleetv1.AdapterStatus{reported("dns", 1, "True", 5*time.Second)}, required: []string{"dns"}, stored: stored,
			want: []string{"Ready=True@2 10 10 40", "Available=True@2 10 10 10", "DnsSuccessful=True@1 5 5 5"},
		},
		"a report made by hand dates from the stored condition": {
			reports: []*fleetv1.AdapterStatus{byHand}, stored: append(stored, known),
			want: []string{"Ready=True@2 10 10 40", "Available=True@2 10 10 10", "DnsSuccessful=True@2 30 30 15"},
		},
		"a report made by hand that nobody saw before dates from itself": {
			reports: []*fleetv1.AdapterStatus{byHand}, stored: stored,
			want: []string{"Ready=True@2 10 10 40", "Available=True@2 10 10 10", "DnsSuccessful=True@2 30 30 30"},
		},
		"of two adapters of one type the alphabetically first is shown": {
			reports: []*fleetv1.AdapterStatus{reported("a-b", 2, "True", 20*time.Second), reported("a--b", 2, "False", 21*time.Second)}, stored: stored,
			want: []string{"Ready=True@2 10 10 40", "Available=True@2 10 10 10", "ABSuccessful=False@2 21 21 21"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := &Record{Object: &metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(fixture.Epoch.Add(10 * time.Second)), Generation: 2}, Reports: tc.reports}
			got := append(synthesized(r, tc.stored, tc.required), adapterConditions(r, tc.stored, aggregate.ConditionType)...)
			if diff := cmp.Diff(tc.want, briefs(got)); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdapterWordsAreKept(t *testing.T) {
	status := reported("dns", 1, "False", 0)
	status.Report.Conditions[0].Reason, status.Report.Conditions[0].Message = "not a CamelCase reason!", strings.Repeat("é", 40000)
	r := &Record{Object: &metav1.ObjectMeta{Generation: 1}, Reports: []*fleetv1.AdapterStatus{status}}
	got := adapterConditions(r, nil, aggregate.ConditionType)[0]
	if got.Reason != status.Report.Conditions[0].Reason || got.Message != status.Report.Conditions[0].Message {
		t.Errorf("the adapter's words were changed: %q", got.Reason)
	}
	status.Report.Conditions[0].Reason = ""
	if got := adapterConditions(r, nil, aggregate.ConditionType)[0]; got.Reason != "" {
		t.Errorf("a reason was made up: %q", got.Reason)
	}
}

func TestShownReports(t *testing.T) {
	named := func(name string, s *fleetv1.AdapterStatus) *fleetv1.AdapterStatus {
		s.Name = name
		return s
	}
	silent := &fleetv1.AdapterStatus{ObjectMeta: metav1.ObjectMeta{Name: "silent"}, Spec: fleetv1.AdapterStatusSpec{Adapter: "silent"}}
	for name, tc := range map[string]struct {
		statuses []*fleetv1.AdapterStatus
		want     []string
	}{
		"the adapter that reported last for the first time comes first, then by adapter": {
			statuses: []*fleetv1.AdapterStatus{reported("b", 1, "True", 0), reported("c", 1, "True", time.Second), reported("a", 1, "True", 0)},
			want:     []string{"c", "a", "b"},
		},
		"one without a report is left out": {statuses: []*fleetv1.AdapterStatus{silent, reported("a", 1, "True", 0)}, want: []string{"a"}},
		"of two by one adapter the newest up to the generation is shown": {
			statuses: []*fleetv1.AdapterStatus{
				named("ahead", reported("a", 3, "True", 2*time.Second)), named("old", reported("a", 1, "True", time.Second)), named("new", reported("a", 2, "True", 0)),
			},
			want: []string{"new"},
		},
		"of two at one generation the later is shown": {
			statuses: []*fleetv1.AdapterStatus{named("old", reported("a", 1, "True", 0)), named("new", reported("a", 1, "True", time.Second))},
			want:     []string{"new"},
		},
		"one ahead of the object is shown where there is no other": {statuses: []*fleetv1.AdapterStatus{reported("a", 3, "True", 0)}, want: []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, s := range shownReports(2, tc.statuses) {
				got = append(got, s.Name)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("reports (-want +got):\n%s", diff)
			}
		})
	}
}
