package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Operation is the record of one generation change of one object, from start to end, as NKS clients read it as task
// history. It outlives its target and goes when the Platform's operationTTL is over.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=operations,scope=Namespaced,shortName=fop,categories=fleet
// +kubebuilder:metadata:annotations="kustomize.toolkit.fluxcd.io/substitute=disabled"
// +kubebuilder:selectablefield:JSONPath=`.spec.cluster.id`
// +kubebuilder:selectablefield:JSONPath=`.spec.target.kind`
// +kubebuilder:selectablefield:JSONPath=`.spec.target.name`
// +kubebuilder:printcolumn:name="Seq",type=integer,JSONPath=`.spec.sequence`
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=`.spec.type`
// +kubebuilder:printcolumn:name="Kind",type=string,JSONPath=`.spec.target.kind`
// +kubebuilder:printcolumn:name="Target",type=string,JSONPath=`.spec.target.name`
// +kubebuilder:printcolumn:name="Generation",type=integer,JSONPath=`.spec.generation`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.message`
// +kubebuilder:printcolumn:name="Started",type=date,JSONPath=`.spec.startTime`
// +kubebuilder:printcolumn:name="Ended",type=date,JSONPath=`.status.endTime`
type Operation struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says what was changed. Immutable.
	// +required
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="spec is immutable: an Operation is a record"
	Spec OperationSpec `json:"spec"`

	// status says how it went.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status OperationStatus `json:"status,omitempty"`
}

// OperationSpec says what was changed.
type OperationSpec struct {
	// type is the kind of task, for example CLUSTER_RESIZE, or ForceDelete where an object was let go by force.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Z][A-Za-z0-9_]*$')",message="type must start with an upper-case letter and hold letters, digits and underscores, for example CLUSTER_RESIZE"
	Type string `json:"type"`

	// target is the object that was changed.
	// +required
	Target OperationTarget `json:"target"`

	// cluster is the cluster that the target belongs to, or is.
	// +required
	Cluster OperationCluster `json:"cluster"`

	// generation is the generation of the target that the change made.
	// +required
	// +kubebuilder:validation:Minimum=1
	Generation int64 `json:"generation"`

	// sequence is a number that rises from record to record within the namespace. Numbers may be missing.
	// +required
	// +kubebuilder:validation:Minimum=1
	Sequence int64 `json:"sequence"`

	// fingerprint holds, for each part of the target's spec that types of tasks are told apart by, a digest of what it was at
	// that generation. What differs from one record to the next is what was changed.
	// +optional
	// +kubebuilder:validation:MaxProperties=32
	Fingerprint map[string]string `json:"fingerprint,omitempty"`

	// startTime is when the change was first seen.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=date-time
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	StartTime metav1.Time `json:"startTime"`
}

// OperationForceDelete is the type of the Operation that records who let an object go by force, and why.
const OperationForceDelete = "ForceDelete"

// Types of tasks on Clusters.
const (
	// OperationClusterCreate is a new Cluster. It ends when the Cluster is provisioned.
	OperationClusterCreate = "CLUSTER_CREATE"
	// OperationClusterDelete is the deletion of a Cluster. It ends when the Cluster is gone.
	OperationClusterDelete = "CLUSTER_DELETE"
	// OperationClusterCNI is a change of the network plugin or of the pods' network.
	OperationClusterCNI = "CLUSTER_CNI_UPDATE"
	// OperationClusterAccess is a change of who may reach the API server.
	OperationClusterAccess = "CLUSTER_API_EP_IPACL_UPDATE"
	// OperationClusterCertificates is a renewal of certificates.
	OperationClusterCertificates = "CLUSTER_ROTATE_CERTIFICATE"
	// OperationClusterGateways is a change of the service gateways.
	OperationClusterGateways = "CLUSTER_UPDATE_SGW"
	// OperationClusterUpdate is any other change of a Cluster.
	OperationClusterUpdate = "CLUSTER_UPDATE"
)

