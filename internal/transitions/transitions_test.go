package transitions_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/transitions"
)

func TestOf(t *testing.T) {
	type state struct {
		ready, stalled metav1.ConditionStatus
		reason         string
		deleting       bool
	}
	const yes, no = metav1.ConditionTrue, metav1.ConditionFalse
	at := func(s state) *fleetv1.Cluster {
		cluster := fixture.Cluster("ns", "sample")
		now := metav1.NewTime(fixture.Epoch)
		if s.deleting {
			cluster.DeletionTimestamp = &now
		}
		for conditionType, status := range map[string]metav1.ConditionStatus{fleetv1.ConditionReady: s.ready, fleetv1.ConditionStalled: s.stalled} {
			if status != "" {
				conditions.Set(cluster, metav1.Condition{Type: conditionType, Status: status, Reason: s.reason, Message: "why"}, now)
			}
		}
		return cluster
	}
	pending := func(reason string) state { return state{ready: no, stalled: no, reason: reason} }
	ready := state{ready: yes, stalled: no, reason: fleetv1.ReasonResourceReady}
	stalled := state{ready: no, stalled: yes, reason: fleetv1.ReasonDeadlineExceeded}
	for name, tc := range map[string]struct {
		states []state
		want   []string
	}{
		"that it became ready is told once": {states: []state{{}, pending("AdaptersPending"), ready, ready, ready}, want: []string{"Normal Ready"}},
		"reasons that take turns while it is not ready are nobody's business": {
			states: []state{pending("AdaptersPending"), pending("AdaptersUnavailable"), pending("AdaptersPending"), pending("AwaitingAdapters")},
		},
		"that it stopped being ready is told, with a warning where an adapter says so": {
			states: []state{ready, pending(fleetv1.ReasonAdaptersUnavailable), ready, pending("AdaptersPending")},
			want:   []string{"Warning NotReady", "Normal Ready", "Normal NotReady"},
		},
		"that it is stalled is told once, however the reason changes": {
			states: []state{pending("AdaptersPending"), stalled, {ready: no, stalled: yes, reason: "Other"}, stalled}, want: []string{"Warning DeadlineExceeded"},
		},
		"while it is being deleted nobody asks whether it is ready": {
			states: []state{ready, {ready: no, stalled: no, reason: "x", deleting: true}, {ready: yes, stalled: no, reason: "x", deleting: true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			for i := 1; i < len(tc.states); i++ {
				for _, event := range transitions.Of(at(tc.states[i-1]), at(tc.states[i])) {
					told = append(told, event.Type+" "+event.Reason)
				}
			}
			if diff := cmp.Diff(tc.want, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}
