package addon

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/events"
)

const (
	actionInstall   = "Install"
	actionUninstall = "Uninstall"
)

// transitions returns the events that follow from a change of the status.
func transitions(before, after *fleetv1.Addon) []events.Event {
	was, is := conditions.Get(before, fleetv1.ConditionReady), conditions.Get(after, fleetv1.ConditionReady)
	if is == nil || was != nil && was.Status == is.Status && was.Reason == is.Reason {
		return nil
	}
	switch {
	case is.Status == metav1.ConditionTrue:
		return []events.Event{deployed(after)}
	case is.Reason == fleetv1.ReasonReleaseAbandoned:
		return []events.Event{abandoned(is.Message)}
	case is.Reason == fleetv1.ReasonClusterDeleting:
		return nil
	case conditions.IsTrue(after, fleetv1.ConditionStalled):
		return []events.Event{troubled(is)}
	case inTrouble(before) && was.ObservedGeneration == is.ObservedGeneration:
		return nil // it goes from one trouble to the next, and may come back: that it is in trouble was told
	case slices.Contains(troubles, is.Reason):
		return []events.Event{troubled(is)}
	case is.Reason == fleetv1.ReasonInstalling, is.Reason == fleetv1.ReasonUpgrading:
		return []events.Event{started(after, is)}
	default:
		return nil
	}
}

// inTrouble tells whether an Addon was not ready for a reason that somebody should hear of, or has heard of.
func inTrouble(addon *fleetv1.Addon) bool {
	ready := conditions.Get(addon, fleetv1.ConditionReady)
	return ready != nil && ready.Status != metav1.ConditionTrue &&
		(slices.Contains(troubles, ready.Reason) || conditions.IsTrue(addon, fleetv1.ConditionStalled))
}

// troubles are the reasons that somebody should hear of, also where the add-on may get over it by itself.
var troubles = []string{
	fleetv1.ReasonRetrying, fleetv1.ReasonClusterUnreachable, fleetv1.ReasonSourceFailed, fleetv1.ReasonDegraded,
	fleetv1.ReasonPartiallyReady, fleetv1.ReasonValuesNotFound,
}

func deployed(addon *fleetv1.Addon) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: fleetv1.ReasonDeployed, Action: actionInstall,
		Note: fmt.Sprintf("Deployed version %s on Cluster %s", addon.Spec.Version, addon.Spec.ClusterName),
	}
}

func started(addon *fleetv1.Addon, ready *metav1.Condition) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: ready.Reason, Action: actionInstall,
		Note: fmt.Sprintf("Handed version %s for Cluster %s to Flux", addon.Spec.Version, addon.Spec.ClusterName),
	}
}

func troubled(ready *metav1.Condition) events.Event {
	return events.Event{Type: corev1.EventTypeWarning, Reason: ready.Reason, Action: actionInstall, Note: ready.Message}
}

func upgrading(addon *fleetv1.Addon, to string) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: fleetv1.ReasonUpgrading, Action: actionInstall,
		Note: fmt.Sprintf("Changed spec.version from %s to %s, as upgradePolicy %s wants it", addon.Spec.Version, to, addon.Spec.UpgradePolicy),
	}
}

func uninstalling(addon *fleetv1.Addon) events.Event {
	return events.Event{
		Type: corev1.EventTypeNormal, Reason: fleetv1.ReasonUninstalling, Action: actionUninstall,
		Note: fmt.Sprintf("Told Flux to uninstall release %s from Cluster %s", addon.InstanceName(), addon.Spec.ClusterName),
	}
}

func abandoned(message string) events.Event {
	return events.Event{Type: corev1.EventTypeWarning, Reason: fleetv1.ReasonReleaseAbandoned, Action: actionUninstall, Note: "Abandoned: " + message}
}
