package aggregate

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func deadline(seconds int) func(*Input) {
	return func(in *Input) { in.Deadline = time.Duration(seconds) * time.Second }
}

func fault(in *Input) {
	in.Fault = &Fault{Reason: fleetv1.ReasonPlatformNotFound, Message: "Platform kwok does not exist"}
}

func noFault(in *Input) { in.Fault = nil }

func hold(in *Input) {
	in.Hold = &Fault{Reason: fleetv1.ReasonClusterNotFound, Message: "Cluster c does not exist"}
}

func noHold(in *Input) { in.Hold = nil }

var (
	bothReady    = reporting("dns", says(1, "Available=True"), "validation", says(1, "Available=True"))
	dnsSick      = reporting("dns", says(1, "Available=False"), "validation", says(1, "Available=True"))
	dnsStalled   = reporting("dns", says(1, "Available=False", "Stalled=True:NoQuota:no quota left"))
	dnsUnstalled = reporting("dns", says(1, "Available=False", "Stalled=False"))
)

// rest is where an Input has come to: what an observer of generations and of kstatus sees.
type rest struct {
	observed             int64
	reconciling, stalled string
}

func restOf(t *testing.T, result Result) rest {
	t.Helper()
	show := func(c metav1.Condition) string { return fmt.Sprintf("%s since %d", brief(c), age(c)) }
	return rest{
		observed:    result.ObservedGeneration,
		reconciling: show(condition(t, result, fleetv1.ConditionReconciling)),
		stalled:     show(condition(t, result, fleetv1.ConditionStalled)),
	}
}

