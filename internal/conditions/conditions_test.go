package conditions_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func ready(status metav1.ConditionStatus, message string) metav1.Condition {
	return metav1.Condition{Type: fleetv1.ConditionReady, Status: status, Reason: "Because", Message: message}
}

func TestSet(t *testing.T) {
	cluster := fixture.Cluster("ns", "c")
	cluster.Generation = 3
	first, second := metav1.NewTime(fixture.Epoch), metav1.NewTime(fixture.Epoch.Add(time.Minute))

	if !conditions.Set(cluster, ready(metav1.ConditionTrue, "a"), first) {
		t.Error("a new condition is a change")
	}
	if conditions.Set(cluster, ready(metav1.ConditionTrue, "a"), second) {
		t.Error("the same condition is no change")
	}
	if !conditions.Set(cluster, ready(metav1.ConditionTrue, "b"), second) {
		t.Error("a new message is a change")
	}
	if got := conditions.Get(cluster, fleetv1.ConditionReady); !got.LastTransitionTime.Equal(&first) || got.ObservedGeneration != 3 {
		t.Errorf("a new message moved the transition time, or the generation is not the object's: %+v", got)
	}
	conditions.Set(cluster, ready(metav1.ConditionFalse, "b"), second)
	if got := conditions.Get(cluster, fleetv1.ConditionReady); !got.LastTransitionTime.Equal(&second) {
		t.Errorf("a new status did not move the transition time: %+v", got)
	}
}

func TestTransitions(t *testing.T) {
	with := func(status metav1.ConditionStatus) *fleetv1.Cluster {
		cluster := fixture.Cluster("ns", "c")
		if status != "" {
			conditions.Set(cluster, ready(status, ""), metav1.NewTime(fixture.Epoch))
		}
		return cluster
	}
	for name, tc := range map[string]struct {
		before, after metav1.ConditionStatus
		became, lost  bool
	}{
		"new and True is a beginning":   {after: metav1.ConditionTrue, became: true},
		"False to True is a beginning":  {before: metav1.ConditionFalse, after: metav1.ConditionTrue, became: true},
		"True to True is nothing":       {before: metav1.ConditionTrue, after: metav1.ConditionTrue},
		"True to False is an end":       {before: metav1.ConditionTrue, after: metav1.ConditionFalse, lost: true},
		"True to Unknown is an end":     {before: metav1.ConditionTrue, after: metav1.ConditionUnknown, lost: true},
		"True to nothing at all is one": {before: metav1.ConditionTrue, lost: true},
		"new and False is nothing":      {after: metav1.ConditionFalse},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := with(tc.before), with(tc.after)
			if got := conditions.Became(before, after, fleetv1.ConditionReady, metav1.ConditionTrue); got != tc.became {
				t.Errorf("Became = %t", got)
			}
			if got := conditions.Lost(before, after, fleetv1.ConditionReady); got != tc.lost {
				t.Errorf("Lost = %t", got)
			}
		})
	}
}

func TestIsTrueNow(t *testing.T) {
	cluster := fixture.Cluster("ns", "c")
	cluster.Generation = 1
	conditions.Set(cluster, ready(metav1.ConditionTrue, ""), metav1.NewTime(fixture.Epoch))
	if !conditions.IsTrueNow(cluster, fleetv1.ConditionReady) {
		t.Error("True at the present generation is True now")
	}
	cluster.Generation = 2
	if conditions.IsTrueNow(cluster, fleetv1.ConditionReady) || !conditions.IsTrue(cluster, fleetv1.ConditionReady) {
		t.Error("True at an earlier generation is True, and not now")
	}
	if !conditions.Remove(cluster, fleetv1.ConditionReady) || conditions.IsTrue(cluster, fleetv1.ConditionReady) {
		t.Error("a removed condition is not True")
	}
}
