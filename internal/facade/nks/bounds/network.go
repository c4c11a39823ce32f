package bounds

import (
	"cmp"
	"net/netip"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// What a cluster has that names nothing else.
const (
	DefaultPods     = "10.100.0.0/16"
	DefaultServices = "10.254.0.0/16"
	DefaultCNI      = "calico"
)

// How long the prefix of a node's subnet may be, and is by default.
const (
	MinSubnet     = 20
	MaxSubnet     = 28
	DefaultSubnet = 24
)

const (
	// subnetMargin is by how much the prefix of a node's subnet is longer than that of the network of pods, at the least.
	subnetMargin = 2
	// spareSubnets cannot be given to nodes.
	spareSubnets = 3
)

// LeastSubnet is how long the prefix of a node's subnet must be in a network of pods.
func LeastSubnet(pods netip.Prefix) int { return max(MinSubnet, pods.Bits()+subnetMargin) }

// Pods is the network of pods of a cluster. What cannot be read is the zero prefix.
func Pods(network *fleetv1.ClusterNetwork) netip.Prefix {
	pods, err := netip.ParsePrefix(cmp.Or(network.PodCIDR, DefaultPods))
	if err != nil {
		return netip.Prefix{}
	}
	return pods
}

// Subnet is the prefix length of a node's part of the network of pods.
func Subnet(network *fleetv1.ClusterNetwork) int {
	if network.PodSubnetPrefix != nil {
		return int(*network.PodSubnetPrefix)
	}
	return max(DefaultSubnet, LeastSubnet(Pods(network)))
}

// Subnets is how many nodes the network of pods has subnets for, by the strict rules.
func Subnets(network *fleetv1.ClusterNetwork) int {
	return 1<<max(0, Subnet(network)-Pods(network).Bits()) - spareSubnets
}
