package adapter

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var (
	early = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	late  = early.Add(time.Hour)
)

// stored is a report as an earlier call left it.
func stored(generation int64, available metav1.ConditionStatus) *fleetv1.Report {
	report, err := subject{generation: generation, now: early}.success(Report{
		Available: Finding{Status: available, Reason: "Before", Message: "before"},
		Cluster:   &fleetv1.ClusterFacts{KubernetesVersion: "v1.33.1"},
		Data:      map[string]int{"a": 1},
	})
	if err != nil {
		panic(err)
	}
	return report
}

// words renders conditions as type=status reason: message @h, where h is the hour of the transition.
func words(r *fleetv1.Report) []string {
	var list []string
	for _, c := range r.Conditions {
		list = append(list, fmt.Sprintf("%s=%s %s: %s @%d", c.Type, c.Status, c.Reason, c.Message, c.LastTransitionTime.Hour()))
	}
	return list
}

func TestReportsOfSuccess(t *testing.T) {
	cases := map[string]struct {
		subject subject
		report  Report
		want    []string
	}{
		"the zero report knows nothing": {
			want: []string{"Available=Unknown :  @1", "Applied=False :  @1", "Health=True Reconciled: the adapter works @1"},
		},
		"an adapter that is available has applied what it wants": {
			report: Report{Available: True("Up", "it is up")},
			want:   []string{"Available=True Up: it is up @1", "Applied=True Up: it is up @1", "Health=True Reconciled: the adapter works @1"},
		},
		"what is given stands": {
			report: Report{
				Available: False("Starting", "s"), Applied: True("Written", "w"), Health: False("Slow", "h"), Stalled: "give me quota",
				Further: []fleetv1.ReportCondition{{Type: "DNS", Status: metav1.ConditionTrue, Reason: "R", Message: "m"}},
			},
			want: []string{"Available=False Starting: s @1", "Applied=True Written: w @1", "Health=False Slow: h @1",
				"Stalled=True AdapterFailed: give me quota @1", "DNS=True R: m @1"},
		},
		"Finalized is not said of an object that lives": {
			report: Report{Available: True("Up", ""), Finalized: true},
			want:   []string{"Available=True Up:  @1", "Applied=True Up:  @1", "Health=True Reconciled: the adapter works @1"},
		},
		"Finalized is said of an object that is being deleted": {
			subject: subject{deleting: true},
			report:  Report{Available: False("Gone", "all is gone"), Finalized: true},
			want: []string{"Available=False Gone: all is gone @1", "Applied=False Gone: all is gone @1",
				"Health=True Reconciled: the adapter works @1", "Finalized=True Finalized: all is gone @1"},
		},
		"a deletion that is not through says what it waits for": {
			subject: subject{deleting: true},
			report:  Report{Available: False("Leaving", "two disks are left")},
			want: []string{"Available=False Leaving: two disks are left @1", "Applied=False Leaving: two disks are left @1",
				"Health=True Reconciled: the adapter works @1", "Finalized=False NotFinalized: two disks are left @1"},
		},
		"a transition time moves with the status only": {
			subject: subject{stored: stored(1, metav1.ConditionTrue)},
			report:  Report{Available: True("StillUp", "other words"), Applied: False("Drift", "")},
			want:    []string{"Available=True StillUp: other words @0", "Applied=False Drift:  @1", "Health=True Reconciled: the adapter works @0"},
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			test.subject.generation, test.subject.now = 2, late
			report, err := test.subject.success(test.report)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, words(report)); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
			if report.ObservedGeneration != 2 || !report.ObservedTime.Time.Equal(late) {
				t.Errorf("the report is about generation %d at %s", report.ObservedGeneration, report.ObservedTime)
			}
		})
	}
}

