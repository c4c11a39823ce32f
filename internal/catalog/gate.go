package catalog

import (
	"errors"
	"fmt"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// ErrNoVersion is returned where a cluster has not said yet which version it runs.
var ErrNoVersion = errors.New("the cluster has not reported its version yet")

// GateError says that a version of an add-on is not for a cluster.
type GateError struct {
	// Version is the version of the add-on.
	Version string
	// Running is the Kubernetes version that the cluster runs, as it reports it.
	Running string
	// Range is the range of Kubernetes versions that the cluster is not in; empty if it is in it.
	Range string
	// Patterns are the regular expressions none of which matches the cluster's version; empty if Range is given.
	Patterns []string
}

// Needs says what the cluster would have to run, in a few words, for example ">=1.25.0".
func (e *GateError) Needs() string {
	if e.Range != "" {
		return e.Range
	}
	return "a version that matches " + strings.Join(e.Patterns, " or ")
}

// Error says what the cluster would have to run and what it runs.
func (e *GateError) Error() string {
	if e.Range != "" {
		return fmt.Sprintf("version %s needs Kubernetes %s; the cluster runs %s", e.Version, e.Range, e.Running)
	}
	return fmt.Sprintf("version %s needs a cluster version that matches %s; the cluster runs %s",
		e.Version, strings.Join(e.Patterns, " or "), e.Running)
}

// Gate tells whether a version of an add-on may be installed on a cluster that runs clusterVersion. A nil error allows it. Errors:
// a GateError, whose text says what the cluster would have to run; ErrNoVersion, where that depends on a version that is not known
// yet; others, if the cluster's version or the template cannot be read.
func Gate(version *fleetv1.AddonVersion, clusterVersion string) error {
	if strings.TrimSpace(version.KubernetesVersions) == "" && len(version.ClusterVersions) == 0 {
		return nil
	}
	if clusterVersion == "" {
		return ErrNoVersion
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
		return &GateError{Version: version.Version, Running: clusterVersion, Range: version.KubernetesVersions}
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
	return &GateError{Version: version.Version, Running: clusterVersion, Patterns: version.ClusterVersions}
}
