package aggregate

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// kstatus is what the library of that name makes of an object with these conditions: its generic rules, in their order,
// then Ready.
func kstatus(in Input, result Result) string {
	if in.Deleting {
		return "Terminating"
	}
	if result.ObservedGeneration != in.Generation {
		return "InProgress"
	}
	for _, c := range result.Conditions {
		if c.Type == "Reconciling" && c.Status == metav1.ConditionTrue {
			return "InProgress"
		}
		if c.Type == "Stalled" && c.Status == metav1.ConditionTrue {
			return "Failed"
		}
	}
	for _, c := range result.Conditions {
		if c.Type == "Ready" && c.Status != metav1.ConditionTrue {
			return "InProgress"
		}
	}
	return "Current"
}

func TestKstatus(t *testing.T) {
	ready := with(newborn(), bothReady)
	for name, c := range map[string]struct {
		in   Input
		want string
	}{
		"newborn":                        {newborn(), "InProgress"},
		"ready":                          {ready, "Current"},
		"changed":                        {then(ready, 9, atGeneration(2)), "InProgress"},
		"lost health":                    {then(ready, 9, dnsSick), "InProgress"},
		"platform missing":               {with(newborn(), fault), "Failed"},
		"platform there at last":         {then(with(newborn(), fault), 9, noFault), "InProgress"},
		"waiting for its cluster":        {with(newborn(), hold), "InProgress"},
		"adapter failed":                 {then(ready, 9, atGeneration(2), reporting("dns", says(2, "Stalled=True"))), "Failed"},
		"deadline exceeded":              {then(with(newborn(), deadline(60)), 61), "Failed"},
		"changed after a failure":        {then(with(newborn(), fault), 9, noFault, atGeneration(2)), "InProgress"},
		"deleted":                        {then(ready, 9, deleted), "Terminating"},
		"status restored from elsewhere": {with(newborn(), func(in *Input) { in.ObservedGeneration = 3 }), "InProgress"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := kstatus(c.in, Aggregate(c.in)); got != c.want {
				t.Errorf("kstatus is %s, want %s", got, c.want)
			}
		})
	}
}
