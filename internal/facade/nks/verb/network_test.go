package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
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

func TestControlAccess(t *testing.T) {
	onCluster := []string{"test-k8s"}
	access := func(policy string, targets ...fleetv1.AccessTarget) func(*hub.Draft) {
		return func(d *hub.Draft) {
			d.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{AccessControl: &fleetv1.AccessControl{Policy: policy, Targets: targets}}
		}
	}
	public := func(d *hub.Draft) { d.Cluster.Spec.APIEndpoint.Public = true }
	run(t, verb.ControlAccess, "CLUSTER_API_EP_IPACL_UPDATE", map[string]row{
		"the published example": {
			body: `{"enable":"True","action":"ALLOW","ipacl_targets":[{"cidr_address":"192.168.0.5"},{"cidr_address":"10.10.22.3/24","description":"Your Friends"}]}`,
			want: access("Allow", fleetv1.AccessTarget{CIDR: "192.168.0.5"}, fleetv1.AccessTarget{CIDR: "10.10.22.3/24", Description: "Your Friends"}), touched: onCluster,
		},
		"the other action, another version of IP, and the other way to spell": {
			body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"2001:db8::1/64","descripion":"Foes"}]}`,
			want: access("Deny", fleetv1.AccessTarget{CIDR: "2001:db8::1/64", Description: "Foes"}), touched: onCluster,
		},
		"off: whatever stands beside it is dropped": {
			body: `{"enable":"false","action":"perhaps","ipacl_targets":7}`, given: both(access("Deny", fleetv1.AccessTarget{CIDR: "10.0.0.1"}), public),
			want: func(d *hub.Draft) { d.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{Public: true} }, touched: onCluster,
		},
		"off where it never was on": {
			body: `{"enable":false}`, want: func(d *hub.Draft) { d.Cluster.Spec.APIEndpoint = &fleetv1.APIEndpoint{} }, touched: onCluster,
		},
		"the cluster's own nodes, where nobody is strict": {
			body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"192.168.0.0/24"}]}`,
			want: access("Deny", fleetv1.AccessTarget{CIDR: "192.168.0.0/24"}), touched: onCluster,
		},
		"strict: as many targets as there may be": {
			strict: true, body: `{"enable":true,"action":"ALLOW","ipacl_targets":[` + times(100, `{"cidr_address":"192.168.0.0/24"}`) + `]}`,
			want: access("Allow", many(100, fleetv1.AccessTarget{CIDR: "192.168.0.0/24"})...), touched: onCluster,
		},
		"strict: to deny others": {
			strict: true, body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"192.168.1.0/24"},{"cidr_address":"192.168.0.9"}]}`,
			want:    access("Deny", fleetv1.AccessTarget{CIDR: "192.168.1.0/24"}, fleetv1.AccessTarget{CIDR: "192.168.0.9"}),
			touched: onCluster,
		},

		"nothing": {body: `{}`, refused: []string{"400 Invalid input for field/attribute enable. Value: 'None'. Value is required."}},
		"on without the rest": {
			body: `{"enable":true}`, refused: []string{
				"400 Invalid input for field/attribute action. Value: 'None'. Value is required.",
				"400 Invalid input for field/attribute ipacl_targets. Value: 'None'. Value is required.",
			},
		},
		"an action in lower case, and no target": {
			body: `{"enable":true,"action":"allow","ipacl_targets":[]}`, refused: []string{
				"400 Invalid input for field/attribute action. Value: 'allow'. Value should be one of: ALLOW, DENY.",
				"400 Invalid input for field/attribute ipacl_targets. The list should not be empty.",
			},
		},
		"what is no address": {
			body: `{"enable":true,"action":"ALLOW","ipacl_targets":[{"cidr_address":"10.0.0.0/8"},{"cidr_address":"everybody"},{"description":"nobody"}]}`, refused: []string{
				"400 Invalid input for field/attribute ipacl_targets/1/cidr_address. Value: 'everybody'. Value should be an IPv4 or IPv6 address or CIDR.",
				"400 Invalid input for field/attribute ipacl_targets/2/cidr_address. Value: 'None'. Value is required.",
			},
		},
		"a description that is too long": {
			body:    `{"enable":true,"action":"ALLOW","ipacl_targets":[{"cidr_address":"10.0.0.0/8","description":"` + times(256, "x") + `"}]}`,
			refused: []string{"400 Invalid input for field/attribute ipacl_targets/0/description. Value: '" + times(200, "x") + "…'. Value should have at most 255 bytes."},
		},
		"strict: too many targets": {
			strict: true, body: `{"enable":true,"action":"ALLOW","ipacl_targets":[` + times(101, `{"cidr_address":"192.168.0.0/24"}`) + `]}`,
			refused: []string{"400 Invalid input for field/attribute ipacl_targets. The list should have at most 100 items."},
		},
		"strict: to deny the cluster's own subnet": {
			strict: true, body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"10.0.0.0/8"},{"cidr_address":"192.168.0.0/24"}]}`,
			clashes: []string{"400 Invalid input for field/attribute ipacl_targets. " +
				"192.168.0.0/24 holds 192.168.0.1, a node of the cluster. The cluster's own subnet should not be denied."},
		},
		"strict: to deny one of the cluster's own nodes": {
			strict: true, body: `{"enable":true,"action":"DENY","ipacl_targets":[{"cidr_address":"192.168.0.2"}]}`,
			clashes: []string{"400 Invalid input for field/attribute ipacl_targets. " +
				"192.168.0.2 holds 192.168.0.2, a node of the cluster. The cluster's own subnet should not be denied."},
		},
	})
}

