package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Cluster is a tenant cluster, as wished and as observed. Its namespace is the tenant (the project) it belongs to.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=clusters,scope=Namespaced,shortName=fcl,categories=fleet
// +kubebuilder:metadata:annotations="kustomize.toolkit.fluxcd.io/substitute=disabled"
// +kubebuilder:selectablefield:JSONPath=`.spec.platformName`
// +kubebuilder:printcolumn:name="Platform",type=string,JSONPath=`.spec.platformName`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.status.kubernetesVersion`
// +kubebuilder:printcolumn:name="Nodes",type=string,JSONPath=`.status.nodeSummary`
// +kubebuilder:printcolumn:name="Adapters",type=string,JSONPath=`.status.adapters`
// +kubebuilder:printcolumn:name="Available",type=string,JSONPath=`.status.conditions[?(@.type=="Available")].status`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Endpoint",type=string,priority=1,JSONPath=`.status.apiEndpoint`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Reconciling")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 53 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must be at most 53 lower-case letters, digits and hyphens, starting and ending with a letter or digit",fieldPath=".metadata"
type Cluster struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the wished state. Every change of it moves metadata.generation, and every adapter has to report at the new
	// generation before the cluster is Ready again.
	// +optional
	// +kubebuilder:default={}
	Spec ClusterSpec `json:"spec,omitempty"`

	// status is the observed state, written by Slipway.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status ClusterStatus `json:"status,omitempty"`
}

