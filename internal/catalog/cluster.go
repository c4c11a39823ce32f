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
