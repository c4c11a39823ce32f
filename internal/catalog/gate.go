package catalog

import (
	"fmt"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Gate tells whether a version of an add-on may be installed on a cluster that runs clusterVersion. A nil error allows it;
// the error's text says what the cluster would have to run.
func Gate(version *fleetv1.AddonVersion, clusterVersion string) error {
	if strings.TrimSpace(version.KubernetesVersions) == "" && len(version.ClusterVersions) == 0 {
		return nil
	}
	if clusterVersion == "" {
		return errNoVersion
	}
	if err := gateRange(version, clusterVersion); err != nil {
		return err
	}
	return gatePatterns(version, clusterVersion)
}

func gateRange(version *fleetv1.AddonVersion, clusterVersion string) error {
	if strings.TrimSpace(version.KubernetesVersions) == "" {
		return nil
	}
	running, err := parseClusterVersion(clusterVersion)
	if err != nil {
		return fmt.Errorf("the cluster's version cannot be compared: %w", err)
	}
	allowed, err := inRange(version.KubernetesVersions, running)
	if err != nil {
		return fmt.Errorf("kubernetesVersions of version %s cannot be read: %w", version.Version, err)
	}
	if !allowed {
		return fmt.Errorf("version %s needs Kubernetes %s; the cluster runs %s", version.Version, version.KubernetesVersions, clusterVersion)
	}
	return nil
}

func gatePatterns(version *fleetv1.AddonVersion, clusterVersion string) error {
	if len(version.ClusterVersions) == 0 {
		return nil
	}
	bare := strings.TrimPrefix(clusterVersion, "v")
	for _, text := range version.ClusterVersions {
		pattern, err := parsePattern(text)
		if err != nil {
			return fmt.Errorf("clusterVersions of version %s cannot be read: %w", version.Version, err)
		}
		if pattern.MatchString(bare) || pattern.MatchString("v"+bare) {
			return nil
		}
	}
	return fmt.Errorf("version %s needs a cluster version that matches %s; the cluster runs %s",
		version.Version, strings.Join(version.ClusterVersions, " or "), clusterVersion)
}
