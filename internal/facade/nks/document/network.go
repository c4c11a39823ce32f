package document

import (
	"net/netip"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/limits"
)

const (
	// bridge is the network that nodes use themselves up to the version lastBridged.
	bridge      = "172.17.0.0/16"
	lastBridged = "v1.23.3"
)

// readCluster reads the labels that are about the cluster itself.
func (r Rules) readCluster(labels *fields.Object, spec *fleetv1.ClusterSpec) {
	if sure := labels.Bool(labelCertificates, true); sure != nil && !*sure {
		labels.Refuse(labelCertificates, "Value should be True.")
	}
	if public := labels.Bool(labelPublic, true); public != nil {
		spec.APIEndpoint.Public = *public
	}
	network := spec.Network
	network.ExternalNetworkID = labels.Text(labelExternalNetwork, text(false))
	network.ExternalSubnetIDs = ids(labels, labelExternalSubnets)
	together(labels, labelExternalNetwork, labelExternalSubnets)
	network.CNI = labels.Text(labelCNI, fields.Text{OneOf: []string{bounds.DefaultCNI, cniCalicoEBPF}})
	if strict := labels.Bool(labelStrict, false); strict != nil {
		network.StrictSecurityRules = *strict
	}
	r.readNetworks(labels, spec)
	gateways := fleetv1.ServiceGateways{Registry: labels.Text(labelRegistry, text(false)), ObjectStorage: labels.Text(labelStorage, text(false))}
	if gateways != (fleetv1.ServiceGateways{}) {
		spec.ServiceGateways = &gateways
	}
}

// ids reads a list of ids in one text.
func ids(labels *fields.Object, name string) []string {
	list := labels.List(name, fields.List{Separator: colon})
	for _, id := range list {
		if len(id) > bounds.MaxName {
			labels.Refuse(name, "An id should have at most %d bytes.", bounds.MaxName)
			return nil
		}
	}
	if len(list) > maxItems {
		labels.Refuse(name, "The list should have at most %d items.", maxItems)
	}
	return list
}

// maxItems is how many items a list may have.
const maxItems = 32

// together refuses one of two labels that need each other.
func together(labels *fields.Object, one, other string) {
	has, hasOther := labels.Has(one) && labels.Value(one) != "", labels.Has(other) && labels.Value(other) != ""
	switch {
	case has && !hasOther:
		labels.Refuse(one, "It goes with %s only. Give both or neither.", labels.Path(other))
	case hasOther && !has:
		labels.Refuse(other, "It goes with %s only. Give both or neither.", labels.Path(one))
	}
}

// readNetworks reads the networks of pods and Services.
func (r Rules) readNetworks(labels *fields.Object, spec *fleetv1.ClusterSpec) {
	services, pods := labels.CIDR(labelServices, false), labels.CIDR(labelPods, false)
	if services.IsValid() {
		spec.Network.ServiceCIDR = services.String()
	} else {
		services = netip.MustParsePrefix(bounds.DefaultServices)
	}
	if pods.IsValid() {
		spec.Network.PodCIDR = pods.String()
	} else {
		pods = netip.MustParsePrefix(bounds.DefaultPods)
	}
	taken := bounds.Reserved(r.Platform)
	if bridged(spec.KubernetesVersion) {
		taken = append(taken[:len(taken):len(taken)], bridge)
	}
	for _, other := range taken {
		apart(labels, labelServices, services, other, "which is not for clusters")
		apart(labels, labelPods, pods, other, "which is not for clusters")
	}
	if labels.Has(labelPods) {
		apart(labels, labelPods, pods, services.String(), "the network of services")
	} else {
		apart(labels, labelServices, services, pods.String(), "the network of pods")
	}
	spec.Network.PodSubnetPrefix = labels.Integer(labelPodSubnet, fields.Integer{Min: bounds.MinSubnet, Max: bounds.MaxSubnet})
	if given, least := spec.Network.PodSubnetPrefix, bounds.LeastSubnet(pods); given != nil && int(*given) < least {
		labels.Refuse(labelPodSubnet, "Value should be between %d and %d, for the network of pods is %s.", least, bounds.MaxSubnet, pods)
	}
}

// apart refuses a network that overlaps another one.
func apart(labels *fields.Object, name string, network netip.Prefix, other, what string) {
	if taken, err := netip.ParsePrefix(other); err == nil && taken.Overlaps(network) {
		labels.Refuse(name, "The network %s overlaps %s, %s.", network, other, what)
	}
}

// bridged tells whether nodes of a version use the bridge network themselves.
func bridged(wished string) bool { return wished != "" && !limits.Lower(lastBridged, wished) }

// fits checks, under the strict rules, that the network of pods has a subnet for each node of a cluster.
func (r Rules) fits(body *fields.Object, network *fleetv1.ClusterNetwork, nodes int32) {
	if most := bounds.Subnets(network); r.Strict && int(nodes) > most {
		body.Refuse(memberNodes, "The cluster would have %d nodes, and its network of pods has subnets for %d.", nodes, most)
	}
}