func TestReportsOfFailure(t *testing.T) {
	failure := errors.New("no answer from the cloud")
	cases := map[string]struct {
		subject subject
		failure error
		want    []string
	}{
		"at a new generation nothing is available": {
			subject: subject{stored: stored(1, metav1.ConditionTrue)},
			want: []string{"Available=False AdapterError: no answer from the cloud @1", "Applied=False AdapterError: no answer from the cloud @1",
				"Health=False AdapterError: no answer from the cloud @1"},
		},
		"what was available at this generation stays so": {
			subject: subject{stored: stored(2, metav1.ConditionTrue)},
			want:    []string{"Available=True Before: before @0", "Applied=True Before: before @0", "Health=False AdapterError: no answer from the cloud @1"},
		},
		"what was not available says the error": {
			subject: subject{stored: stored(2, metav1.ConditionUnknown)},
			want: []string{"Available=False AdapterError: no answer from the cloud @1", "Applied=False AdapterError: no answer from the cloud @0",
				"Health=False AdapterError: no answer from the cloud @1"},
		},
		"a terminal error stalls": {
			failure: fmt.Errorf("wrapped: %w", Terminal(failure)),
			want: []string{"Available=False AdapterError: wrapped: no answer from the cloud @1", "Applied=False AdapterError: wrapped: no answer from the cloud @1",
				"Health=False AdapterError: wrapped: no answer from the cloud @1", "Stalled=True AdapterFailed: wrapped: no answer from the cloud @1"},
		},
		"a deletion is not through": {
			subject: subject{deleting: true},
			want: []string{"Available=False AdapterError: no answer from the cloud @1", "Applied=False AdapterError: no answer from the cloud @1",
				"Health=False AdapterError: no answer from the cloud @1", "Finalized=False NotFinalized: no answer from the cloud @1"},
		},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			if test.failure == nil {
				test.failure = failure
			}
			test.subject.generation, test.subject.now = 2, late
			report := test.subject.failure(test.failure)
			if diff := cmp.Diff(test.want, words(report)); diff != "" {
				t.Errorf("conditions (-want +got):\n%s", diff)
			}
			if test.subject.stored != nil && (report.Cluster == nil || report.Cluster.KubernetesVersion != "v1.33.1" || report.Data == nil) {
				t.Error("facts and data are not kept")
			}
		})
	}
}

func TestTerminalOfNothingIsNothing(t *testing.T) {
	if Terminal(nil) != nil || IsTerminal(errors.New("x")) {
		t.Error("something is terminal that is not")
	}
}

func TestReportsKeepWhenTheyBegan(t *testing.T) {
	s := subject{generation: 2, now: late, stored: stored(1, metav1.ConditionTrue)}
	for name, report := range map[string]*fleetv1.Report{"failure": s.failure(errors.New("x")), "opening": s.opening()} {
		if !report.CreatedTime.Time.Equal(early) || !report.ObservedTime.Time.Equal(late) {
			t.Errorf("the %s was created at %s, observed at %s", name, report.CreatedTime, report.ObservedTime)
		}
	}
}

func TestFactsStandUntilOthersAreGiven(t *testing.T) {
	s := subject{generation: 2, now: late, stored: stored(1, metav1.ConditionTrue)}
	for name, test := range map[string]struct {
		given *fleetv1.ClusterFacts
		want  *fleetv1.ClusterFacts
	}{
		"none given":  {nil, &fleetv1.ClusterFacts{KubernetesVersion: "v1.33.1"}},
		"taken back":  {&fleetv1.ClusterFacts{}, &fleetv1.ClusterFacts{}},
		"other given": {&fleetv1.ClusterFacts{APIEndpoint: "https://a"}, &fleetv1.ClusterFacts{APIEndpoint: "https://a"}},
	} {
		report, err := s.success(Report{Cluster: test.given})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, report.Cluster); diff != "" {
			t.Errorf("%s: facts (-want +got):\n%s", name, diff)
		}
	}
}

func TestReportsFitTheSchema(t *testing.T) {
	report, err := subject{generation: 1, now: late}.success(Report{Available: True(strings.Repeat("R", 2000), strings.Repeat("ü", 40000))})
	if err != nil {
		t.Fatal(err)
	}
	c := report.Condition(fleetv1.ReportAvailable)
	if len(c.Reason) > maxReason || len(c.Message) > maxMessage || !strings.HasSuffix(c.Message, "ü...") {
		t.Errorf("reason and message have %d and %d bytes", len(c.Reason), len(c.Message))
	}
	for name, data := range map[string]any{"a list": []int{1}, "a number": 1, "a channel": make(chan int)} {
		if _, err := (subject{generation: 1, now: late}).success(Report{Data: data}); err == nil {
			t.Errorf("data that is %s is accepted", name)
		}
		if _, err := (subject{generation: 1, now: late}).success(Report{Metadata: data}); err == nil {
			t.Errorf("metadata that is %s is accepted", name)
		}
	}
	var none map[string]string
	if report, err := (subject{generation: 1, now: late}).success(Report{Data: none}); err != nil || report.Data != nil {
		t.Errorf("no data gives %v, %v", report.Data, err)
	}
}
