package addon

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestTransitions(t *testing.T) {
	type state struct {
		reason     string
		generation int64
		stalled    bool
	}
	at := func(s state) *fleetv1.Addon {
		addon := fixture.Addon("ns", "sample", "cluster", "template")
		addon.Generation = max(s.generation, 1)
		if s.reason == "" {
			return addon
		}
		now := metav1.NewTime(fixture.Epoch)
		ready, stalled := metav1.ConditionFalse, metav1.ConditionFalse
		if s.reason == fleetv1.ReasonDeployed {
			ready = metav1.ConditionTrue
		}
		if s.stalled {
			stalled = metav1.ConditionTrue
		}
		conditions.Set(addon, metav1.Condition{Type: fleetv1.ConditionReady, Status: ready, Reason: s.reason, Message: "why"}, now)
		conditions.Set(addon, metav1.Condition{Type: fleetv1.ConditionStalled, Status: stalled, Reason: s.reason}, now)
		return addon
	}
	installing, deployed := state{reason: fleetv1.ReasonInstalling}, state{reason: fleetv1.ReasonDeployed}
	retrying, unreachable := state{reason: fleetv1.ReasonRetrying}, state{reason: fleetv1.ReasonClusterUnreachable}
	failed := state{reason: "InstallFailed", stalled: true}
	again := state{reason: fleetv1.ReasonUpgrading, generation: 2}
	for name, tc := range map[string]struct {
		states []state
		want   []string
	}{
		"an installation is told at its beginning and at its end": {
			states: []state{{}, installing, deployed}, want: []string{"Installing", "Deployed"},
		},
		"a steady state is told no more": {states: []state{{}, deployed, deployed, deployed}, want: []string{"Deployed"}},
		"each attempt that failed is told, and that the next one begins is not": {
			states: []state{{}, installing, retrying, installing, retrying, installing, retrying}, want: []string{"Installing", "Retrying", "Retrying", "Retrying"},
		},
		"reasons that take turns are one trouble": {
			states: []state{deployed, unreachable, retrying, unreachable, retrying, unreachable}, want: []string{"ClusterUnreachable"},
		},
		"that it is given up is told, whatever came before": {
			states: []state{deployed, unreachable, retrying, failed, failed}, want: []string{"ClusterUnreachable", "InstallFailed"},
		},
		"that trouble is over is told, and so is the next": {
			states: []state{unreachable, deployed, unreachable}, want: []string{"Deployed", "ClusterUnreachable"},
		},
		"a change after a failure is a beginning":                 {states: []state{failed, again}, want: []string{"Upgrading"}},
		"a failure that is tried again by itself is no beginning": {states: []state{failed, installing, retrying}, want: []string{"Retrying"}},
	} {
		t.Run(name, func(t *testing.T) {
			var told []string
			for i := 1; i < len(tc.states); i++ {
				for _, event := range transitions(at(tc.states[i-1]), at(tc.states[i])) {
					told = append(told, event.Reason)
				}
			}
			if diff := cmp.Diff(tc.want, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
		})
	}
}
