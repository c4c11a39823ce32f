package cel

import "fmt"

var clusterRows = []row{
	{desc: "the sample"},
	{desc: "nothing but a name", mutate: []edit{unset("spec")}},

	{desc: "name with a dot", mutate: []edit{set("metadata.name", "a.b")}, wantErrors: []string{nameOfCluster}},
	{desc: "name of 53 characters", mutate: []edit{set("metadata.name", text(53))}},
	{desc: "name of 54 characters", mutate: []edit{set("metadata.name", text(54))}, wantErrors: []string{nameOfCluster}},

	{desc: "version with a suffix", mutate: []edit{set("spec.kubernetesVersion", "v1.33.1-rc.0+build.7")}},
	{desc: "version without v", mutate: []edit{set("spec.kubernetesVersion", "1.33.1")}, wantErrors: []string{versionOfCluster}},
	{desc: "version without a patch", mutate: []edit{set("spec.kubernetesVersion", "v1.33")}, wantErrors: []string{versionOfCluster}},
	{desc: "empty version", mutate: []edit{set("spec.kubernetesVersion", "")}, wantErrors: []string{versionOfCluster}},
	{desc: "version of two lines", mutate: []edit{set("spec.kubernetesVersion", "v1.33.1\nv1")}, wantErrors: []string{versionOfCluster}},

	{desc: "platform with dots", mutate: []edit{set("spec.platformName", "openstack.eu-1")}},
	{desc: "no platform", mutate: []edit{unset("spec.platformName")}},
	{desc: "platform in upper case", mutate: []edit{set("spec.platformName", "OpenStack")}, wantErrors: []string{
		"spec.platformName: platformName must be the name of a Platform: lower-case letters, digits, hyphens and dots"}},
	{desc: "platform chosen later", mutate: []edit{unset("spec.platformName")}, update: []edit{set("spec.platformName", "example")}},
	{desc: "platform chosen later than empty", mutate: []edit{set("spec.platformName", "")}, update: []edit{set("spec.platformName", "example")}},
	{desc: "platform changed", update: []edit{set("spec.platformName", "other")}, wantErrors: []string{platformOfCluster}},
	{desc: "platform taken away", update: []edit{unset("spec.platformName")}, wantErrors: []string{platformOfCluster}},
	{desc: "platform emptied", update: []edit{set("spec.platformName", "")}, wantErrors: []string{platformOfCluster}},

	{desc: "kubeconfig Secret", mutate: []edit{set("spec.kubeconfigSecretName", "my.kubeconfig-1")}},
	{desc: "kubeconfig Secret that is a path", mutate: []edit{set("spec.kubeconfigSecretName", "../kubeconfig")}, wantErrors: []string{
		"spec.kubeconfigSecretName: kubeconfigSecretName must be the name of a Secret: lower-case letters, digits, hyphens and dots"}},

	{desc: "delivery by the tenant's own Flux", mutate: []edit{set("spec.addonDelivery", "Tenant")}},
	{desc: "unknown delivery", mutate: []edit{set("spec.addonDelivery", "Mail")}, wantErrors: []string{
		`spec.addonDelivery: supported values: "Hub", "Tenant"`}},

	{desc: "surge only", mutate: []edit{set("spec.rollout", fields{"maxSurge": 1000, "maxUnavailable": 0})}},
	{desc: "empty rollout", mutate: []edit{set("spec.rollout", fields{})}},
	{desc: "no way to roll", mutate: []edit{set("spec.rollout", fields{"maxSurge": 0, "maxUnavailable": 0})}, wantErrors: []string{rollout}},
	{desc: "rollout below the bounds", mutate: []edit{set("spec.rollout", fields{"maxSurge": -1, "maxUnavailable": -1})}, wantErrors: []string{
		"spec.rollout.maxSurge: should be greater than or equal to 0",
		"spec.rollout.maxUnavailable: should be greater than or equal to 0", rollout}},
	{desc: "rollout above the bounds", mutate: []edit{set("spec.rollout", fields{"maxSurge": 1001, "maxUnavailable": 1001})}, wantErrors: []string{
		"spec.rollout.maxSurge: should be less than or equal to 1000",
		"spec.rollout.maxUnavailable: should be less than or equal to 1000"}},

	{desc: "certificates for five years", mutate: []edit{set("spec.certificates.validityYears", 5)}},
	{desc: "certificates to renew", mutate: []edit{set("spec.certificates.renewAfter", "2026-01-01T00:00:00+01:00")}},
	{desc: "certificates to renew at a time in lower case", mutate: []edit{set("spec.certificates.renewAfter", "2026-01-01t00:00:00z")}, wantErrors: []string{
		"spec.certificates.renewAfter: should match " + secondTime}},
	{desc: "certificates to renew some day", mutate: []edit{set("spec.certificates.renewAfter", "tomorrow")}, wantErrors: []string{
		"spec.certificates.renewAfter: should match " + secondTime, `spec.certificates.renewAfter: must be of type date-time: "tomorrow"`}},
	{desc: "certificates for no year", mutate: []edit{set("spec.certificates.validityYears", 0)}, wantErrors: []string{
		"spec.certificates.validityYears: should be greater than or equal to 1"}},
	{desc: "certificates for six years", mutate: []edit{set("spec.certificates.validityYears", 6)}, wantErrors: []string{
		"spec.certificates.validityYears: should be less than or equal to 5"}},

	{desc: "operation of a REST client", mutate: []edit{set("spec.operation", operationRequest)}},
	{desc: "malformed operation", mutate: []edit{set("spec.operation", fields{"id": "7", "type": "resize", "generation": 0})}, wantErrors: operationRequestErrors},

	{desc: "parameters that are a list", mutate: []edit{set("spec.parameters", []any{"a"})}, wantErrors: []string{
		`spec.parameters: spec.parameters in body must be of type object: "array"`}},
	{desc: "document of a dialect", mutate: []edit{set("spec.extensions.nks.cluster.name", "x")}},
}

