package census_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestStateOf(t *testing.T) {
	minute := func(n int) metav1.Time { return metav1.NewTime(fixture.Epoch.Add(time.Duration(n) * time.Minute)) }
	is := func(conditionType string, status metav1.ConditionStatus, generation int64, since int) metav1.Condition {
		return metav1.Condition{Type: conditionType, Status: status, ObservedGeneration: generation, LastTransitionTime: minute(since)}
	}
	const yes, no = metav1.ConditionTrue, metav1.ConditionFalse
	const born, deleted = 1, 9
	for name, tc := range map[string]struct {
		conditions          []metav1.Condition
		deleting, suspended bool
		want                string
		since               int // minutes; 0 if it is not known
	}{
		"nobody has looked at it yet": {want: census.Pending, since: born},
		"it is ready at its generation": {
			conditions: []metav1.Condition{is(fleetv1.ConditionReady, yes, 2, 5)}, want: census.Ready, since: 5,
		},
		"it was ready at an older generation, and it is not known since when it is not": {
			conditions: []metav1.Condition{is(fleetv1.ConditionReady, yes, 1, 5)}, want: census.Pending,
		},
		"it was stalled at an older generation, and it is not known since when it is not": {
			conditions: []metav1.Condition{is(fleetv1.ConditionReady, no, 1, 5), is(fleetv1.ConditionStalled, yes, 1, 6)}, want: census.Pending,
		},
		"it is being worked on": {
			conditions: []metav1.Condition{is(fleetv1.ConditionReady, no, 2, 5), is(fleetv1.ConditionReconciling, yes, 2, 6)},
			want:       census.Pending, since: 6,
		},
		"it lost its health": {
			conditions: []metav1.Condition{is(fleetv1.ConditionReady, no, 2, 5), is(fleetv1.ConditionReconciling, no, 2, 3)},
			want:       census.Pending, since: 5,
		},
		"it cannot go on": {
			conditions: []metav1.Condition{is(fleetv1.ConditionReady, yes, 1, 5), is(fleetv1.ConditionStalled, yes, 2, 6)},
			want:       census.Stalled, since: 6,
		},
		"it is suspended, and not ready": {suspended: true, want: census.Suspended},
		"it is being deleted, whatever else": {
			conditions: []metav1.Condition{is(fleetv1.ConditionStalled, yes, 2, 6)}, deleting: true, suspended: true, want: census.Deleting, since: deleted,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cluster := fixture.Cluster("ns", "sample")
			cluster.CreationTimestamp, cluster.Generation, cluster.Status.Conditions = minute(born), 2, tc.conditions
			if tc.deleting {
				now := minute(deleted)
				cluster.DeletionTimestamp = &now
			}
			var want time.Time
			if tc.since > 0 {
				want = minute(tc.since).Time
			}
			if got, since := census.StateOf(cluster, tc.suspended); got != tc.want || !since.Equal(want) {
				t.Errorf("StateOf = %s since %v, want %s since %v", got, since, tc.want, want)
			}
		})
	}
}