// Types of tasks on NodePools.
const (
	// OperationPoolCreate is a new NodePool.
	OperationPoolCreate = "NODEGROUP_CREATE"
	// OperationPoolDelete is the deletion of a NodePool. It ends when the NodePool is gone.
	OperationPoolDelete = "NODEGROUP_DELETE"
	// OperationPoolResize is a change of the number of nodes. NKS counts it among the tasks of clusters.
	OperationPoolResize = "CLUSTER_RESIZE"
	// OperationPoolStop switches nodes off.
	OperationPoolStop = "NODEGROUP_NODE_ACTION_NODE_STOP"
	// OperationPoolStart switches nodes on again.
	OperationPoolStart = "NODEGROUP_NODE_ACTION_NODE_START"
	// OperationPoolAutoscaling is a change of the autoscaler's settings.
	OperationPoolAutoscaling = "NODEGROUP_SET_CLUSTER_AUTOSCALER"
	// OperationPoolUpgrade is a change of the nodes' Kubernetes version, and, on a Cluster, of the control plane's.
	OperationPoolUpgrade = "NODEGROUP_UPGRADE"
	// OperationPoolScript is a change of the user script.
	OperationPoolScript = "NODEGROUP_USERSCRIPT_UPDATE"
	// OperationPoolFlavor is a change of the machine type.
	OperationPoolFlavor = "NODEGROUP_UPDATE_FLAVOR"
	// OperationPoolUpdate is any other change of a NodePool.
	OperationPoolUpdate = "NODEGROUP_UPDATE"
)

// OperationTarget names the object that an Operation is about.
type OperationTarget struct {
	// kind is the kind of the object.
	// +required
	// +kubebuilder:validation:Enum=Cluster;NodePool;Addon
	Kind string `json:"kind"`

	// id is the label fleet.slipway.dev/id of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	ID string `json:"id"`

	// name is the name of the object.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// uid is metadata.uid of the object, whose generations are counted. An object that is restored from a backup keeps its id, gets
	// another uid, and counts from 1 again.
	// +optional
	UID types.UID `json:"uid,omitempty"`
}

// OperationCluster names the cluster that an Operation belongs to.
type OperationCluster struct {
	// id is the label fleet.slipway.dev/id of the Cluster.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	ID string `json:"id"`

	// name is the name of the Cluster.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
}

// OperationState says how an Operation went.
//
// +kubebuilder:validation:Enum=InProgress;Succeeded;Failed
type OperationState string

const (
	// OperationInProgress is an operation that adapters work on.
	OperationInProgress OperationState = "InProgress"
	// OperationSucceeded is an operation that ended well.
	OperationSucceeded OperationState = "Succeeded"
	// OperationFailed is an operation that an adapter gave up, that took too long, or that a deletion overtook.
	OperationFailed OperationState = "Failed"
)

// OperationStatus says how an Operation went.
type OperationStatus struct {
	// observedGeneration is the generation of the Operation that state belongs to. -1 for one that was just created.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready (True once the operation ended well), Reconciling and Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// state says how it went so far.
	// +optional
	State OperationState `json:"state,omitempty"`

	// message is why it failed, in the adapter's words.
	// +optional
	// +kubebuilder:validation:MaxLength=32768
	Message string `json:"message,omitempty"`

	// endTime is when it ended.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=date-time
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	EndTime *metav1.Time `json:"endTime,omitempty"`
}

// OperationList is a list of Operations.
//
// +kubebuilder:object:root=true
type OperationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Operation `json:"items"`
}

// GetConditions returns the address of the status conditions.
func (o *Operation) GetConditions() *[]metav1.Condition { return &o.Status.Conditions }

// GetObservedGeneration returns status.observedGeneration: -1 for an object that nobody has looked at yet.
func (o *Operation) GetObservedGeneration() int64 { return o.Status.ObservedGeneration }
