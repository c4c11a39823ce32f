package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// replaced is the cluster with Calico on another network, and a rollout.
func replaced(pods string, subnet int32, roll *fleetv1.Rollout) func(*hub.Draft) {
	return func(d *hub.Draft) {
		network := fleetv1.ClusterNetwork{}
		if d.Cluster.Spec.Network != nil {
			network = *d.Cluster.Spec.Network
		}
		network.CNI, network.PodCIDR, network.PodSubnetPrefix = "calico", pods, &subnet
		d.Cluster.Spec.Network, d.Cluster.Spec.Rollout = &network, roll
	}
}

// connected gives the cluster networks.
func connected(network fleetv1.ClusterNetwork) func(*hub.Draft) {
	return func(d *hub.Draft) { d.Cluster.Spec.Network = network.DeepCopy() }
}

func TestUpdateCNI(t *testing.T) {
	onCluster := []string{"test-k8s"}
	flannel := connected(fleetv1.ClusterNetwork{CNI: "flannel", PodCIDR: "10.100.0.0/16", ServiceCIDR: "10.254.0.0/16"})
	run(t, verb.UpdateCNI, "CLUSTER_CNI_UPDATE", map[string]row{
		"the published example": {
			body: `{"cni":"calico","num_max_unavailable_nodes":1,"num_buffer_nodes":1,"pod_cidr":"10.200.0.0/16"}`,
			want: replaced("10.200.0.0/16", 24, rollout(1, 1)), touched: onCluster,
		},
		"without numbers": {body: `{"cni":"calico","pod_cidr":"10.200.0.0/16"}`, want: replaced("10.200.0.0/16", 24, rollout(1, 1)), touched: onCluster},
		"the largest prefix and the largest subnet": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/24","pod_subnet":28}`, want: replaced("10.200.0.0/24", 28, rollout(1, 1)), touched: onCluster,
		},
		"the smallest subnet, as a string": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/18","pod_subnet":"20"}`, want: replaced("10.200.0.0/18", 20, rollout(1, 1)), touched: onCluster,
		},
		"the most of all numbers: room in the group that has the least, all nodes": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/16","num_buffer_nodes":7,"num_max_unavailable_nodes":4}`,
			want: replaced("10.200.0.0/16", 24, rollout(7, 4)), touched: onCluster,
		},
		"the least of all numbers": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/16","num_buffer_nodes":0}`, want: replaced("10.200.0.0/16", 24, rollout(0, 1)), touched: onCluster,
		},
		"no buffer where a group has no room": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/16"}`, given: workers(scaled(1, 3)), want: replaced("10.200.0.0/16", 24, rollout(0, 1)), touched: onCluster,
		},
		"a cluster without nodes": {
			body:  `{"cni":"calico","pod_cidr":"10.200.0.0/16","num_buffer_nodes":10}`,
			given: func(d *hub.Draft) { d.Pools = nil }, want: replaced("10.200.0.0/16", 24, rollout(10, 1)), touched: onCluster,
		},
		"networks that a platform does not reserve": {
			body: `{"cni":"calico","pod_cidr":"198.18.0.0/19"}`, given: platform(), want: replaced("198.18.0.0/19", 24, rollout(1, 1)), touched: onCluster,
		},
		"strict: from flannel": {
			strict: true, body: `{"cni":"calico","pod_cidr":"10.200.0.0/16"}`, given: flannel, want: replaced("10.200.0.0/16", 24, rollout(1, 1)), touched: onCluster,
		},

		"nothing": {
			body: `{}`, refused: []string{
				"400 Invalid input for field/attribute cni. Value: 'None'. Value is required.",
				"400 Invalid input for field/attribute pod_cidr. Value: 'None'. Value is required.",
			},
		},
		"another plugin": {
			body:    `{"cni":"calico-ebpf","pod_cidr":"10.200.0.0/16"}`,
			refused: []string{"400 Invalid input for field/attribute cni. Value: 'calico-ebpf'. Value should be calico."},
		},
		"no network": {
			body:    `{"cni":"calico","pod_cidr":"10.200.0.0"}`,
			refused: []string{"400 Invalid input for field/attribute pod_cidr. Value: '10.200.0.0'. Value should be an IPv4 CIDR, for example 10.100.0.0/16."},
		},
		"a network that is too small": {
			body:    `{"cni":"calico","pod_cidr":"10.200.0.0/25","pod_subnet":28}`,
			refused: []string{"400 Invalid input for field/attribute pod_cidr. Value: '10.200.0.0/25'. The prefix should be at most /24."},
		},
		"a subnet that is too large": {
			body:    `{"cni":"calico","pod_cidr":"10.200.0.0/16","pod_subnet":19}`,
			refused: []string{"400 Invalid input for field/attribute pod_subnet. Value: '19'. Value should be between 20 and 28."},
		},
		"a subnet that is too small": {
			body:    `{"cni":"calico","pod_cidr":"10.200.0.0/16","pod_subnet":29}`,
			refused: []string{"400 Invalid input for field/attribute pod_subnet. Value: '29'. Value should be between 20 and 28."},
		},
		"subnets of which there are not four": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/23","pod_subnet":24}`,
			refused: []string{"400 Invalid input for field/attribute pod_subnet. Value: '24'. " +
				"A subnet of /24 does not go with 10.200.0.0/23. The value should be between 25 and 28."},
		},
		"numbers below what they may be": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/16","num_buffer_nodes":-1,"num_max_unavailable_nodes":0}`,
			refused: []string{
				"400 Invalid input for field/attribute num_buffer_nodes. Value: '-1'. Value should be at least 0.",
				"400 Invalid input for field/attribute num_max_unavailable_nodes. Value: '0'. Value should be at least 1.",
			},
		},
		"numbers above what they may be": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/16","num_buffer_nodes":8,"num_max_unavailable_nodes":5}`,
			clashes: []string{
				"400 Invalid input for field/attribute num_buffer_nodes. Value: '8'. Value should be between 0 and 7.",
				"400 Invalid input for field/attribute num_max_unavailable_nodes. Value: '5'. Value should be between 1 and 4.",
			},
		},
		"the link-local network": {
			body: `{"cni":"calico","pod_cidr":"169.254.0.0/24","pod_subnet":26}`, clashes: []string{
				"400 Invalid input for field/attribute pod_cidr. Value: '169.254.0.0/24'. It should not overlap 169.254.0.0/16, a network that the platform reserves."},
		},
		"a network of the provider's own": {
			body: `{"cni":"calico","pod_cidr":"198.16.0.0/12"}`, clashes: []string{
				"400 Invalid input for field/attribute pod_cidr. Value: '198.16.0.0/12'. It should not overlap 198.18.0.0/19, a network that the platform reserves."},
		},
		"a network that the platform reserves": {
			body: `{"cni":"calico","pod_cidr":"10.200.0.0/16"}`, given: platform(func(p *fleetv1.Platform) { p.Spec.ReservedCIDRs = []string{"10.200.7.0/24"} }),
			clashes: []string{"400 Invalid input for field/attribute pod_cidr. Value: '10.200.0.0/16'. It should not overlap 10.200.7.0/24, a network that the platform reserves."},
		},
		"the network of services, and the present one of pods": {
			body: `{"cni":"calico","pod_cidr":"10.0.0.0/8"}`, given: connected(fleetv1.ClusterNetwork{PodCIDR: "10.1.0.0/16", ServiceCIDR: "10.2.0.0/16"}),
			clashes: []string{
				"400 Invalid input for field/attribute pod_cidr. Value: '10.0.0.0/8'. It should not overlap 10.2.0.0/16, the network of services.",
				"400 Invalid input for field/attribute pod_cidr. Value: '10.0.0.0/8'. It should not overlap 10.1.0.0/16, the present network of pods.",
			},
		},
		"the networks of a cluster that names none": {
			body: `{"cni":"calico","pod_cidr":"10.0.0.0/8"}`, clashes: []string{
				"400 Invalid input for field/attribute pod_cidr. Value: '10.0.0.0/8'. It should not overlap 10.254.0.0/16, the network of services.",
				"400 Invalid input for field/attribute pod_cidr. Value: '10.0.0.0/8'. It should not overlap 10.100.0.0/16, the present network of pods.",
			},
		},
		"strict: from anything but flannel": {
			strict: true, body: `{"cni":"calico","pod_cidr":"10.200.0.0/16"}`,
			clashes: []string{"409 The CNI of cluster test-k8s is calico. Only flannel can be changed."},
		},
		"strict: fewer subnets than nodes": {
			strict: true, body: `{"cni":"calico","pod_cidr":"10.200.0.0/22"}`, given: flannel,
			clashes: []string{"400 Invalid input for field/attribute pod_subnet. The cluster would have 4 nodes, and its network of pods has subnets for 1."},
		},
	})
}
