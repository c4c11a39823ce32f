package bounds

import (
	"cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// MaxName is how many bytes ids and names of the platform's may have.
const MaxName = 253

// defaultNodes is how many nodes a node group may have where no Platform says.
const defaultNodes = 10

// reserved are the networks that clusters must not use where no Platform says.
var reserved = []string{"169.254.0.0/16", "198.18.0.0/19"}

// Nodes is how many nodes a node group may have. The Platform may be nil.
func Nodes(platform *fleetv1.Platform) int32 {
	if platform == nil {
		return defaultNodes
	}
	return cmp.Or(platform.Spec.MaxNodesPerPool, defaultNodes)
}

// Reserved are the networks that clusters must not use. The Platform may be nil.
func Reserved(platform *fleetv1.Platform) []string {
	if platform == nil {
		return reserved
	}
	return platform.Spec.ReservedCIDRs
}

// Versions are the Kubernetes versions that can be asked for: the Platform's, or, where it lists none, the others. None stand for any.
func Versions(platform *fleetv1.Platform, others []fleetv1.KubernetesVersion) []string {
	if platform != nil && len(platform.Spec.KubernetesVersions) > 0 {
		others = platform.Spec.KubernetesVersions
	}
	names := make([]string, 0, len(others))
	for _, version := range others {
		names = append(names, version.Version)
	}
	return names
}