// clusterNetworkRows are about spec.network and spec.apiEndpoint.
var clusterNetworkRows = []row{
	{desc: "empty network", mutate: []edit{set("spec.network", fields{})}},
	{desc: "flannel", mutate: []edit{set("spec.network.cni", "flannel")}},
	{desc: "unknown CNI", mutate: []edit{set("spec.network.cni", "cilium")}, wantErrors: []string{
		`spec.network.cni: supported values: "calico", "calico-ebpf", "flannel"`}},

	{desc: "pods in a /24", mutate: []edit{set("spec.network.podCIDR", "10.100.0.0/24"), set("spec.network.podSubnetPrefix", 26)}},
	{desc: "pods in a /25", mutate: []edit{set("spec.network.podCIDR", "10.100.0.0/25"), unset("spec.network.podSubnetPrefix")}, wantErrors: []string{podCIDR}},
	{desc: "pods in IPv6", mutate: []edit{set("spec.network.podCIDR", "fd00::/16"), unset("spec.network.podSubnetPrefix")}, wantErrors: []string{podCIDR}},
	{desc: "pods in no CIDR", mutate: []edit{set("spec.network.podCIDR", "10.100.0.0")}, wantErrors: []string{podCIDR}},
	{desc: "pods in an empty CIDR", mutate: []edit{set("spec.network.podCIDR", "")}, wantErrors: []string{podCIDR}},

	{desc: "Services in a /24", mutate: []edit{set("spec.network.serviceCIDR", "10.254.7.0/24")}},
	{desc: "Services in a /25", mutate: []edit{set("spec.network.serviceCIDR", "10.254.7.0/25")}, wantErrors: []string{serviceCIDR}},
	{desc: "Services in IPv6", mutate: []edit{set("spec.network.serviceCIDR", "fd00::/16")}, wantErrors: []string{serviceCIDR}},
	{desc: "Services in no CIDR", mutate: []edit{set("spec.network.serviceCIDR", "services")}, wantErrors: []string{serviceCIDR}},

	{desc: "pods beside Services", mutate: []edit{set("spec.network", fields{"podCIDR": "10.0.0.0/17", "serviceCIDR": "10.0.128.0/17"})}},
	{desc: "Services within the pods", mutate: []edit{set("spec.network.serviceCIDR", "10.100.7.0/24")}, wantErrors: []string{overlap}},
	{desc: "pods within the Services", mutate: []edit{set("spec.network.serviceCIDR", "10.0.0.0/8")}, wantErrors: []string{overlap}},
	{desc: "the same twice", mutate: []edit{set("spec.network.serviceCIDR", "10.100.0.0/16")}, wantErrors: []string{overlap}},
	{desc: "pods within the default of the Services", mutate: []edit{set("spec.network", fields{"podCIDR": "10.254.0.0/20"})}, wantErrors: []string{overlap}},

	{desc: "pods moved to a network beside", update: []edit{set("spec.network.podCIDR", "10.101.0.0/16")}},
	{desc: "pods moved to a network around the present one", update: []edit{set("spec.network.podCIDR", "10.100.0.0/15")}, wantErrors: []string{podsMoved}},
	{desc: "pods moved into the present network", update: []edit{set("spec.network.podCIDR", "10.100.4.0/22"), unset("spec.network.podSubnetPrefix")}, wantErrors: []string{podsMoved}},
	{desc: "another CNI on the present network of the pods", update: []edit{set("spec.network.cni", "flannel")}},
	{desc: "a network given later", mutate: []edit{unset("spec.network")}, update: []edit{set("spec.network", fields{"podCIDR": "10.100.0.0/22"})}},

	{desc: "pods in what old nodes use", mutate: []edit{set("spec.kubernetesVersion", "v1.23.3"), set("spec.network.podCIDR", "172.17.0.0/16")}, wantErrors: []string{oldPods}},
	{desc: "pods around what old nodes use", mutate: []edit{set("spec.kubernetesVersion", "v1.22.17"), set("spec.network.podCIDR", "172.16.0.0/12")}, wantErrors: []string{oldPods}},
	{desc: "Services in what old nodes use", mutate: []edit{set("spec.kubernetesVersion", "v1.9.0"), set("spec.network.serviceCIDR", "172.17.8.0/24")}, wantErrors: []string{oldServices}},
	{desc: "pods moved to what old nodes use", mutate: []edit{set("spec.kubernetesVersion", "v1.23.3+vendor")}, update: []edit{set("spec.network.podCIDR", "172.17.0.0/16")}, wantErrors: []string{oldPods}},
	{desc: "old nodes and other networks", mutate: []edit{set("spec.kubernetesVersion", "v1.23.3"), set("spec.network.podCIDR", "172.18.0.0/16")}},
	{desc: "old nodes and other Services", mutate: []edit{set("spec.kubernetesVersion", "v1.23.3"), set("spec.network.serviceCIDR", "172.18.0.0/16")}},
	{desc: "what only old nodes use", mutate: []edit{set("spec.kubernetesVersion", "v1.23.10"), set("spec.network.podCIDR", "172.17.0.0/16")}},
	{desc: "what only old nodes use, and no version", mutate: []edit{unset("spec.kubernetesVersion"), set("spec.network.podCIDR", "172.17.0.0/16")}},

	{desc: "smallest pod subnet", mutate: []edit{set("spec.network.podSubnetPrefix", 28)}},
	{desc: "largest pod subnet", mutate: []edit{set("spec.network.podSubnetPrefix", 20)}},
	{desc: "no pod subnet", mutate: []edit{unset("spec.network.podSubnetPrefix")}},
	{desc: "pod subnet that is too small", mutate: []edit{set("spec.network.podSubnetPrefix", 29)}, wantErrors: []string{
		"spec.network.podSubnetPrefix: should be less than or equal to 28"}},
	{desc: "pod subnet that is too large", mutate: []edit{set("spec.network.podSubnetPrefix", 19)}, wantErrors: []string{
		"spec.network.podSubnetPrefix: should be greater than or equal to 20"}},
	{desc: "room for two nodes only", mutate: []edit{set("spec.network.podCIDR", "10.100.0.0/23"), set("spec.network.podSubnetPrefix", 24)}, wantErrors: []string{
		"spec.network.podSubnetPrefix: podSubnetPrefix must be at least 2 longer than the prefix of podCIDR, so that four nodes get a subnet"}},

	{desc: "external network", mutate: []edit{set("spec.network.externalNetworkID", "ext"), set("spec.network.externalSubnetIDs", []any{"a", "b"})}},
	{desc: "external network without subnets", mutate: []edit{set("spec.network.externalNetworkID", "ext")}, wantErrors: []string{external}},
	{desc: "external subnets without a network", mutate: []edit{set("spec.network.externalSubnetIDs", []any{"a"})}, wantErrors: []string{external}},
	{desc: "external network with an empty list", mutate: []edit{set("spec.network.externalNetworkID", "ext"), set("spec.network.externalSubnetIDs", []any{})}, wantErrors: []string{
		"spec.network.externalSubnetIDs: should have at least 1 items"}},
	{desc: "additional network without a subnet", mutate: []edit{set("spec.network.additionalNetworks", []any{fields{"networkID": "a"}})}, wantErrors: []string{
		"spec.network.additionalNetworks[0].subnetID: Required value"}},

	{desc: "address without a prefix", mutate: []edit{set("spec.apiEndpoint.accessControl.targets[0].cidr", "192.0.2.7")}},
	{desc: "address in IPv6", mutate: []edit{set("spec.apiEndpoint.accessControl.targets[0].cidr", "2001:db8::7")}},
	{desc: "CIDR with host bits", mutate: []edit{set("spec.apiEndpoint.accessControl.targets[0].cidr", "192.0.2.7/24")}},
	{desc: "host name as an address", mutate: []edit{set("spec.apiEndpoint.accessControl.targets[0].cidr", "example.com")}, wantErrors: []string{accessCIDR}},
	{desc: "prefix that is too long", mutate: []edit{set("spec.apiEndpoint.accessControl.targets[0].cidr", "192.0.2.0/33")}, wantErrors: []string{accessCIDR}},
	{desc: "access denied to some", mutate: []edit{set("spec.apiEndpoint.accessControl.policy", "Deny")}},
	{desc: "unknown access policy", mutate: []edit{set("spec.apiEndpoint.accessControl.policy", "Drop")}, wantErrors: []string{
		`spec.apiEndpoint.accessControl.policy: supported values: "Allow", "Deny"`}},
	{desc: "access control with 1000 targets", mutate: []edit{set("spec.apiEndpoint.accessControl.targets", list(1000, target))}},
	{desc: "access control with 1001 targets", mutate: []edit{set("spec.apiEndpoint.accessControl.targets", list(1001, target))}, wantErrors: []string{
		"spec.apiEndpoint.accessControl.targets: must have at most 1000 items"}},
	{desc: "access control without targets", mutate: []edit{set("spec.apiEndpoint.accessControl.targets", []any{})}, wantErrors: []string{
		"spec.apiEndpoint.accessControl.targets: should have at least 1 items"}},
}

