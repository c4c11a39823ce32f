package verb

import (
	"cmp"
	"net/netip"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	cniFlannel = "flannel"

	fieldPods   = "pod_cidr"
	fieldSubnet = "pod_subnet"
)

// UpdateCNI changes the network plugin, and with it the network of pods.
func UpdateCNI(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	cni := body.Text("cni", fields.Text{Required: true, OneOf: []string{bounds.DefaultCNI}})
	pods := body.CIDR(fieldPods, true)
	subnet := int32(bounds.DefaultSubnet)
	if given := body.Integer(fieldSubnet, fields.Integer{Min: bounds.MinSubnet, Max: bounds.MaxSubnet}); given != nil {
		subnet = *given
	}
	if least := bounds.LeastSubnet(pods); pods.IsValid() && int(subnet) < least {
		body.Refuse(fieldSubnet, "A subnet of /%d does not go with %s. The value should be between %d and %d.", subnet, pods, least, bounds.MaxSubnet)
	}
	size := readBatch(body)
	return r.task(fleetv1.OperationClusterCNI, body, func(s *scene) error {
		if present := s.cni(); s.settings.Strict && present != cniFlannel {
			s.clash("The CNI of cluster %s is %s. Only %s can be changed.", s.Cluster.Name, present, cniFlannel)
		}
		s.free(pods)
		network := s.network()
		network.CNI, network.PodCIDR, network.PodSubnetPrefix = cni, pods.String(), &subnet
		s.Cluster.Spec.Rollout = s.rollout(size, s.roomEverywhere())
		if s.settings.Strict {
			s.fits(fieldSubnet)
		}
		s.TouchCluster()
		return nil
	})
}

// free checks that a network for pods overlaps no other one. The networks of the platform's subnets are not known here.
func (s *scene) free(pods netip.Prefix) {
	for _, taken := range bounds.Reserved(s.Platform) {
		s.apart(pods, taken, "a network that the platform reserves")
	}
	present := fleetv1.ClusterNetwork{}
	if s.Cluster.Spec.Network != nil {
		present = *s.Cluster.Spec.Network
	}
	s.apart(pods, cmp.Or(present.ServiceCIDR, bounds.DefaultServices), "the network of services")
	s.apart(pods, cmp.Or(present.PodCIDR, bounds.DefaultPods), "the present network of pods")
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
		return bounds.DefaultCNI
	}
	return cmp.Or(s.Cluster.Spec.Network.CNI, bounds.DefaultCNI)
}

// fits checks, under the strict rules, that the network of pods has a subnet for each node of the draft.
func (s *scene) fits(field string) {
	network := s.Cluster.Spec.Network
	if network == nil {
		network = &fleetv1.ClusterNetwork{}
	}
	if most, nodes := bounds.Subnets(network), s.roomEverywhere().nodes; int(nodes) > most {
		s.refuse(field, "The cluster would have %d nodes, and its network of pods has subnets for %d.", nodes, most)
	}
}