func TestProgress(t *testing.T) {
	ready := with(newborn(), bothReady)
	cases := map[string]struct {
		in   Input
		want rest
	}{
		"a newborn object is worked on since it was first seen": {
			newborn(), rest{-1, "True Progressing 1 since 1", "False NotStalled 1 since 0"},
		},
		"Ready handles the generation": {
			ready, rest{1, "False Reconciled 1 since 1", "False NotStalled 1 since 0"},
		},
		"lost health is no work: the generation stays handled": {
			then(ready, 30, dnsSick), rest{1, "False Reconciled 1 since 1", "False NotStalled 1 since 0"},
		},
		"lost health does not start the deadline": {
			then(then(ready, 30, dnsSick), 9000, deadline(60)), rest{1, "False Reconciled 1 since 1", "False NotStalled 1 since 0"},
		},
		"a new generation is worked on since it was first seen": {
			then(ready, 30, atGeneration(2)), rest{1, "True Progressing 2 since 30", "False NotStalled 2 since 0"},
		},
		"a further generation restarts the time": {
			then(then(ready, 30, atGeneration(2)), 40, atGeneration(3)), rest{1, "True Progressing 3 since 40", "False NotStalled 3 since 0"},
		},
		"a report that does not finish it does not move the time": {
			then(newborn(), 40, dnsSick), rest{-1, "True Progressing 1 since 1", "False NotStalled 1 since 0"},
		},
		"a deletion is worked on under its own reason": {
			then(ready, 30, deleted), rest{1, "True Deleting 2 since 30", "False NotStalled 2 since 0"},
		},
		"a finished deletion is handled and still a deletion": {
			then(then(ready, 30, deleted), 40, requiring()), rest{2, "True Deleting 2 since 30", "False NotStalled 2 since 0"},
		},
		"a fault stalls and so handles the generation": {
			with(newborn(), fault), rest{1, "False Reconciled 1 since 1", "True PlatformNotFound 1 since 1"},
		},
		"a fault does not stall what is Ready": {
			then(ready, 30, fault), rest{1, "False Reconciled 1 since 1", "False NotStalled 1 since 0"},
		},
		"a required adapter that cannot go on stalls": {
			then(newborn(), 30, dnsStalled), rest{1, "False Reconciled 1 since 30", "True AdapterFailed 1 since 30"},
		},
		"an adapter that is not required does not stall": {
			then(newborn(), 30, dnsStalled, requiring("validation")), rest{-1, "True Progressing 1 since 1", "False NotStalled 1 since 0"},
		},
		"an adapter's stall at an older generation is over": {
			then(then(newborn(), 30, dnsStalled), 40, atGeneration(2)), rest{1, "True Progressing 2 since 40", "False NotStalled 2 since 40"},
		},
		"a stall that goes on at the next generation keeps its time": {
			then(then(newborn(), 30, fault), 40, atGeneration(2)), rest{2, "False Reconciled 2 since 30", "True PlatformNotFound 2 since 30"},
		},
		"an adapter stalls with its first report, Available=Unknown": {
			with(newborn(), reporting("dns", says(1, "Available=Unknown", "Stalled=True"))), rest{1, "False Reconciled 1 since 1", "True AdapterFailed 1 since 1"},
		},
		"when a stall ends before Ready the work goes on, and its time begins anew": {
			then(then(newborn(), 30, fault), 50, noFault), rest{1, "True Progressing 1 since 50", "False NotStalled 1 since 50"},
		},
		"and stays so": {
			then(then(then(newborn(), 30, dnsStalled), 50, dnsUnstalled), 60), rest{1, "True Progressing 1 since 50", "False NotStalled 1 since 50"},
		},
		"until Ready": {
			then(then(then(newborn(), 30, fault), 50, noFault), 60, bothReady), rest{1, "False Reconciled 1 since 60", "False NotStalled 1 since 50"},
		},
		"a deletion can be stalled by an adapter and is still a deletion": {
			then(newborn(), 30, deleted, requiring("dns"), reporting("dns", says(2, "Available=False", "Stalled=True"))),
			rest{2, "True Deleting 2 since 30", "True AdapterFailed 2 since 30"},
		},
		"an observed generation above the object's is that of a restored status": {
			with(newborn(), func(in *Input) { in.ObservedGeneration = 9 }), rest{-1, "True Progressing 1 since 1", "False NotStalled 1 since 0"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			result := Aggregate(c.in)
			if diff := cmp.Diff(c.want, restOf(t, result), cmp.AllowUnexported(rest{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			mustBeValid(t, result)
		})
	}
}

func TestDeadline(t *testing.T) {
	limited := with(newborn(), deadline(60)) // seen at 1, so over at 61
	cases := map[string]struct {
		in      Input
		want    rest
		recheck int // seconds after the epoch, 0 for none
	}{
		"before it is over the caller is told when it will be": {
			then(limited, 60), rest{-1, "True Progressing 1 since 1", "False NotStalled 1 since 0"}, 61,
		},
		"when it is over the generation is stalled": {
			then(limited, 61), rest{1, "False Reconciled 1 since 61", "True DeadlineExceeded 1 since 61"}, 0,
		},
		"it stays over": {
			then(then(limited, 61), 62), rest{1, "False Reconciled 1 since 61", "True DeadlineExceeded 1 since 61"}, 0,
		},
		"also where it is prolonged afterwards": {
			then(then(limited, 61), 62, deadline(9000)), rest{1, "False Reconciled 1 since 61", "True DeadlineExceeded 1 since 61"}, 0,
		},
		"but not where it is taken away": {
			then(then(limited, 61), 62, deadline(0)), rest{1, "True Progressing 1 since 62", "False NotStalled 1 since 62"}, 0,
		},
		"Ready ends it": {
			then(then(limited, 61), 62, bothReady), rest{1, "False Reconciled 1 since 61", "False NotStalled 1 since 62"}, 0,
		},
		"Ready is never late": {
			then(limited, 99, bothReady), rest{1, "False Reconciled 1 since 99", "False NotStalled 1 since 0"}, 0,
		},
		"lost health after it does not stall again": {
			then(then(then(limited, 61), 62, bothReady), 99, dnsSick), rest{1, "False Reconciled 1 since 61", "False NotStalled 1 since 62"}, 0,
		},
		"a new generation has its own": {
			then(then(limited, 61), 70, atGeneration(2)), rest{1, "True Progressing 2 since 70", "False NotStalled 2 since 70"}, 130,
		},
		"a deletion has its own": {
			then(then(limited, 61), 70, deleted), rest{1, "True Deleting 2 since 70", "False NotStalled 2 since 70"}, 130,
		},
		"a deletion can be late": {
			then(then(limited, 61, deleted), 121), rest{2, "True Deleting 2 since 61", "True DeadlineExceeded 2 since 121"}, 0,
		},
		"a deletion whose conditions were lost begins its own": {
			with(limited, deleted, func(in *Input) { in.ObservedGeneration = 2 }), rest{2, "True Deleting 2 since 1", "False NotStalled 2 since 0"}, 61,
		},
		"an adapter's failure is the better reason": {
			then(limited, 61, dnsStalled), rest{1, "False Reconciled 1 since 61", "True AdapterFailed 1 since 61"}, 0,
		},
		"a fault is the best": {
			then(limited, 61, dnsStalled, fault), rest{1, "False Reconciled 1 since 61", "True PlatformNotFound 1 since 61"}, 0,
		},
		"no recheck while stalled by an adapter": {
			then(limited, 9, dnsStalled), rest{1, "False Reconciled 1 since 9", "True AdapterFailed 1 since 9"}, 0,
		},
		"it begins anew when a stall ends": {
			then(then(limited, 9, dnsStalled), 20, dnsUnstalled), rest{1, "True Progressing 1 since 20", "False NotStalled 1 since 20"}, 80,
		},
		"no deadline, no recheck": {
			then(newborn(), 99999), rest{-1, "True Progressing 1 since 1", "False NotStalled 1 since 0"}, 0,
		},
		"it does not run while something has to come first": {
			then(with(limited, hold), 9000), rest{-1, "True ClusterNotFound 1 since 1", "False NotStalled 1 since 0"}, 0,
		},
		"it begins when that has come": {
			then(then(with(limited, hold), 9000), 9001, noHold), rest{-1, "True Progressing 1 since 9001", "False NotStalled 1 since 0"}, 9061,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			result := Aggregate(c.in)
			if diff := cmp.Diff(c.want, restOf(t, result), cmp.AllowUnexported(rest{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			recheck := 0
			if !result.Recheck.IsZero() {
				recheck = int(result.Recheck.Sub(epoch) / time.Second)
			}
			if recheck != c.recheck {
				t.Errorf("Recheck at %d, want %d", recheck, c.recheck)
			}
		})
	}
}

func TestMessagesOfProgress(t *testing.T) {
	var pools []string
	for i := range 23 {
		pools = append(pools, fmt.Sprintf("p%02d", i))
	}
	cases := map[string]struct {
		in            Input
		conditionType string
		want          string
	}{
		"Reconciling says what Ready waits for": {
			with(newborn(), dnsSick), fleetv1.ConditionReconciling, "Adapters report Available=False at generation 1: dns",
		},
		"Reconciling says that the generation is handled": {
			with(newborn(), bothReady), fleetv1.ConditionReconciling, "Generation 1 is handled",
		},
		"Reconciling refers to Stalled": {
			with(newborn(), fault), fleetv1.ConditionReconciling, "Generation 1 cannot be reached; the condition Stalled says why",
		},
		"Reconciling says what has to come first": {
			with(newborn(), hold), fleetv1.ConditionReconciling, "Cluster c does not exist",
		},
		"Reconciling of a deletion names everything": {
			with(newborn(), deleted, func(in *Input) {
				in.Children = Children{NodePools: []string{"w2", "w1"}, Addons: []string{"b", "a"}}
			}), fleetv1.ConditionReconciling, "Waiting for add-ons a, b; then node pools w1, w2; then adapters dns, validation",
		},
		"Reconciling of a deletion names what is left": {
			with(newborn(), deleted), fleetv1.ConditionReconciling, "Waiting for adapters dns, validation",
		},
		"Reconciling of a finished deletion": {
			with(newborn(), deleted, requiring()), fleetv1.ConditionReconciling, "Nothing is left to wait for",
		},
		"Reconciling of a deletion ignores what had to come first": {
			with(newborn(), deleted, hold), fleetv1.ConditionReconciling, "Waiting for adapters dns, validation",
		},
		"Reconciling counts what would be too long to name": {
			with(newborn(), deleted, requiring(), func(in *Input) { in.Children.NodePools = pools }), fleetv1.ConditionReconciling,
			"Waiting for node pools p00, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19 and 3 more",
		},
		"Stalled says what the fault is": {
			with(newborn(), fault), fleetv1.ConditionStalled, "Platform kwok does not exist",
		},
		"Stalled quotes the adapter": {
			with(newborn(), dnsStalled), fleetv1.ConditionStalled, "dns: no quota left",
		},
		"Stalled quotes every adapter, sorted, whatever words they gave": {
			with(newborn(), requiring("c", "b", "a"), reporting(
				"c", says(1, "Stalled=True:R:m"), "b", says(1, "Stalled=True:R"), "a", says(1, "Stalled=True"))),
			fleetv1.ConditionStalled, "a: reports that it cannot go on; b: R; c: m",
		},
		"Stalled says what the deadline was and what is missing": {
			then(with(newborn(), deadline(60)), 61), fleetv1.ConditionStalled,
			"Generation 1 was not handled within 1m0s: Waiting for adapters to report status",
		},
		"Ready says what has to come first": {
			with(newborn(), hold), fleetv1.ConditionReady, "Cluster c does not exist",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := condition(t, Aggregate(c.in), c.conditionType).Message; got != c.want {
				t.Errorf("message is\n%s, want\n%s", got, c.want)
			}
		})
	}
}

func TestHoldKeepsReadyFalse(t *testing.T) {
	result := Aggregate(with(newborn(), bothReady, hold))
	if got, want := brief(condition(t, result, fleetv1.ConditionReady)), "False ClusterNotFound 1"; got != want {
		t.Errorf("Ready is %s, want %s", got, want)
	}
	if got, want := result.ObservedGeneration, int64(-1); got != want {
		t.Errorf("ObservedGeneration = %d, want %d", got, want)
	}
}

func TestWaitingOfADeletion(t *testing.T) {
	in := with(newborn(), deleted, requiring("c", "a", "b"), reporting("b", says(2, "Finalized=True")))
	if diff := cmp.Diff([]string{"a", "c"}, Aggregate(in).Waiting); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := Aggregate(newborn()).Waiting; got != nil {
		t.Errorf("an object that stays waits for %v", got)
	}
}
