package aggregate

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// epoch is when the objects of the tests are created.
var epoch = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// second returns the time that many seconds after the epoch.
func second(n int) metav1.Time { return metav1.NewTime(epoch.Add(time.Duration(n) * time.Second)) }

func micro(n int) metav1.MicroTime {
	return metav1.NewMicroTime(epoch.Add(time.Duration(n) * time.Second))
}

// says makes a report at the generation out of words like "Available=True" or "Stalled=True:reason:message". Applied and
// Health are always there.
func says(generation int64, words ...string) *fleetv1.Report {
	report := &fleetv1.Report{ObservedGeneration: generation, ObservedTime: micro(int(generation))}
	for _, word := range append(words, "Applied=True", "Health=True") {
		parts := strings.SplitN(word, ":", 3)
		name, status, _ := strings.Cut(parts[0], "=")
		condition := fleetv1.ReportCondition{Type: name, Status: metav1.ConditionStatus(status)}
		if len(parts) > 1 {
			condition.Reason = parts[1]
		}
		if len(parts) > 2 {
			condition.Message = parts[2]
		}
		report.Conditions = append(report.Conditions, condition)
	}
	return report
}

// by makes reports out of pairs of adapter and report.
func by(pairs ...any) []AdapterReport {
	var reports []AdapterReport
	for i := 0; i < len(pairs); i += 2 {
		report, _ := pairs[i+1].(*fleetv1.Report)
		reports = append(reports, AdapterReport{Adapter: pairs[i].(string), Report: report})
	}
	return reports
}

// newborn is the Input of a Cluster at birth that requires dns and validation.
func newborn() Input {
	return Input{
		Kind:               fleetv1.KindCluster,
		Generation:         1,
		CreatedTime:        second(0),
		Required:           []string{"dns", "validation"},
		ObservedGeneration: -1,
		PoolsReady:         true,
		Now:                second(1),
	}
}

// with returns the Input after the changes.
func with(in Input, changes ...func(*Input)) Input {
	for _, change := range changes {
		change(&in)
	}
	return in
}

// then returns the Input for the next evaluation, a number of seconds after the epoch: what came out goes in again.
func then(in Input, now int, changes ...func(*Input)) Input {
	result := Aggregate(in)
	in.Previous, in.ObservedGeneration, in.Now = result.Conditions, result.ObservedGeneration, second(now)
	return with(in, changes...)
}

func condition(t interface {
	Helper()
	Fatalf(string, ...any)
}, result Result, conditionType string) metav1.Condition {
	t.Helper()
	found := apimeta.FindStatusCondition(result.Conditions, conditionType)
	if found == nil {
		t.Fatalf("no condition %s in %v", conditionType, result.Conditions)
	}
	return *found
}

// brief renders a condition as "True Reason 3".
func brief(c metav1.Condition) string {
	return fmt.Sprintf("%s %s %d", c.Status, c.Reason, c.ObservedGeneration)
}

// age returns how many seconds after the epoch the condition took its status.
func age(c metav1.Condition) int { return int(c.LastTransitionTime.Sub(epoch) / time.Second) }

// types returns the types of the conditions, in order.
func types(conditions []metav1.Condition) []string {
	names := make([]string, 0, len(conditions))
	for _, c := range conditions {
		names = append(names, c.Type)
	}
	return names
}

// throughServer returns the value as it comes back from the API server: encoded and decoded.
func throughServer[T any](t interface{ Fatal(...any) }, value T) T {
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var back T
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// The schema of a metav1.Condition, as controller-gen writes it.
var (
	reasonPattern = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$`)
	typePattern   = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`)
)

// schemaFaults returns what the API server would refuse in the conditions.
func schemaFaults(conditions []metav1.Condition) []string {
	var faults []string
	seen := map[string]bool{}
	for _, c := range conditions {
		switch {
		case seen[c.Type]:
			faults = append(faults, c.Type+" comes twice")
		case len(c.Type) > 316 || !typePattern.MatchString(c.Type):
			faults = append(faults, fmt.Sprintf("type %q", c.Type))
		case len(c.Reason) > 1024 || !reasonPattern.MatchString(c.Reason):
			faults = append(faults, fmt.Sprintf("reason %q of %s", c.Reason, c.Type))
		case utf8.RuneCountInString(c.Message) > 32768 || !utf8.ValidString(c.Message):
			faults = append(faults, "message of "+c.Type)
		case c.LastTransitionTime.IsZero():
			faults = append(faults, "no transition time of "+c.Type)
		case c.ObservedGeneration < 0:
			faults = append(faults, "observedGeneration of "+c.Type)
		case c.Status != metav1.ConditionTrue && c.Status != metav1.ConditionFalse && !adapterSays(c):
			faults = append(faults, fmt.Sprintf("status %q of %s", c.Status, c.Type))
		}
		seen[c.Type] = true
	}
	return faults
}

func mustBeValid(t *testing.T, result Result) {
	t.Helper()
	for _, fault := range schemaFaults(result.Conditions) {
		t.Errorf("the API server would refuse: %s", fault)
	}
}

// adapterSays tells whether a condition is an adapter's: only those may be Unknown.
func adapterSays(c metav1.Condition) bool {
	return c.Status == metav1.ConditionUnknown && strings.HasSuffix(c.Type, "Successful")
}
