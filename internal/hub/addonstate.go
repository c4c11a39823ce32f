package hub

import (
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/phase"
)

// aboutAddon returns all that is told of an add-on. The template may be nil.
func aboutAddon(object *fleetv1.Addon, cluster *Record, template *fleetv1.AddonTemplate) *Addon {
	addon := &Addon{
		ID: idOf(object), Instance: object.InstanceName(), Object: object, Cluster: cluster, Template: template,
		Phase: phase.Addon(object), Undeleted: phase.Undeleted(object), Previous: previous(object),
	}
	if template != nil {
		addon.Targets = catalog.Targets(template, object.Spec.Version, catalog.ClusterVersion(cluster.Cluster))
	}
	addon.Rollbackable = unrollable(addon) == ""
	return addon
}

// previous returns the version that a rollback takes an add-on to: while it is on its way to another version, the one that is
// deployed, and else the one before that.
func previous(object *fleetv1.Addon) string {
	if current := object.Status.CurrentVersion; current != "" && current != object.Spec.Version {
		return current
	}
	return object.Status.PreviousVersion
}

// unrollable says why an add-on cannot be rolled back, empty if it can.
func unrollable(addon *Addon) string {
	switch addon.Phase {
	case phase.Pending, phase.Installing, phase.InstallFailed:
		return "The add-on was never deployed"
	case phase.RollingBack:
		return "The add-on is being rolled back"
	case phase.Deleting, phase.DeleteFailed:
		return "The add-on is being deleted"
	}
	switch {
	case addon.Previous == "" || addon.Previous == addon.Object.Spec.Version:
		return "The add-on has no previous version"
	case addon.Template == nil || addon.Template.Version(addon.Previous) == nil:
		return "The catalogue has version " + addon.Previous + " no more"
	case lastDeployed(addon.Object, addon.Previous) == nil:
		return "The params of version " + addon.Previous + " are known no more"
	}
	return ""
}

// lastDeployed returns the newest entry about a version in the history, or nil.
func lastDeployed(object *fleetv1.Addon, version string) *fleetv1.AddonHistoryEntry {
	history := object.Status.History
	at := slices.IndexFunc(history, func(e fleetv1.AddonHistoryEntry) bool { return e.Version == version })
	if at < 0 {
		return nil
	}
	return &history[at]
}
