package phase

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// ClusterWhy returns what the word of a Cluster is explained by: what is stalled where it is one of failure, what is waited for where
// something is under way; empty if nobody has said anything about the present generation. What the Cluster says of itself comes
// before what its pools say, in their order.
func ClusterWhy(cluster *fleetv1.Cluster, pools []*fleetv1.NodePool) string {
	word := Cluster(cluster, pools)
	if said := why(word, cluster); said != "" {
		return said
	}
	for _, pool := range pools {
		if said := why(word, pool); said != "" {
			return said
		}
	}
	return ""
}

// NodePoolWhy returns the same for the word of a NodePool.
func NodePoolWhy(pool *fleetv1.NodePool) string { return why(NodePool(pool), pool) }

// ControlPlaneWhy returns the same for the word of a control plane.
func ControlPlaneWhy(cluster *fleetv1.Cluster) string { return why(ControlPlane(cluster), cluster) }

// why returns what one object says that explains a word.
func why(word Word, o subject) string {
	conditionType := ""
	switch {
	case word.Failed():
		conditionType = fleetv1.ConditionStalled
	case word.InProgress():
		conditionType = fleetv1.ConditionReconciling
	}
	c := find(o, conditionType)
	if c == nil || c.Status != metav1.ConditionTrue || c.ObservedGeneration != o.GetGeneration() {
		return ""
	}
	return c.Message
}
