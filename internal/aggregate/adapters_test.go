package aggregate

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestConditionType(t *testing.T) {
	for adapter, want := range map[string]string{
		"dns":             "DnsSuccessful",
		"gcp-provisioner": "GcpProvisionerSuccessful",
		"a--b":            "ABSuccessful",
		"3scale-2-x9":     "3scale2X9Successful",
	} {
		if got := ConditionType(adapter); got != want {
			t.Errorf("ConditionType(%q) = %q, want %q", adapter, got, want)
		}
	}
}

func adapterConditions(in Input) []metav1.Condition {
	var conditions []metav1.Condition
	for _, c := range Aggregate(in).Conditions {
		if strings.HasSuffix(c.Type, "Successful") {
			conditions = append(conditions, c)
		}
	}
	return conditions
}

func TestAdapterConditions(t *testing.T) {
	transition := micro(-7)
	withTransition := says(1, "Available=False:DNS broken!:no zone")
	withTransition.Conditions[0].LastTransitionTime = &transition
	cases := map[string]struct {
		in   Input
		want []metav1.Condition
	}{
		"one for each adapter, required or not, sorted by type, with the words of its Available": {
			with(newborn(), requiring("dns"), reporting("zeta", says(1, "Available=True:Good:all well"), "dns", withTransition)),
			[]metav1.Condition{
				{Type: "DnsSuccessful", Status: "False", Reason: "DNSBroken", Message: "no zone", ObservedGeneration: 1, LastTransitionTime: second(-7)},
				{Type: "ZetaSuccessful", Status: "True", Reason: "Good", Message: "all well", ObservedGeneration: 1, LastTransitionTime: second(1)},
			},
		},
		"the generation is the report's, the reason never missing": {
			with(newborn(), atGeneration(4), reporting("dns", says(2, "Available=True"), "validation", says(3, "Available=False"))),
			[]metav1.Condition{
				{Type: "DnsSuccessful", Status: "True", Reason: "AdapterAvailable", ObservedGeneration: 2, LastTransitionTime: second(2)},
				{Type: "ValidationSuccessful", Status: "False", Reason: "AdapterUnavailable", ObservedGeneration: 3, LastTransitionTime: second(3)},
			},
		},
		"none without a report about a generation that was reached": {
			with(newborn(), reporting("validation", says(2, "Available=True"), "other", nil, "third", says(1))), nil,
		},
		"one that cannot tell says why": {
			with(newborn(), reporting("dns", says(1, "Available=Unknown:Unreachable:connection refused"), "zeta", says(1, "Available=Unknown"))),
			[]metav1.Condition{
				{Type: "DnsSuccessful", Status: "Unknown", Reason: "Unreachable", Message: "connection refused", ObservedGeneration: 1, LastTransitionTime: second(1)},
				{Type: "ZetaSuccessful", Status: "Unknown", Reason: "AdapterUncertain", ObservedGeneration: 1, LastTransitionTime: second(1)},
			},
		},
		"of two adapters of one type the alphabetically first": {
			with(newborn(), reporting("a-b", says(1, "Available=False"), "a--b", says(1, "Available=True"))),
			[]metav1.Condition{
				{Type: "ABSuccessful", Status: "True", Reason: "AdapterAvailable", ObservedGeneration: 1, LastTransitionTime: second(1)},
			},
		},
		"an adapter whose report does not count does not hide the other of its type": {
			with(newborn(), reporting("a-b", says(1, "Available=False"), "a--b", says(1, "Available=Unknown"))),
			[]metav1.Condition{
				{Type: "ABSuccessful", Status: "False", Reason: "AdapterUnavailable", ObservedGeneration: 1, LastTransitionTime: second(1)},
			},
		},
		"of two reports of one adapter the newest": {
			with(newborn(), atGeneration(2), reporting("dns", says(1, "Available=False"), "dns", says(2, "Available=True"), "dns", says(3, "Available=False"))),
			[]metav1.Condition{
				{Type: "DnsSuccessful", Status: "True", Reason: "AdapterAvailable", ObservedGeneration: 2, LastTransitionTime: second(2)},
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, adapterConditions(c.in)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			mustBeValid(t, Aggregate(c.in))
		})
	}
}

