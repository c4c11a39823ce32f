package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// NodePool is a group of equal nodes of one Cluster.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:subresource:scale:specpath=.spec.replicas,statuspath=.status.replicas
// +kubebuilder:resource:path=nodepools,scope=Namespaced,shortName=fnp,categories=fleet
// +kubebuilder:metadata:annotations="kustomize.toolkit.fluxcd.io/substitute=disabled"
// +kubebuilder:selectablefield:JSONPath=`.spec.clusterName`
// +kubebuilder:selectablefield:JSONPath=`.spec.poolName`
// +kubebuilder:printcolumn:name="Cluster",type=string,JSONPath=`.spec.clusterName`
// +kubebuilder:printcolumn:name="Pool",type=string,priority=1,JSONPath=`.spec.poolName`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.status.kubernetesVersion`
// +kubebuilder:printcolumn:name="Wished",type=integer,JSONPath=`.spec.replicas`
// +kubebuilder:printcolumn:name="Nodes",type=integer,JSONPath=`.status.replicas`
// +kubebuilder:printcolumn:name="Up",type=integer,JSONPath=`.status.readyReplicas`
// +kubebuilder:printcolumn:name="Adapters",type=string,JSONPath=`.status.adapters`
// +kubebuilder:printcolumn:name="Available",type=string,JSONPath=`.status.conditions[?(@.type=="Available")].status`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Reconciling")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 120 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must be at most 120 lower-case letters, digits and hyphens, starting and ending with a letter or digit",fieldPath=".metadata"
type NodePool struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the wished state.
	// +required
	Spec NodePoolSpec `json:"spec"`

	// status is the observed state, written by Slipway.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status NodePoolStatus `json:"status,omitempty"`
}

