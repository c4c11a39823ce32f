package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Platform is what differs between kinds of infrastructure.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=platforms,scope=Cluster,shortName=fpf,categories=fleet
// +kubebuilder:metadata:annotations="kustomize.toolkit.fluxcd.io/substitute=disabled"
// +kubebuilder:printcolumn:name="Default",type=string,JSONPath=`.metadata.annotations['fleet\.slipway\.dev/is-default']`
// +kubebuilder:printcolumn:name="Cluster Adapters",type=string,JSONPath=`.spec.requiredAdapters.cluster`
// +kubebuilder:printcolumn:name="Pool Adapters",type=string,JSONPath=`.spec.requiredAdapters.nodePool`
// +kubebuilder:printcolumn:name="Clusters",type=integer,JSONPath=`.status.clusters`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Platform struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the configuration. A change takes effect at once.
	// +required
	Spec PlatformSpec `json:"spec"`

	// status is the observed state, written by Slipway.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status PlatformStatus `json:"status,omitempty"`
}

// PlatformSpec is the configuration of a Platform.
type PlatformSpec struct {
	// requiredAdapters are the adapters that must report before an object is Ready.
	// +required
	RequiredAdapters RequiredAdapters `json:"requiredAdapters"`

	// kubernetesVersions are the versions that clients can choose from. Empty means that any version may be asked for.
	// +optional
	// +listType=map
	// +listMapKey=version
	// +kubebuilder:validation:MaxItems=256
	KubernetesVersions []KubernetesVersion `json:"kubernetesVersions,omitempty"`

	// maxNodesPerPool bounds the replicas of a node pool. Default 10.
	// +optional
	// +kubebuilder:default=10
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=5000
	MaxNodesPerPool int32 `json:"maxNodesPerPool,omitempty"`

	// reservedCIDRs are networks that clusters must not use for pods or Services.
	// +optional
	// +kubebuilder:default={"169.254.0.0/16","198.18.0.0/19"}
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=49
	// +kubebuilder:validation:XValidation:rule="self.all(c, isCIDR(c))",message="each of reservedCIDRs must be a CIDR, for example 169.254.0.0/16"
	ReservedCIDRs []string `json:"reservedCIDRs,omitempty"`

	// clusterParametersSchema is the JSON schema (draft 2020-12) of Cluster.spec.parameters. Without one anything goes.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	ClusterParametersSchema *runtime.RawExtension `json:"clusterParametersSchema,omitempty"`

	// nodePoolParametersSchema is the JSON schema (draft 2020-12) of NodePool.spec.parameters. Without one anything goes.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	NodePoolParametersSchema *runtime.RawExtension `json:"nodePoolParametersSchema,omitempty"`

	// heartbeatPeriod is how often adapters repeat an unchanged report. An identical report that comes earlier is answered
	// but not stored. Default 30s.
	// +optional
	// +kubebuilder:default="30s"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s') && duration(self) <= duration('24h')",message="heartbeatPeriod must be a duration from 1s to 24h, for example 30s"
	HeartbeatPeriod *metav1.Duration `json:"heartbeatPeriod,omitempty"`

	// operationDeadline is how long adapters have to handle a generation before the object counts as stalled. Default 1h.
	// +optional
	// +kubebuilder:default="1h"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s')",message="operationDeadline must be a duration of at least 1s, for example 1h"
	OperationDeadline *metav1.Duration `json:"operationDeadline,omitempty"`

	// operationTTL is how long Operations are kept after their end. Default 2160h (90 days).
	// +optional
	// +kubebuilder:default="2160h"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1m')",message="operationTTL must be a duration of at least 1m, for example 2160h"
	OperationTTL *metav1.Duration `json:"operationTTL,omitempty"`

	// addonDelivery says where the Flux that installs add-ons runs: on the management cluster (Hub), or on each tenant cluster
	// (Tenant), which must have Flux 2 then. A change moves installed add-ons without uninstalling them. Default Hub.
	// +optional
	// +kubebuilder:default=Hub
	AddonDelivery Delivery `json:"addonDelivery,omitempty"`

	// releaseAbandonTimeout is how long the deletion of an Addon waits for its release to be uninstalled from a cluster that
	// cannot be reached, before the release is abandoned. Default 5m.
	// +optional
	// +kubebuilder:default="5m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s')",message="releaseAbandonTimeout must be a duration of at least 1s, for example 5m"
	ReleaseAbandonTimeout *metav1.Duration `json:"releaseAbandonTimeout,omitempty"`
}

// RequiredAdapters are the adapters that must report before an object is Ready.
type RequiredAdapters struct {
	// cluster are the adapters that must report about each Cluster.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.all(a, a.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))",message="each adapter must be a DNS label: lower-case letters, digits and hyphens"
	Cluster []string `json:"cluster"`

	// nodePool are the adapters that must report about each NodePool.
	// +required
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.all(a, a.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'))",message="each adapter must be a DNS label: lower-case letters, digits and hyphens"
	NodePool []string `json:"nodePool"`
}

// KubernetesVersion is a version that clients can choose.
type KubernetesVersion struct {
	// version is the version with a leading v, for example v1.33.1.
	// +required
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^v[0-9]+\\\\.[0-9]+\\\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$')",message="version must be a full version with a leading v, for example v1.33.1"
	Version string `json:"version"`

	// supported tells that new clusters should use it. A version that is not supported is still accepted.
	// +optional
	Supported bool `json:"supported,omitempty"`
}

// PlatformStatus is the observed state of a Platform.
type PlatformStatus struct {
	// observedGeneration is the newest generation that was checked. -1 for an object that nobody has looked at yet.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready and Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// clusters is how many Clusters are on the platform.
	// +optional
	// +kubebuilder:default=0
	Clusters int32 `json:"clusters"`
}

// PlatformList is a list of Platforms.
//
// +kubebuilder:object:root=true
type PlatformList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Platform `json:"items"`
}

// GetConditions returns the address of the status conditions.
func (p *Platform) GetConditions() *[]metav1.Condition { return &p.Status.Conditions }

// GetObservedGeneration returns status.observedGeneration: -1 for an object that nobody has looked at yet.
func (p *Platform) GetObservedGeneration() int64 { return p.Status.ObservedGeneration }

// Required returns the adapters that must report about objects of a kind (KindCluster or KindNodePool).
func (p *Platform) Required(kind string) []string {
	if kind == KindNodePool {
		return p.Spec.RequiredAdapters.NodePool
	}
	return p.Spec.RequiredAdapters.Cluster
}
