package verb

import (
	"cmp"
	"net/netip"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	cniCalico  = "calico"
	cniFlannel = "flannel"

	// defaultPods and defaultServices are the networks of a cluster that names none.
	defaultPods     = "10.100.0.0/16"
	defaultServices = "10.254.0.0/16"

	fieldPods   = "pod_cidr"
	fieldSubnet = "pod_subnet"

	minSubnet, maxSubnet = 20, 28
	defaultSubnet        = 24
	// subnetMargin is by how much the prefix of a node's subnet is longer than that of the network of pods, at the least.
	subnetMargin = 2
	// strictSpare is how many subnets cannot be given to nodes under the strict rules.
	strictSpare = 3
)

// reservedByDefault are the networks that clusters must not use where no Platform says.
var reservedByDefault = []string{"169.254.0.0/16", "198.18.0.0/19"}

// UpdateCNI changes the network plugin, and with it the network of pods.
func UpdateCNI(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	cni := body.Text("cni", fields.Text{Required: true, OneOf: []string{cniCalico}})
	pods := body.CIDR(fieldPods, true)
	subnet := int32(defaultSubnet)
	if given := body.Integer(fieldSubnet, fields.Integer{Min: minSubnet, Max: maxSubnet}); given != nil {
		subnet = *given
	}
	if pods.IsValid() && int(subnet) < pods.Bits()+subnetMargin {
		body.Refuse(fieldSubnet, "A subnet of /%d does not go with %s. The value should be between %d and %d.", subnet, pods, max(minSubnet, pods.Bits()+subnetMargin), maxSubnet)
	}
	bounds := readBatch(body)
	return r.task(fleetv1.OperationClusterCNI, body, func(s *scene) error {
		if present := s.cni(); s.settings.Strict && present != cniFlannel {
			s.clash("The CNI of cluster %s is %s. Only %s can be changed.", s.Cluster.Name, present, cniFlannel)
		}
		s.free(pods)
		network := s.network()
		network.CNI, network.PodCIDR, network.PodSubnetPrefix = cni, pods.String(), &subnet
		s.Cluster.Spec.Rollout = s.rollout(bounds, s.roomEverywhere())
		if s.settings.Strict {
			s.fits(fieldSubnet)
		}
		s.TouchCluster()
		return nil
	})
}

// free checks that a network for pods overlaps no other one. The networks of the platform's subnets are not known here.
func (s *scene) free(pods netip.Prefix) {
	reserved := reservedByDefault
	if s.Platform != nil {
		reserved = s.Platform.Spec.ReservedCIDRs
	}
	for _, taken := range reserved {
		s.apart(pods, taken, "a network that the platform reserves")
	}
	present := fleetv1.ClusterNetwork{}
	if s.Cluster.Spec.Network != nil {
		present = *s.Cluster.Spec.Network
	}
	s.apart(pods, cmp.Or(present.ServiceCIDR, defaultServices), "the network of services")
	s.apart(pods, cmp.Or(present.PodCIDR, defaultPods), "the present network of pods")
}

// apart refuses a network that overlaps another one.
func (s *scene) apart(pods netip.Prefix, other, what string) {
	if taken, err := netip.ParsePrefix(other); err == nil && taken.Overlaps(pods) {
		s.refuse(fieldPods, "It should not overlap %s, %s.", other, what)
	}
}

// cni is the network plugin that the cluster has.
func (s *scene) cni() string {
	if s.Cluster.Spec.Network == nil {
		return cniCalico
	}
	return cmp.Or(s.Cluster.Spec.Network.CNI, cniCalico)
}

// fits checks, under the strict rules, that the network of pods has a subnet for each node of the draft.
func (s *scene) fits(field string) {
	network := s.Cluster.Spec.Network
	if network == nil {
		network = &fleetv1.ClusterNetwork{}
	}
	pods, err := netip.ParsePrefix(cmp.Or(network.PodCIDR, defaultPods))
	if err != nil {
		return
	}
	subnet := max(defaultSubnet, pods.Bits()+subnetMargin)
	if network.PodSubnetPrefix != nil {
		subnet = int(*network.PodSubnetPrefix)
	}
	if most, nodes := 1<<max(0, subnet-pods.Bits())-strictSpare, s.roomEverywhere().nodes; int(nodes) > most {
		s.refuse(field, "The cluster would have %d nodes, and its network of pods has subnets for %d.", nodes, most)
	}
}
