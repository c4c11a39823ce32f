package v1alpha1

import "k8s.io/apimachinery/pkg/runtime"

// Rollout bounds how many nodes a rolling change may add and take away at a time.
//
// +kubebuilder:validation:XValidation:rule="(has(self.maxSurge) ? self.maxSurge : 1) + (has(self.maxUnavailable) ? self.maxUnavailable : 1) > 0",message="maxSurge and maxUnavailable must not both be 0: no node could ever be replaced"
type Rollout struct {
	// maxSurge is how many nodes above the wished number may exist during a rolling change. Default 1.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	MaxSurge *int32 `json:"maxSurge,omitempty"`

	// maxUnavailable is how many nodes may be missing during a rolling change. Default 1.
	// +optional
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=1000
	MaxUnavailable *int32 `json:"maxUnavailable,omitempty"`
}

// OperationRequest names the task that a write stands for, so that the Operation recorded for its generation has the id
// and type that the client was told. REST dialects write it; whoever edits an object by hand leaves it alone.
type OperationRequest struct {
	// id is the UUID of the Operation to record.
	// +required
	// +kubebuilder:validation:Pattern=`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`
	ID string `json:"id"`

	// type is the kind of task, for example CLUSTER_RESIZE.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^[A-Z][A-Z0-9_]*$`
	Type string `json:"type"`

	// generation is the generation that this write makes. At any other generation the request is void.
	// +required
	// +kubebuilder:validation:Minimum=1
	Generation int64 `json:"generation"`
}

// Extensions keeps, per REST dialect, the request as it was sent, minus secrets. Typed fields are authoritative: where the
// two disagree, the dialect renders the typed field.
type Extensions struct {
	// hyperfleet is the document of the HyperFleet dialect.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	HyperFleet *runtime.RawExtension `json:"hyperfleet,omitempty"`

	// nks is the document of the NKS dialect.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	NKS *runtime.RawExtension `json:"nks,omitempty"`

	// cce is the document of the CCE add-on dialect.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	CCE *runtime.RawExtension `json:"cce,omitempty"`

	// iaas is the document of the IaaS add-ons dialect.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	IaaS *runtime.RawExtension `json:"iaas,omitempty"`
}

// NodeTotals counts nodes.
type NodeTotals struct {
	// wished is the sum of the replicas of all node pools.
	// +optional
	Wished int32 `json:"wished"`

	// observed is how many nodes the adapters report.
	// +optional
	Observed int32 `json:"observed"`

	// ready is how many of these are ready.
	// +optional
	Ready int32 `json:"ready"`
}

// Delivery says where the Flux that installs add-ons runs.
//
// +kubebuilder:validation:Enum=Hub;Tenant
type Delivery string

const (
	// DeliveryHub lets Flux on the management cluster install add-ons into tenant clusters.
	DeliveryHub Delivery = "Hub"
	// DeliveryTenant writes the Flux objects into the tenant cluster, whose own Flux acts on them.
	DeliveryTenant Delivery = "Tenant"
)