// ClusterSpec is the wished state of a Cluster.
//
// +kubebuilder:validation:XValidation:rule="!has(oldSelf.platformName) || size(oldSelf.platformName) == 0 || (has(self.platformName) && self.platformName == oldSelf.platformName)",message="spec.platformName is immutable once it is set; create a new Cluster to change its platform",fieldPath=".platformName"
// +kubebuilder:validation:XValidation:rule="!has(self.kubernetesVersion) || !has(self.network) || !has(self.network.podCIDR) || !isCIDR(self.network.podCIDR) || !self.kubernetesVersion.matches('^v(0\\\\.[0-9]+|1\\\\.([0-9]|1[0-9]|2[0-2]))\\\\.[0-9]+|^v1\\\\.23\\\\.[0-3]([-+].*)?$') || !(cidr('172.17.0.0/16').containsCIDR(self.network.podCIDR) || cidr(self.network.podCIDR).containsCIDR('172.17.0.0/16')) || (oldSelf.hasValue() && has(oldSelf.value().kubernetesVersion) && self.kubernetesVersion == oldSelf.value().kubernetesVersion && has(oldSelf.value().network) && has(oldSelf.value().network.podCIDR) && self.network.podCIDR == oldSelf.value().network.podCIDR)",message="podCIDR must not overlap 172.17.0.0/16, which nodes of Kubernetes up to v1.23.3 use themselves; choose another network or a later version",fieldPath=".network.podCIDR",optionalOldSelf=true
// +kubebuilder:validation:XValidation:rule="!has(self.kubernetesVersion) || !has(self.network) || !has(self.network.serviceCIDR) || !isCIDR(self.network.serviceCIDR) || !self.kubernetesVersion.matches('^v(0\\\\.[0-9]+|1\\\\.([0-9]|1[0-9]|2[0-2]))\\\\.[0-9]+|^v1\\\\.23\\\\.[0-3]([-+].*)?$') || !(cidr('172.17.0.0/16').containsCIDR(self.network.serviceCIDR) || cidr(self.network.serviceCIDR).containsCIDR('172.17.0.0/16')) || (oldSelf.hasValue() && has(oldSelf.value().kubernetesVersion) && self.kubernetesVersion == oldSelf.value().kubernetesVersion && has(oldSelf.value().network) && has(oldSelf.value().network.serviceCIDR) && self.network.serviceCIDR == oldSelf.value().network.serviceCIDR)",message="serviceCIDR must not overlap 172.17.0.0/16, which nodes of Kubernetes up to v1.23.3 use themselves; choose another network or a later version",fieldPath=".network.serviceCIDR",optionalOldSelf=true
type ClusterSpec struct {
	// kubernetesVersion is the wished version of the control plane, with a leading v, for example v1.33.1. It must not go below
	// the version that runs. Without it the platform's adapter decides.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^v[0-9]+\\\\.[0-9]+\\\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$')",message="kubernetesVersion must be a full version with a leading v, for example v1.33.1"
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// platformName is the Platform that governs this cluster. Where it is not given, the label fleet.slipway.dev/platform of
	// the namespace decides, else the Platform annotated fleet.slipway.dev/is-default: "true". Immutable once set.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="size(self) == 0 || self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",message="platformName must be the name of a Platform: lower-case letters, digits, hyphens and dots"
	PlatformName string `json:"platformName,omitempty"`

	// suspend stops adapters and controllers from acting on the cluster. Reports are still aggregated, and a deletion still
	// goes through.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// kubeconfigSecretName is, for a cluster that exists already and is imported, the Secret in this namespace that holds
	// its kubeconfig under the key "value". Default: <name>-kubeconfig. Platforms that provision clusters ignore it.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",message="kubeconfigSecretName must be the name of a Secret: lower-case letters, digits, hyphens and dots"
	KubeconfigSecretName string `json:"kubeconfigSecretName,omitempty"`

	// addonDelivery overrides the Platform's choice of where the Flux that installs add-ons runs: Hub or Tenant. Default: the
	// Platform's.
	// +optional
	AddonDelivery Delivery `json:"addonDelivery,omitempty"`

	// network describes the networks that the cluster and its pods use.
	// +optional
	Network *ClusterNetwork `json:"network,omitempty"`

	// apiEndpoint describes how the API server is reached.
	// +optional
	APIEndpoint *APIEndpoint `json:"apiEndpoint,omitempty"`

	// certificates describes the life of the cluster's certificates.
	// +optional
	Certificates *Certificates `json:"certificates,omitempty"`

	// serviceGateways are private gateways to services of the platform.
	// +optional
	ServiceGateways *ServiceGateways `json:"serviceGateways,omitempty"`

	// rollout bounds a rolling change that goes through all nodes, such as a change of the CNI.
	// +optional
	Rollout *Rollout `json:"rollout,omitempty"`

	// operation names the task that the latest write of a REST client stands for.
	// +optional
	Operation *OperationRequest `json:"operation,omitempty"`

	// parameters is free-form provider configuration, validated against the Platform's clusterParametersSchema. HyperFleet
	// clients know it as spec.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Parameters *runtime.RawExtension `json:"parameters,omitempty"`

	// extensions keeps the requests of REST clients as they were sent, minus secrets.
	// +optional
	Extensions *Extensions `json:"extensions,omitempty"`
}

