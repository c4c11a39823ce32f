package iaas

import (
	"cmp"
	"maps"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/iaas/wire"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
)

// The words for where an add-on is on its way.
const (
	statusPending  = "pending-install"
	statusDeployed = "deployed"
	statusFailed   = "failed"
)

// messageUninstalling is the message of an add-on that is being removed.
const messageUninstalling = "uninstalling"

// words are what phases are called, in docs/rest/iaas.md as a table. A phase that is not among them is a failure.
var words = map[phase.Phase]string{
	phase.Pending:     statusPending,
	phase.Installing:  statusPending,
	phase.Running:     statusDeployed,
	phase.Partial:     statusDeployed,
	phase.Upgrading:   statusDeployed,
	phase.RollingBack: statusDeployed,
}

// causes are the conditions that tell why an add-on failed. Of a phase that is not among them Stalled does.
var causes = map[phase.Phase]string{
	phase.Degraded: fleetv1.ConditionReady,
	phase.Unknown:  fleetv1.ConditionReady,
}

// shownInstance is an add-on as answers show it. cluster is how the request names the cluster.
func shownInstance(addon *hub.Addon, cluster string) wire.Instance {
	object := addon.Object
	shown := wire.Instance{
		Name: addon.Instance, AddonType: object.Spec.TemplateName, Status: wordOf(addon), Version: object.Spec.Version,
		ClusterID: cluster, Message: messageOf(addon), CreatedAt: object.CreationTimestamp.UTC().Truncate(time.Second),
		UpdatedAt: updatedAt(object),
	}
	if shown.Status == statusDeployed {
		info := infoOf(addon)
		shown.Info = &info
	}
	return shown
}

// wordOf says where an add-on is on its way: while it is being removed, where it was before.
func wordOf(addon *hub.Addon) string {
	at := addon.Phase
	if at == phase.Deleting {
		at = addon.Undeleted
	}
	return cmp.Or(words[at], statusFailed)
}

// messageOf says why an add-on failed, or that it is being removed; nil otherwise.
func messageOf(addon *hub.Addon) *string {
	var message string
	switch {
	case addon.Phase == phase.Deleting:
		message = messageUninstalling
	case wordOf(addon) == statusFailed:
		message = causeOf(addon)
	default:
		return nil
	}
	return &message
}

// causeOf says why an add-on failed. It is never empty.
func causeOf(addon *hub.Addon) string {
	condition := apimeta.FindStatusCondition(addon.Object.Status.Conditions, cmp.Or(causes[addon.Phase], fleetv1.ConditionStalled))
	if condition == nil {
		return string(addon.Phase)
	}
	return cmp.Or(condition.Message, condition.Reason, string(addon.Phase))
}

// infoOf returns what an add-on tells about itself. What leads to a secret is not shown.
func infoOf(addon *hub.Addon) map[string]string {
	info := make(map[string]string, len(addon.Object.Status.Outputs))
	maps.Copy(info, addon.Object.Status.Outputs)
	if addon.Template == nil {
		return info
	}
	for _, name := range []string{addon.Object.Spec.Version, addon.Object.Status.CurrentVersion} {
		version := addon.Template.Version(name)
		if version == nil {
			continue
		}
		for _, output := range version.Outputs {
			if output.SecretKey != nil {
				delete(info, output.Name)
			}
		}
	}
	return info
}

// updatedAt is when a condition of an add-on last changed, and not before it was created.
func updatedAt(object *fleetv1.Addon) time.Time {
	newest := object.CreationTimestamp.Time
	for i := range object.Status.Conditions {
		if at := object.Status.Conditions[i].LastTransitionTime.Time; at.After(newest) {
			newest = at
		}
	}
	return newest.UTC().Truncate(time.Second)
}