func TestRenewCertificates(t *testing.T) {
	onCluster := []string{"test-k8s"}
	renewed := func(years int32) func(*hub.Draft) {
		return func(d *hub.Draft) {
			d.Cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: years, RenewAfter: at(now.Truncate(1e9))}
		}
	}
	version := func(v string) func(*hub.Draft) { return func(d *hub.Draft) { d.Cluster.Spec.KubernetesVersion = v } }
	run(t, verb.RenewCertificates, "CLUSTER_ROTATE_CERTIFICATE", map[string]row{
		"the published example": {body: `{"term_of_validity":5}`, want: renewed(5), touched: onCluster},
		"the shortest time":     {body: `{"term_of_validity":"1"}`, want: renewed(1), touched: onCluster},
		"no time":               {body: `{}`, want: renewed(5), touched: onCluster},
		"no body":               {body: `null`, want: renewed(5), touched: onCluster},
		"again": {body: `{"term_of_validity":2}`, given: func(d *hub.Draft) {
			d.Cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: 5, RenewAfter: at(fixture.Epoch)}
		}, want: renewed(2), touched: onCluster},
		"an old cluster":         {body: `{}`, given: version("v1.23.3"), want: renewed(5), touched: onCluster},
		"strict: a new cluster":  {strict: true, body: `{}`, given: version("v1.24.0"), want: renewed(5), touched: onCluster},
		"no time at all":         {body: `{"term_of_validity":0}`, refused: []string{"400 Invalid input for field/attribute term_of_validity. Value: '0'. Value should be between 1 and 5."}},
		"too long a time":        {body: `{"term_of_validity":6}`, refused: []string{"400 Invalid input for field/attribute term_of_validity. Value: '6'. Value should be between 1 and 5."}},
		"no integer":             {body: `{"term_of_validity":"ever"}`, refused: []string{"400 Invalid input for field/attribute term_of_validity. Value: 'ever'. Value should be an integer."}},
		"strict: an old cluster": {strict: true, body: `{}`, given: version("v1.23.3"), clashes: []string{"409 The certificates of cluster test-k8s cannot be renewed. It runs v1.23.3; v1.24.0 or later is needed."}},
		"strict: another network plugin": {
			strict: true, body: `{}`, given: connected(fleetv1.ClusterNetwork{CNI: "calico-ebpf"}),
			clashes: []string{"409 The certificates of cluster test-k8s cannot be renewed. Its CNI is calico-ebpf; calico is needed."},
		},
	})
}

func TestUpdateGateways(t *testing.T) {
	const example = `{"ncr_sgw":"48f4ff38-d14b-4f34-a40c-705524e6a755","obs_sgw":"23c550cb-6a5b-4eaa-903a-711c13316d91"}`
	gateways := func(registry, storage string) func(*hub.Draft) {
		return func(d *hub.Draft) {
			d.Cluster.Spec.ServiceGateways = &fleetv1.ServiceGateways{Registry: registry, ObjectStorage: storage}
		}
	}
	changed := gateways("48f4ff38-d14b-4f34-a40c-705524e6a755", "23c550cb-6a5b-4eaa-903a-711c13316d91")
	run(t, verb.UpdateGateways, "CLUSTER_UPDATE_SGW", map[string]row{
		"the published example":              {body: example, given: gateways("a", "b"), want: changed, touched: []string{"test-k8s"}},
		"a cluster with one of the two":      {body: example, given: gateways("", "b"), want: changed, touched: []string{"test-k8s"}},
		"a cluster without a gateway":        {body: example, clashes: []string{"409 Cluster test-k8s has no service gateway that could be changed."}},
		"a cluster with gateways of no name": {body: example, given: gateways("", ""), clashes: []string{"409 Cluster test-k8s has no service gateway that could be changed."}},
		"one of the two":                     {body: `{"ncr_sgw":"a"}`, refused: []string{"400 Invalid input for field/attribute obs_sgw. Value: 'None'. Value is required."}},
		"an empty one, and one that is no text": {
			body: `{"ncr_sgw":"","obs_sgw":{}}`, refused: []string{
				"400 Invalid input for field/attribute ncr_sgw. Value: ''. Value should not be empty.",
				"400 Invalid input for field/attribute obs_sgw. Value should be a string.",
			},
		},
	})
}