// ClusterNetwork describes the networks that a cluster and its pods use.
//
// +kubebuilder:validation:XValidation:rule="!has(self.podCIDR) || !has(self.serviceCIDR) || !isCIDR(self.podCIDR) || !isCIDR(self.serviceCIDR) || !(cidr(self.podCIDR).containsCIDR(cidr(self.serviceCIDR)) || cidr(self.serviceCIDR).containsCIDR(cidr(self.podCIDR)))",message="podCIDR and serviceCIDR must not overlap"
// +kubebuilder:validation:XValidation:rule="!has(self.podSubnetPrefix) || !has(self.podCIDR) || !isCIDR(self.podCIDR) || self.podSubnetPrefix >= cidr(self.podCIDR).prefixLength() + 2",message="podSubnetPrefix must be at least 2 longer than the prefix of podCIDR, so that four nodes get a subnet",fieldPath=".podSubnetPrefix"
// +kubebuilder:validation:XValidation:rule="!has(self.podCIDR) || !has(oldSelf.podCIDR) || self.podCIDR == oldSelf.podCIDR || !isCIDR(self.podCIDR) || !isCIDR(oldSelf.podCIDR) || !(cidr(self.podCIDR).containsCIDR(cidr(oldSelf.podCIDR)) || cidr(oldSelf.podCIDR).containsCIDR(cidr(self.podCIDR)))",message="a new podCIDR must not overlap the present one, because pods of both exist while the nodes change",fieldPath=".podCIDR"
// +kubebuilder:validation:XValidation:rule="has(self.externalNetworkID) == has(self.externalSubnetIDs)",message="externalNetworkID and externalSubnetIDs belong together: give both or neither"
type ClusterNetwork struct {
	// networkID is the platform's id of the network (VPC) that the nodes are in.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	NetworkID string `json:"networkID,omitempty"`

	// subnetID is the platform's id of the subnet that the nodes are in.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	SubnetID string `json:"subnetID,omitempty"`

	// podCIDR is the IPv4 network of the pods, /24 or larger. A change goes through all nodes within rollout; the new network
	// must not overlap the present one.
	// +optional
	// +kubebuilder:default="10.100.0.0/16"
	// +kubebuilder:validation:MaxLength=18
	// +kubebuilder:validation:XValidation:rule="isCIDR(self) && cidr(self).ip().family() == 4 && cidr(self).prefixLength() <= 24",message="podCIDR must be an IPv4 CIDR with a prefix of at most /24, for example 10.100.0.0/16"
	PodCIDR string `json:"podCIDR,omitempty"`

	// podSubnetPrefix is the prefix length of the part of podCIDR that each node gets, from 20 to 28 and at least 2 more than
	// the prefix of podCIDR. Default: the larger of 24 and that minimum.
	// +optional
	// +kubebuilder:validation:Minimum=20
	// +kubebuilder:validation:Maximum=28
	PodSubnetPrefix *int32 `json:"podSubnetPrefix,omitempty"`

	// serviceCIDR is the IPv4 network of the Services, /24 or larger.
	// +optional
	// +kubebuilder:default="10.254.0.0/16"
	// +kubebuilder:validation:MaxLength=18
	// +kubebuilder:validation:XValidation:rule="isCIDR(self) && cidr(self).ip().family() == 4 && cidr(self).prefixLength() <= 24",message="serviceCIDR must be an IPv4 CIDR with a prefix of at most /24, for example 10.254.0.0/16"
	ServiceCIDR string `json:"serviceCIDR,omitempty"`

	// cni is the network plugin. A change goes through all nodes within rollout.
	// +optional
	// +kubebuilder:default=calico
	// +kubebuilder:validation:Enum=calico;calico-ebpf;flannel
	CNI string `json:"cni,omitempty"`

	// externalNetworkID is the platform's id of the network from which floating addresses are taken.
	// +optional
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ExternalNetworkID string `json:"externalNetworkID,omitempty"`

	// externalSubnetIDs are the subnets of the external network to use, in order of preference.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=253
	ExternalSubnetIDs []string `json:"externalSubnetIDs,omitempty"`

	// additionalNetworks are attached to every node besides the cluster's own network.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	AdditionalNetworks []NetworkAttachment `json:"additionalNetworks,omitempty"`

	// strictSecurityRules lets only the ports that Kubernetes needs through between nodes.
	// +optional
	StrictSecurityRules bool `json:"strictSecurityRules,omitempty"`
}

// NetworkAttachment is a network, and a subnet in it, that a node is attached to.
type NetworkAttachment struct {
	// networkID is the platform's id of the network.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	NetworkID string `json:"networkID"`

	// subnetID is the platform's id of the subnet.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SubnetID string `json:"subnetID"`
}

// APIEndpoint describes how the API server is reached.
type APIEndpoint struct {
	// public gives the API server an address that can be reached from outside the platform.
	// +optional
	Public bool `json:"public,omitempty"`

	// accessControl filters who may reach the API server. Without it everybody may.
	// +optional
	AccessControl *AccessControl `json:"accessControl,omitempty"`
}