const (
	nameOfCluster     = "metadata: metadata.name must be at most 53 lower-case letters, digits and hyphens, starting and ending with a letter or digit"
	versionOfCluster  = "spec.kubernetesVersion: kubernetesVersion must be a full version with a leading v, for example v1.33.1"
	platformOfCluster = "spec.platformName: spec.platformName is immutable once it is set; create a new Cluster to change its platform"
	podCIDR           = "spec.network.podCIDR: podCIDR must be an IPv4 CIDR with a prefix of at most /24, for example 10.100.0.0/16"
	serviceCIDR       = "spec.network.serviceCIDR: serviceCIDR must be an IPv4 CIDR with a prefix of at most /24, for example 10.254.0.0/16"
	overlap           = "spec.network: podCIDR and serviceCIDR must not overlap"
	podsMoved         = "spec.network.podCIDR: a new podCIDR must not overlap the present one, because pods of both exist while the nodes change"
	oldPods           = "spec.network.podCIDR: podCIDR must not overlap 172.17.0.0/16, which nodes of Kubernetes up to v1.23.3 use themselves; choose another network or a later version"
	oldServices       = "spec.network.serviceCIDR: serviceCIDR must not overlap 172.17.0.0/16, which nodes of Kubernetes up to v1.23.3 use themselves; choose another network or a later version"
	external          = "spec.network: externalNetworkID and externalSubnetIDs belong together: give both or neither"
	accessCIDR        = "spec.apiEndpoint.accessControl.targets[0].cidr: cidr must be an IPv4 or IPv6 address or CIDR, for example 192.168.0.0/24"
)

// target is one target of an access control list.
func target(i int) any { return fields{"cidr": fmt.Sprintf("10.0.%d.%d", i/256, i%256)} }
