package catalog

import fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"

// ClusterVersion returns the Kubernetes version that versions of add-ons are held against: the one that the cluster runs, else
// the one that is wished for. Empty if nobody said.
func ClusterVersion(cluster *fleetv1.Cluster) string {
	if cluster.Status.KubernetesVersion != "" {
		return cluster.Status.KubernetesVersion
	}
	return cluster.Spec.KubernetesVersion
}

// NewestFor returns the newest stable version of a template that may go on a cluster that runs clusterVersion, empty if there is
// none.
func NewestFor(template *fleetv1.AddonTemplate, clusterVersion string) string {
	var allowed fleetv1.AddonTemplate
	for i := range template.Spec.Versions {
		if version := &template.Spec.Versions[i]; version.Stable && Gate(version, clusterVersion) == nil {
			allowed.Spec.Versions = append(allowed.Spec.Versions, *version)
		}
	}
	return Newest(&allowed)
}
