package kwokadapter

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	corev1 "k8s.io/api/core/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// networkOf says which network plugin the nodes of a Cluster run, and on which addresses, for example "calico 10.100.0.0/16 24".
// It is empty where nothing is wished.
func networkOf(cluster *fleetv1.Cluster) string {
	network := cluster.Spec.Network
	if network == nil || network.CNI == "" {
		return ""
	}
	pods, err := netip.ParsePrefix(network.PodCIDR)
	if err != nil {
		return network.CNI
	}
	return fmt.Sprintf("%s %s %d", network.CNI, network.PodCIDR, valueOr(network.PodSubnetPrefix, int32(max(24, pods.Bits()+2))))
}

// onNetwork tells whether a node runs that network.
func onNetwork(n *corev1.Node, network string) bool {
	return n.Annotations[annotationNetwork] == network
}

// behind returns the nodes that still have to change to a network. A machine that is off keeps what it has until it is started.
func behind(nodes []corev1.Node, network string) int {
	count := 0
	for i := range nodes {
		if n := &nodes[i]; n.DeletionTimestamp.IsZero() && !isOff(n) && !onNetwork(n, network) {
			count++
		}
	}
	return count
}

// turn tells whether it is a pool's turn to change to a network. The pools go one after the other in the order of their names, so
// that the bounds of the Cluster's rollout hold for all of them together. tenant are the nodes of all pools.
func turn(pool *fleetv1.NodePool, pools []fleetv1.NodePool, tenant []corev1.Node, network string) bool {
	for i := range pools {
		other := &pools[i]
		if other.DeletionTimestamp.IsZero() && cmp.Less(other.Pool(), pool.Pool()) && !through(other, tenant, network) {
			return false
		}
	}
	return true
}

// through tells whether a pool has changed to a network, and works.
func through(pool *fleetv1.NodePool, tenant []corev1.Node, network string) bool {
	own := nodesOf(tenant, pool)
	w := wishOf(pool, "")
	return behind(own, network) == 0 && len(own) >= w.replicas &&
		!slices.ContainsFunc(planned(own), func(n node) bool { return !n.leaving && !w.satisfied(n) })
}

// nodesOf returns those nodes of a tenant that belong to a pool.
func nodesOf(tenant []corev1.Node, pool *fleetv1.NodePool) []corev1.Node {
	var own []corev1.Node
	for i := range tenant {
		if tenant[i].Labels[fleetv1.LabelNodePool] == pool.Pool() {
			own = append(own, tenant[i])
		}
	}
	return own
}
