package catalog

import (
	"slices"

	"github.com/Masterminds/semver/v3"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Newest returns the newest stable version of a template, or the newest one if none is stable. Pre-releases count only if
// there is nothing else.
func Newest(template *fleetv1.AddonTemplate) string {
	return newest(template, func(*fleetv1.AddonVersion) bool { return true })
}

// NewestAllowed returns the newest stable version that a cluster which runs clusterVersion allows, empty if there is none. A
// cluster whose version is not known yet allows all: the add-on waits for it. Pre-releases count only if there is nothing else.
func NewestAllowed(template *fleetv1.AddonTemplate, clusterVersion string) string {
	return newest(template, func(v *fleetv1.AddonVersion) bool {
		return v.Stable && (clusterVersion == "" || Gate(v, clusterVersion) == nil)
	})
}

func newest(template *fleetv1.AddonTemplate, counts func(*fleetv1.AddonVersion) bool) string {
	rank := func(v *fleetv1.AddonVersion, parsed *semver.Version) int {
		switch {
		case v.Stable && parsed.Prerelease() == "":
			return 3
		case v.Stable:
			return 2
		case parsed.Prerelease() == "":
			return 1
		default:
			return 0
		}
	}
	var name string
	var best *semver.Version
	bestRank := -1
	for i := range template.Spec.Versions {
		v := &template.Spec.Versions[i]
		parsed, err := semver.NewVersion(v.Version)
		if err != nil || !counts(v) {
			continue
		}
		if r := rank(v, parsed); r > bestRank || r == bestRank && parsed.GreaterThan(best) {
			name, best, bestRank = v.Version, parsed, r
		}
	}
	return name
}

// Upgrades returns the versions, newest first, that an upgrade policy takes by itself for an add-on at version from on a cluster
// that runs clusterVersion: stable ones that the cluster allows, of the present minor for Patch and of the present major for
// Minor. Pre-releases are never taken by themselves. It is empty for Manual.
func Upgrades(policy fleetv1.UpgradePolicy, template *fleetv1.AddonTemplate, from, clusterVersion string) []string {
	present, err := semver.NewVersion(from)
	if err != nil || policy != fleetv1.UpgradePatch && policy != fleetv1.UpgradeMinor {
		return nil
	}
	var taken []string
	for _, target := range Targets(template, from, clusterVersion) {
		parsed, err := semver.NewVersion(target)
		if err != nil || parsed.Prerelease() != "" || parsed.Major() != present.Major() || !template.Version(target).Stable {
			continue
		}
		if policy == fleetv1.UpgradeMinor || parsed.Minor() == present.Minor() {
			taken = append(taken, target)
		}
	}
	slices.Reverse(taken)
	return taken
}

// UpgradeTo returns the newest of Upgrades, empty if there is none.
func UpgradeTo(policy fleetv1.UpgradePolicy, template *fleetv1.AddonTemplate, from, clusterVersion string) string {
	if taken := Upgrades(policy, template, from, clusterVersion); len(taken) > 0 {
		return taken[0]
	}
	return ""
}

// Targets returns the versions, in ascending order, that an add-on at version from can be upgraded to on a cluster that
// runs clusterVersion.
func Targets(template *fleetv1.AddonTemplate, from, clusterVersion string) []string {
	present, err := semver.NewVersion(from)
	if err != nil {
		return nil
	}
	var newer []*semver.Version
	for i := range template.Spec.Versions {
		version := &template.Spec.Versions[i]
		parsed, err := semver.NewVersion(version.Version)
		if err != nil || !parsed.GreaterThan(present) || Gate(version, clusterVersion) != nil {
			continue
		}
		newer = append(newer, parsed)
	}
	slices.SortFunc(newer, func(a, b *semver.Version) int { return a.Compare(b) })
	var targets []string
	for _, v := range newer {
		targets = append(targets, v.Original())
	}
	return targets
}

// Names returns the versions of a template as it lists them.
func Names(template *fleetv1.AddonTemplate) []string {
	names := make([]string, 0, len(template.Spec.Versions))
	for _, v := range template.Spec.Versions {
		names = append(names, v.Version)
	}
	return names
}
