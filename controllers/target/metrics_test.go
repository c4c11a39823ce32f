package target_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestState(t *testing.T) {
	at := func(conditionType string, generation int64) metav1.Condition {
		return metav1.Condition{Type: conditionType, Status: metav1.ConditionTrue, ObservedGeneration: generation}
	}
	for name, tc := range map[string]struct {
		conditions []metav1.Condition
		deleting   bool
		want       string
	}{
		"nobody has looked at it yet":         {want: "Pending"},
		"it is ready at its generation":       {conditions: []metav1.Condition{at(fleetv1.ConditionReady, 2)}, want: "Ready"},
		"it was ready at an older generation": {conditions: []metav1.Condition{at(fleetv1.ConditionReady, 1)}, want: "Pending"},
		"it cannot go on": {
			conditions: []metav1.Condition{at(fleetv1.ConditionReady, 1), at(fleetv1.ConditionStalled, 2)}, want: "Stalled",
		},
		"it is being deleted, whatever else": {
			conditions: []metav1.Condition{at(fleetv1.ConditionStalled, 2)}, deleting: true, want: "Deleting",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := fixture.Cluster("ns", "sample")
			cluster.Generation, cluster.Status.Conditions = 2, tc.conditions
			if tc.deleting {
				now := metav1.NewTime(fixture.Epoch)
				cluster.DeletionTimestamp = &now
			}
			if got := target.State(cluster); got != tc.want {
				t.Errorf("State = %s, want %s", got, tc.want)
			}
		})
	}
}
