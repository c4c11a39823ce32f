package cce

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/Masterminds/semver/v3"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/facade/cce/wire"
)

// clusterType is the only type of clusters that clients are told of.
const clusterType = "VirtualMachine"

// templateOf is a template with some of its versions as answers show it. offered are the Kubernetes versions of clusters.
func templateOf(template *fleetv1.AddonTemplate, versions []*fleetv1.AddonVersion, offered []string) wire.AddonTemplate {
	at := shownTime(template.CreationTimestamp)
	shown := wire.AddonTemplate{
		Kind: kindAddon, APIVersion: apiVersion,
		Metadata: wire.Metadata{
			UID: cmp.Or(template.Labels[fleetv1.LabelID], string(template.UID)), Name: template.Name, Alias: template.Spec.DisplayName,
			CreationTimestamp: at, UpdateTimestamp: at,
		},
		Spec: wire.AddonTemplateSpec{
			Type: cmp.Or(template.Spec.Type, typeHelm), Require: template.Labels[fleetv1.LabelRequired] == "true",
			Labels: listOf(template.Spec.Labels), LogoURL: logoOf(template), ReadmeURL: template.Spec.ReadmeURL,
			Description: template.Spec.Description,
		},
	}
	for _, version := range versions {
		one := versionOf(template, version.Version)
		shown.Spec.Versions = append(shown.Spec.Versions, wire.TemplateVersion{
			Version: one.Version, Input: one.Input, Stable: one.Stable, Translate: one.Translate,
			SupportVersions:   []wire.SupportVersions{{ClusterType: clusterType, ClusterVersion: supported(version, offered)}},
			CreationTimestamp: one.CreationTimestamp, UpdateTimestamp: one.UpdateTimestamp,
		})
	}
	return shown
}

// supported are the regular expressions of cluster versions that a version is for: its own, else one for each minor of the offered
// versions that it allows, ascending.
func supported(version *fleetv1.AddonVersion, offered []string) []string {
	if len(version.ClusterVersions) > 0 {
		return version.ClusterVersions
	}
	var minors []*semver.Version
	for _, text := range offered {
		parsed, err := semver.NewVersion(text)
		if err != nil || catalog.Gate(version, text) != nil {
			continue
		}
		minors = append(minors, semver.New(parsed.Major(), parsed.Minor(), 0, "", ""))
	}
	slices.SortFunc(minors, (*semver.Version).Compare)
	minors = slices.CompactFunc(minors, (*semver.Version).Equal)
	expressions := make([]string, 0, len(minors))
	for _, minor := range minors {
		expressions = append(expressions, fmt.Sprintf(`v%d\.%d\..*`, minor.Major(), minor.Minor()))
	}
	return expressions
}