func TestAdapterTimesSurviveTheServer(t *testing.T) {
	report := says(1, "Available=True")
	report.ObservedTime = metav1.NewMicroTime(epoch.Add(1234567891))
	result := Aggregate(with(newborn(), reporting("dns", report)))
	if diff := cmp.Diff(throughServer(t, result), result); diff != "" {
		t.Errorf("what is computed differs from what is stored (-stored +computed):\n%s", diff)
	}
}

func TestFitReason(t *testing.T) {
	long := strings.Repeat("a", 1024)
	for words, want := range map[string]string{
		"":                     "Fallback",
		"  \t…":                "Fallback",
		"::,":                  "Fallback",
		"Ready":                "Ready",
		"A":                    "A",
		"a_b,c:d_":             "a_b,c:d_",
		"Pods not ready":       "PodsNotReady",
		"quota-exceeded (cpu)": "quotaExceededCpu",
		"404 not found":        "Reason404NotFound",
		"_private":             "private",
		"Trailing:":            "Trailing",
		"zona não existe":      "zonaNOExiste",
		long + "b":             long,
		long[1:] + ",x":        long[1:],
	} {
		if got := fitReason(words, "Fallback"); got != want {
			t.Errorf("fitReason(%q) = %q, want %q", words, got, want)
		}
	}
}

func FuzzFitReason(f *testing.F) {
	for _, seed := range []string{"", "Ready", "pods not ready", "9", ":", "\xff", "é", strings.Repeat(",", 1025) + "x", strings.Repeat("9", 2000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		got := fitReason(words, "Fallback")
		if len(got) > 1024 || !reasonPattern.MatchString(got) {
			t.Fatalf("fitReason(%q) = %q is no reason", words, got)
		}
		if again := fitReason(got, "Fallback"); again != got {
			t.Fatalf("fitReason is not stable: %q becomes %q", got, again)
		}
		if len(words) <= 1024 && reasonPattern.MatchString(words) && got != words {
			t.Fatalf("fitReason(%q) = %q changes a valid reason", words, got)
		}
	})
}

func TestMessagesFitAndSurviveTheServer(t *testing.T) {
	for name, message := range map[string]string{
		"too long":                   strings.Repeat("é", 40000),
		"as long as allowed":         strings.Repeat("é", 32768),
		"not UTF-8":                  "a\xff\xfeb",
		"not UTF-8 and far too long": strings.Repeat("\xff-", 40000),
	} {
		t.Run(name, func(t *testing.T) {
			report := says(1, "Available=True")
			report.Conditions[0].Message = message
			result := Aggregate(with(newborn(), reporting("dns", report), func(in *Input) {
				in.Fault = &Fault{Reason: fleetv1.ReasonInvalidSpec, Message: message}
			}))
			mustBeValid(t, result)
			if diff := cmp.Diff(throughServer(t, result), result); diff != "" {
				t.Error("what is computed differs from what is stored")
			}
			got := condition(t, result, "DnsSuccessful").Message
			if want := min(utf8.RuneCountInString(strings.ToValidUTF8(message, "?")), 32768); utf8.RuneCountInString(got) != want {
				t.Errorf("message has %d characters, want %d", utf8.RuneCountInString(got), want)
			}
		})
	}
}

func TestAHeartbeatWithoutTransitionTimesMovesNothing(t *testing.T) {
	report := says(1, "Available=True")
	report.Conditions[0].LastTransitionTime = nil
	first := Aggregate(with(newborn(), reporting("dns", report)))
	later := report.DeepCopy()
	later.ObservedTime.Time = later.ObservedTime.Add(time.Hour)
	beat := with(newborn(), reporting("dns", later), func(in *Input) {
		in.Previous, in.ObservedGeneration = first.Conditions, first.ObservedGeneration
	})
	if diff := cmp.Diff(first.Conditions, Aggregate(beat).Conditions); diff != "" {
		t.Errorf("the heartbeat changed the conditions (-before +after):\n%s", diff)
	}
	beat.Reports[0].Report.Conditions[0].Status = metav1.ConditionFalse
	if got := condition(t, Aggregate(beat), "DnsSuccessful").LastTransitionTime; !got.Time.Equal(later.ObservedTime.Truncate(time.Second)) {
		t.Errorf("a new status dates from %s, want the report's %s", got, later.ObservedTime)
	}
}