// NodePoolSpec is the wished state of a NodePool.
//
// +kubebuilder:validation:XValidation:rule="self.clusterName == oldSelf.clusterName",message="spec.clusterName is immutable; create a new NodePool for another cluster",fieldPath=".clusterName"
// +kubebuilder:validation:XValidation:rule="has(self.poolName) == has(oldSelf.poolName) && (!has(self.poolName) || self.poolName == oldSelf.poolName)",message="spec.poolName is immutable; create a new NodePool under another name",fieldPath=".poolName"
// +kubebuilder:validation:XValidation:rule="!has(self.autoscaling) || !self.autoscaling.enabled || !has(self.replicas) || self.?replicas == oldSelf.?replicas || self.replicas >= self.autoscaling.?minReplicas.orValue(1) && self.replicas <= self.autoscaling.?maxReplicas.orValue(5000)",message="replicas must lie between minReplicas and maxReplicas while autoscaling is enabled",fieldPath=".replicas",optionalOldSelf=true
type NodePoolSpec struct {
	// clusterName is the Cluster in this namespace that the nodes belong to. Immutable. A node pool may be created before its
	// cluster; it waits for it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=53
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="clusterName must be the name of a Cluster: lower-case letters, digits and hyphens"
	ClusterName string `json:"clusterName"`

	// poolName is the name of the pool within its cluster, where it must be unique. Default: metadata.name. Immutable.
	// +optional
	// +kubebuilder:validation:MaxLength=53
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="poolName must be lower-case letters, digits and hyphens, starting and ending with a letter or digit"
	// +kubebuilder:validation:XValidation:rule="self != 'default-master'",message="poolName default-master stands for the control plane; choose another name"
	PoolName string `json:"poolName,omitempty"`

	// role is what the nodes are for. It becomes the node label node-role.kubernetes.io/<role>.
	// +optional
	// +kubebuilder:default=worker
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="role must be lower-case letters, digits and hyphens, starting and ending with a letter or digit"
	// +kubebuilder:validation:XValidation:rule="!(self in ['master', 'control-plane'])",message="role must not be master or control-plane: the control plane is part of the Cluster, not a node pool"
	Role string `json:"role,omitempty"`

	// replicas is the wished number of nodes. Default 1. The Platform's maxNodesPerPool bounds it; while autoscaling is enabled,
	// so do its bounds whenever the number is given or changed.
	// +optional
	// +kubebuilder:default=1
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=5000
	Replicas *int32 `json:"replicas,omitempty"`

	// autoscaling lets the platform change the number of nodes within bounds.
	// +optional
	Autoscaling *Autoscaling `json:"autoscaling,omitempty"`

	// kubernetesVersion is the wished version of the nodes, with a leading v, not above the cluster's. Default: the cluster's
	// version.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^v[0-9]+\\\\.[0-9]+\\\\.[0-9]+([-+][0-9A-Za-z.+-]+)?$')",message="kubernetesVersion must be a full version with a leading v, for example v1.33.1"
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// machine describes each node.
	// +optional
	Machine *Machine `json:"machine,omitempty"`

	// userScriptSecretName is the Secret in this namespace with scripts to run on each new node, under the keys user_script
	// and user_script_v2. A change of the name rolls the scripts out.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",message="userScriptSecretName must be the name of a Secret: lower-case letters, digits, hyphens and dots"
	UserScriptSecretName string `json:"userScriptSecretName,omitempty"`

	// nodesToRemove are the ids of the nodes that shall go first when the pool shrinks. Ids of nodes that are gone already
	// are ignored.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=1000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	NodesToRemove []string `json:"nodesToRemove,omitempty"`

	// stoppedNodes are the ids of the nodes that shall be off. They keep counting as replicas.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=1000
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	StoppedNodes []string `json:"stoppedNodes,omitempty"`

	// nodeSelector is, for imported clusters only, the labels by which the nodes of this pool are found. Default:
	// fleet.slipway.dev/node-pool=<pool name>.
	// +optional
	// +kubebuilder:validation:MaxProperties=16
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`

	// rollout bounds rolling changes of the nodes.
	// +optional
	Rollout *Rollout `json:"rollout,omitempty"`

	// operation names the task that the latest write of a REST client stands for.
	// +optional
	Operation *OperationRequest `json:"operation,omitempty"`

	// parameters is free-form provider configuration, validated against the Platform's nodePoolParametersSchema. HyperFleet
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

// Autoscaling lets the platform change the number of nodes within bounds.
//
// +kubebuilder:validation:XValidation:rule="!has(self.maxReplicas) || (has(self.minReplicas) ? self.minReplicas : 1) <= self.maxReplicas",message="minReplicas must not be greater than maxReplicas",fieldPath=".minReplicas"
// +kubebuilder:validation:XValidation:rule="!self.enabled || has(self.maxReplicas)",message="maxReplicas is required while autoscaling is enabled",fieldPath=".maxReplicas"
type Autoscaling struct {
	// enabled switches the autoscaler on.
	// +required
	Enabled bool `json:"enabled"`

	// minReplicas is the least number of nodes. Default 1.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=5000
	MinReplicas *int32 `json:"minReplicas,omitempty"`

	// maxReplicas is the greatest number of nodes. Required while autoscaling is enabled.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=5000
	MaxReplicas *int32 `json:"maxReplicas,omitempty"`

	// scaleDown says when nodes are taken away.
	// +optional
	ScaleDown *ScaleDown `json:"scaleDown,omitempty"`
}

// ScaleDown says when an autoscaler takes nodes away.
type ScaleDown struct {
	// enabled lets the autoscaler take nodes away. Default true.
	// +optional
	// +kubebuilder:default=true
	Enabled *bool `json:"enabled,omitempty"`

	// unneededMinutes is how long a node must have been unneeded. Default 10.
	// +optional
	// +kubebuilder:default=10
	// +kubebuilder:validation:Minimum=1
	UnneededMinutes *int32 `json:"unneededMinutes,omitempty"`

	// delayAfterAddMinutes is how long after a node was added none is taken away. Default 10.
	// +optional
	// +kubebuilder:default=10
	// +kubebuilder:validation:Minimum=1
	DelayAfterAddMinutes *int32 `json:"delayAfterAddMinutes,omitempty"`

	// utilizationPercent is the use below which a node counts as unneeded. Default 50.
	// +optional
	// +kubebuilder:default=50
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=100
	UtilizationPercent *int32 `json:"utilizationPercent,omitempty"`
}

// Machine describes a node.
type Machine struct {
	// flavor is the platform's name or id of the machine type.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Flavor string `json:"flavor,omitempty"`

	// image is the platform's name or id of the system image.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Image string `json:"image,omitempty"`

	// zone is the availability zone.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Zone string `json:"zone,omitempty"`

	// keyName is the name of the key pair that may log in.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	KeyName string `json:"keyName,omitempty"`

	// bootVolume is the disk that the node starts from.
	// +optional
	BootVolume *Volume `json:"bootVolume,omitempty"`

	// extraVolumes are further disks.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	ExtraVolumes []ExtraVolume `json:"extraVolumes,omitempty"`

	// securityGroups are the security groups of the node's ports, by subnet.
	// +optional
	// +listType=map
	// +listMapKey=subnetID
	// +kubebuilder:validation:MaxItems=32
	SecurityGroups []SubnetSecurityGroups `json:"securityGroups,omitempty"`

	// networks are attached besides the cluster's own network.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	Networks []NetworkAttachment `json:"networks,omitempty"`
}

// Volume is a disk of a node.
type Volume struct {
	// type is the platform's name of the volume type.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Type string `json:"type,omitempty"`

	// sizeGiB is the size in GiB.
	// +optional
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65536
	SizeGiB *int32 `json:"sizeGiB,omitempty"`

	// encryption names the key that the disk is encrypted with. Without it the disk is not encrypted.
	// +optional
	Encryption *VolumeEncryption `json:"encryption,omitempty"`
}

// ExtraVolume is a disk of a node besides the one it starts from.
type ExtraVolume struct {
	Volume `json:",inline"`

	// mountPath is where the disk is mounted on the node. Without it the disk is attached only.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	// +kubebuilder:validation:XValidation:rule="size(self) == 0 || self.startsWith('/')",message="mountPath must be an absolute path"
	MountPath string `json:"mountPath,omitempty"`
}

// VolumeEncryption names the key that a disk is encrypted with.
type VolumeEncryption struct {
	// keyID is the id of the key in the platform's key store.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	KeyID string `json:"keyID,omitempty"`

	// appKeySecretName is the Secret in this namespace that holds the credential for the key store under the key "appkey".
	// +optional
	// +kubebuilder:validation:MaxLength=253
	AppKeySecretName string `json:"appKeySecretName,omitempty"`
}

// SubnetSecurityGroups are the security groups of a node's port in one subnet.
type SubnetSecurityGroups struct {
	// subnetID is the platform's id of the subnet.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	SubnetID string `json:"subnetID"`

	// ids are the security groups.
	// +required
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	// +kubebuilder:validation:items:MaxLength=253
	IDs []string `json:"ids"`
}

// NodePoolStatus is the observed state of a NodePool.
type NodePoolStatus struct {
	// observedGeneration is the newest generation that was fully handled: Ready or Stalled at it. -1 for an object that
	// nobody has looked at yet.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready, Available, Reconciling, Stalled, Provisioned and one <Adapter>Successful per adapter.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// replicas is how many nodes there are, stopped ones included, as reported by an adapter.
	// +optional
	// +kubebuilder:default=0
	Replicas int32 `json:"replicas"`

	// readyReplicas is how many of them are ready.
	// +optional
	// +kubebuilder:default=0
	ReadyReplicas int32 `json:"readyReplicas"`

	// kubernetesVersion is the version that all nodes run, or the oldest one during a change.
	// +optional
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// nodes are the nodes, sorted by name.
	// +optional
	// +listType=map
	// +listMapKey=id
	Nodes []Node `json:"nodes,omitempty"`

	// adapters is how many of the required adapters report Available=True at the present generation, for example 3/4.
	// +optional
	Adapters string `json:"adapters,omitempty"`
}

// NodeState says what a node does.
//
// +kubebuilder:validation:Enum=Pending;Ready;NotReady;Stopped;Removing
type NodeState string

// The states of a node.
const (
	// NodePending is a node that has not joined its cluster yet.
	NodePending NodeState = "Pending"
	// NodeReady is a node that takes work.
	NodeReady NodeState = "Ready"
	// NodeNotReady is a node that has joined and does not answer or is not able to take work.
	NodeNotReady NodeState = "NotReady"
	// NodeStopped is a node that was switched off on request.
	NodeStopped NodeState = "Stopped"
	// NodeRemoving is a node that is on its way out.
	NodeRemoving NodeState = "Removing"
)

// Node is a node as an adapter reports it.
type Node struct {
	// name is the name of the Node in the tenant cluster.
	// +required
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// id is the platform's id of the machine. nodesToRemove and stoppedNodes name it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ID string `json:"id"`

	// address is the node's internal address.
	// +optional
	// +kubebuilder:validation:MaxLength=253
	Address string `json:"address,omitempty"`

	// state says what the node does.
	// +optional
	State NodeState `json:"state,omitempty"`

	// kubernetesVersion is the version that the node runs.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`
}

// NodePoolList is a list of NodePools.
//
// +kubebuilder:object:root=true
type NodePoolList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []NodePool `json:"items"`
}

// GetConditions returns the address of the status conditions.
func (p *NodePool) GetConditions() *[]metav1.Condition { return &p.Status.Conditions }

// GetObservedGeneration returns status.observedGeneration: -1 for an object that nobody has looked at yet.
func (p *NodePool) GetObservedGeneration() int64 { return p.Status.ObservedGeneration }

// Pool returns the name of the pool within its cluster: spec.poolName, or the object's own name where that is empty.
func (p *NodePool) Pool() string {
	if p.Spec.PoolName != "" {
		return p.Spec.PoolName
	}
	return p.Name
}

// WishedReplicas returns spec.replicas, or its default of 1 where an object did not pass through the API server.
func (p *NodePool) WishedReplicas() int32 {
	if p.Spec.Replicas == nil {
		return 1
	}
	return *p.Spec.Replicas
}
