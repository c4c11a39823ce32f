package catalog

import (
	"slices"

	"github.com/Masterminds/semver/v3"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Newest returns the newest stable version of a template, or the newest one if none is stable. Pre-releases count only if
// there is nothing else.
func Newest(template *fleetv1.AddonTemplate) string {
	rank := func(v fleetv1.AddonVersion, parsed *semver.Version) int {
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
	var newest string
	var best *semver.Version
	bestRank := -1
	for _, v := range template.Spec.Versions {
		parsed, err := semver.NewVersion(v.Version)
		if err != nil {
			continue
		}
		if r := rank(v, parsed); r > bestRank || r == bestRank && parsed.GreaterThan(best) {
			newest, best, bestRank = v.Version, parsed, r
		}
	}
	return newest
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
