package aggregate

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestLatches(t *testing.T) {
	ready := with(newborn(), bothReady)
	pool := func(in *Input) { in.Kind, in.PoolsReady = fleetv1.KindNodePool, false }
	poolsWait := func(in *Input) { in.PoolsReady = false }
	poolsReady := func(in *Input) { in.PoolsReady = true }
	updated := func(in *Input) { in.Updated = true }
	notUpdated := func(in *Input) { in.Updated = false }
	const absent = "absent"
	cases := map[string]struct {
		in                   Input
		provisioned, updated string
	}{
		"not Ready yet":                              {newborn(), absent, absent},
		"at the first Ready":                         {ready, "True Provisioned 1 since 1", absent},
		"at a later generation":                      {with(newborn(), atGeneration(4), reporting("dns", says(4, "Available=True"), "validation", says(4, "Available=True"))), "True Provisioned 4 since 1", absent},
		"Provisioned stays when health is lost":      {then(ready, 9, dnsSick), "True Provisioned 1 since 1", absent},
		"a cluster waits for its pools":              {with(ready, poolsWait), absent, absent},
		"and is provisioned when they are ready":     {then(with(ready, poolsWait), 9, poolsReady), "True Provisioned 1 since 9", absent},
		"a later loss of pools does not matter":      {then(ready, 9, poolsWait), "True Provisioned 1 since 1", absent},
		"a node pool has no pools to wait for":       {with(ready, pool), "True Provisioned 1 since 1", absent},
		"not by the Ready of a deletion":             {with(newborn(), deleted, requiring()), absent, absent},
		"a stall does not provision":                 {with(newborn(), fault), absent, absent},
		"a generation after it updates":              {then(ready, 9, atGeneration(2)), "True Provisioned 1 since 1", "True Updated 2 since 9"},
		"a deletion is one":                          {then(ready, 9, deleted), "True Provisioned 1 since 1", "True Updated 2 since 9"},
		"Updated stays as it was latched":            {then(then(ready, 9, atGeneration(2)), 20, atGeneration(3)), "True Provisioned 1 since 1", "True Updated 2 since 9"},
		"a generation before it does not":            {then(newborn(), 9, atGeneration(2)), absent, absent},
		"nor one that is seen with the first Ready":  {then(newborn(), 9, atGeneration(2), reporting("dns", says(2, "Available=True"), "validation", says(2, "Available=True"))), "True Provisioned 2 since 9", absent},
		"the pools give reason":                      {then(ready, 9, updated), "True Provisioned 1 since 1", "True Updated 1 since 9"},
		"and Updated stays when they no longer do":   {then(then(ready, 9, updated), 20, notUpdated), "True Provisioned 1 since 1", "True Updated 1 since 9"},
		"a node pool is never Updated":               {then(with(ready, pool), 9, atGeneration(2), updated), "True Provisioned 1 since 1", absent},
		"something to come first does not provision": {with(ready, hold), absent, absent},
		"a restored latch counts from the present generation": {
			with(newborn(), func(in *Input) {
				in.Previous = []metav1.Condition{{Type: "Provisioned", Status: "True", Reason: "Provisioned", ObservedGeneration: 7, LastTransitionTime: second(0)}}
			}), "True Provisioned 1 since 0", absent,
		},
		"a latch that is not True is none": {
			with(ready, func(in *Input) {
				in.Previous = []metav1.Condition{{Type: "Provisioned", Status: "False", Reason: "Hand", LastTransitionTime: second(0)}}
			}), "True Provisioned 1 since 1", absent,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			result := Aggregate(c.in)
			show := func(conditionType string) string {
				found := apimeta.FindStatusCondition(result.Conditions, conditionType)
				if found == nil {
					return absent
				}
				return fmt.Sprintf("%s since %d", brief(*found), age(*found))
			}
			got := []string{show(fleetv1.ConditionProvisioned), show(fleetv1.ConditionUpdated)}
			if diff := cmp.Diff([]string{c.provisioned, c.updated}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			mustBeValid(t, result)
		})
	}
}
