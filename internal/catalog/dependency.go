package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/semver/v3"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Deployed is an add-on of a cluster as a dependency of others sees it.
type Deployed struct {
	// Template is the AddonTemplate that it was made from.
	Template string
	// Version is the version that is deployed, empty before the first deployment.
	Version string
	// Ready tells that it is deployed as wished.
	Ready bool
}

// Missing returns, in words, the dependencies of a version that the add-ons of the cluster do not meet, in the order of
// their names.
func Missing(version *fleetv1.AddonVersion, present []Deployed) []string {
	var missing []string
	for _, dependency := range version.DependsOn {
		if reason := unmet(dependency, present); reason != "" {
			missing = append(missing, reason)
		}
	}
	slices.Sort(missing)
	return missing
}

// unmet returns why a dependency is not met, or nothing. One add-on that meets it is enough.
func unmet(dependency fleetv1.AddonDependency, present []Deployed) string {
	wanted := dependency.TemplateName
	if dependency.Versions != "" {
		wanted += " " + dependency.Versions
	}
	reason := wanted + " is not installed on the cluster"
	for _, addon := range present {
		if addon.Template != dependency.TemplateName {
			continue
		}
		switch fits, err := satisfies(dependency.Versions, addon.Version); {
		case err != nil:
			return fmt.Sprintf("%s cannot be compared: %v", wanted, err)
		case addon.Version == "" || fits && !addon.Ready:
			reason = wanted + " is not ready"
		case fits:
			return ""
		default:
			reason = fmt.Sprintf("%s is at version %s", wanted, addon.Version)
		}
	}
	return reason
}

func satisfies(versions, deployed string) (bool, error) {
	if strings.TrimSpace(versions) == "" {
		return true, nil
	}
	if deployed == "" {
		return false, nil
	}
	parsed, err := semver.NewVersion(deployed)
	if err != nil {
		return false, fmt.Errorf("%q is not a version: %w", deployed, err)
	}
	return inRange(versions, parsed)
}
