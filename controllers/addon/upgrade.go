package addon

import (
	"context"
	"fmt"
	"slices"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/params"
)

// upgradeOwner owns spec.version where an upgradePolicy set it.
const upgradeOwner = "slipway-upgrade-policy"

// upgrade takes a newer version, where the upgradePolicy wants it and the add-on is ready. It changes the spec as a person would:
// everything else follows from that.
func (r *Reconciler) upgrade(ctx context.Context, s *scope) error {
	if s.template == nil || !conditions.IsTrueNow(s.addon, fleetv1.ConditionReady) {
		return nil
	}
	to := s.upgradeTo()
	if to == "" {
		return nil
	}
	upgraded := s.addon.DeepCopy()
	upgraded.Spec.Version = to
	patch := client.MergeFromWithOptions(s.addon, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, upgraded, patch, client.FieldOwner(upgradeOwner)); err != nil {
		return fmt.Errorf("taking version %s for Addon %s: %w", to, client.ObjectKeyFromObject(s.addon), err)
	}
	ctrl.LoggerFrom(ctx).Info("Took a newer version", "version", to, "policy", s.addon.Spec.UpgradePolicy)
	return r.publish(ctx, upgraded, upgrading(s.addon, to))
}

// upgradeTo returns the newest version that the policy allows, that takes the params as they are, and that this add-on has not
// left already: because it failed, or because somebody went back from it.
func (s *scope) upgradeTo() string {
	for _, candidate := range catalog.Upgrades(s.addon.Spec.UpgradePolicy, s.template, s.addon.Spec.Version, clusterVersion(s.cluster)) {
		if s.left(candidate) {
			continue
		}
		version := s.template.Version(candidate)
		effective, faults := params.Resolve(version, s.addon.Spec.Params, "spec.params", s.layers...)
		if len(faults) == 0 {
			_, faults = effective.Values(version)
		}
		if len(faults) == 0 {
			return candidate
		}
	}
	return ""
}

func (s *scope) left(version string) bool {
	return slices.Contains(s.addon.Status.FailedVersions, version) ||
		slices.ContainsFunc(s.addon.Status.History, func(e fleetv1.AddonHistoryEntry) bool { return e.Version == version })
}