// AccessControl filters by source address who may reach an API server.
type AccessControl struct {
	// policy says what happens to the targets: Allow lets only them through, Deny keeps only them out.
	// +required
	// +kubebuilder:validation:Enum=Allow;Deny
	Policy string `json:"policy"`

	// targets are the addresses that the policy is about.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=1000
	Targets []AccessTarget `json:"targets"`
}

// AccessTarget is one address range of an access control list.
type AccessTarget struct {
	// cidr is an IPv4 or IPv6 address or CIDR. Host bits may be set; it is kept as it was written.
	// +required
	// +kubebuilder:validation:MaxLength=49
	// +kubebuilder:validation:XValidation:rule="self.contains('/') ? isCIDR(self) : isIP(self)",message="cidr must be an IPv4 or IPv6 address or CIDR, for example 192.168.0.0/24"
	CIDR string `json:"cidr"`

	// description says whose address this is.
	// +optional
	// +kubebuilder:validation:MaxLength=255
	Description string `json:"description,omitempty"`
}

// Certificates describes the life of a cluster's certificates.
type Certificates struct {
	// validityYears is for how many years certificates are issued, from 1 to 5.
	// +optional
	// +kubebuilder:default=5
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=5
	ValidityYears int32 `json:"validityYears,omitempty"`

	// renewAfter asks for new certificates if the present ones were issued before this time.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=date-time
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	RenewAfter *metav1.Time `json:"renewAfter,omitempty"`
}

// ServiceGateways are private gateways to services of the platform.
type ServiceGateways struct {
	// registry is the platform's id of the gateway to the container registry.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Registry string `json:"registry,omitempty"`

	// objectStorage is the platform's id of the gateway to the object storage.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	ObjectStorage string `json:"objectStorage,omitempty"`
}

// ClusterStatus is the observed state of a Cluster.
type ClusterStatus struct {
	// observedGeneration is the newest generation that was fully handled: Ready or Stalled at it. -1 for an object that
	// nobody has looked at yet.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready, Available, Reconciling, Stalled, Provisioned, Updated and one <Adapter>Successful per adapter.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// apiEndpoint is the address of the API server, as https://host:port, as reported by an adapter.
	// +optional
	APIEndpoint string `json:"apiEndpoint,omitempty"`

	// kubernetesVersion is the version that the control plane runs, as reported by an adapter.
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// kubeconfigSecretName is the Secret in this namespace that holds a kubeconfig of the cluster under the key "value".
	// +optional
	KubeconfigSecretName string `json:"kubeconfigSecretName,omitempty"`

	// kubeconfigChecksum changes when the kubeconfig in the Secret changes. It reveals nothing of it.
	// +optional
	KubeconfigChecksum string `json:"kubeconfigChecksum,omitempty"`

	// certificateExpiry is when the cluster's certificates expire, as reported by an adapter.
	// +optional
	CertificateExpiry *metav1.Time `json:"certificateExpiry,omitempty"`

	// nodes counts the nodes of all node pools.
	// +optional
	Nodes NodeTotals `json:"nodes,omitempty"`

	// nodeSummary is ready nodes over wished nodes, for example 3/4.
	// +optional
	NodeSummary string `json:"nodeSummary,omitempty"`

	// nodePools is the number of node pools.
	// +optional
	NodePools int32 `json:"nodePools,omitempty"`

	// adapters is how many of the required adapters report Available=True at the present generation, for example 3/4.
	// +optional
	Adapters string `json:"adapters,omitempty"`
}

// ClusterList is a list of Clusters.
//
// +kubebuilder:object:root=true
type ClusterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Cluster `json:"items"`
}

// GetConditions returns the address of the status conditions.
func (c *Cluster) GetConditions() *[]metav1.Condition { return &c.Status.Conditions }

// GetObservedGeneration returns status.observedGeneration: -1 for an object that nobody has looked at yet.
func (c *Cluster) GetObservedGeneration() int64 { return c.Status.ObservedGeneration }
