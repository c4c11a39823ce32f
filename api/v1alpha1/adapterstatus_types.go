package v1alpha1

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// AdapterStatus is the latest report of one adapter about one Cluster or NodePool. There is one for each pair of target
// and adapter, owned by its target. It has no status subresource, so that a report is a single write.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=adapterstatuses,scope=Namespaced,shortName=fas,categories=fleet
// +kubebuilder:metadata:annotations="kustomize.toolkit.fluxcd.io/substitute=disabled"
// +kubebuilder:selectablefield:JSONPath=`.spec.adapter`
// +kubebuilder:selectablefield:JSONPath=`.spec.targetRef.kind`
// +kubebuilder:selectablefield:JSONPath=`.spec.targetRef.name`
// +kubebuilder:printcolumn:name="Kind",type=string,JSONPath=`.spec.targetRef.kind`
// +kubebuilder:printcolumn:name="Target",type=string,JSONPath=`.spec.targetRef.name`
// +kubebuilder:printcolumn:name="Adapter",type=string,JSONPath=`.spec.adapter`
// +kubebuilder:printcolumn:name="Generation",type=integer,JSONPath=`.report.observedGeneration`
// +kubebuilder:printcolumn:name="Available",type=string,JSONPath=`.report.conditions[?(@.type=="Available")].status`
// +kubebuilder:printcolumn:name="Finalized",type=string,JSONPath=`.report.conditions[?(@.type=="Finalized")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.report.conditions[?(@.type=="Available")].reason`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.report.conditions[?(@.type=="Available")].message`
// +kubebuilder:printcolumn:name="Reported",type=date,JSONPath=`.report.observedTime`
type AdapterStatus struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec says who reports about what. Immutable.
	// +required
	// +kubebuilder:validation:XValidation:rule="self.targetRef.kind == oldSelf.targetRef.kind && self.targetRef.name == oldSelf.targetRef.name && self.adapter == oldSelf.adapter && (!has(oldSelf.targetRef.uid) || (has(self.targetRef.uid) && self.targetRef.uid == oldSelf.targetRef.uid))",message="spec is immutable: an AdapterStatus belongs to one target and one adapter"
	Spec AdapterStatusSpec `json:"spec"`

	// report is the latest report. Without one the adapter counts as not having reported.
	// +optional
	Report *Report `json:"report,omitempty"`
}

// AdapterStatusSpec says who reports about what.
type AdapterStatusSpec struct {
	// targetRef is the object that the report is about.
	// +required
	TargetRef TargetRef `json:"targetRef"`

	// adapter is the name of the adapter that reports: a DNS label.
	// +required
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="adapter must be a DNS label: lower-case letters, digits and hyphens, starting and ending with a letter or digit"
	Adapter string `json:"adapter"`
}

// TargetRef names a Cluster or NodePool in the same namespace.
type TargetRef struct {
	// kind is Cluster or NodePool.
	// +required
	// +kubebuilder:validation:Enum=Cluster;NodePool
	Kind string `json:"kind"`

	// name is the name of the target.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// uid is the UID of the target. Where it is given, the report does not count for a later object of the same name.
	// +optional
	UID types.UID `json:"uid,omitempty"`
}

// The kinds that a report can be about.
const (
	// KindCluster is the kind of a Cluster.
	KindCluster = "Cluster"
	// KindNodePool is the kind of a NodePool.
	KindNodePool = "NodePool"
)

// Report is what an adapter says about its target.
//
// +kubebuilder:validation:XValidation:rule="self.conditions.exists(c, c.type == 'Available') && self.conditions.exists(c, c.type == 'Applied') && self.conditions.exists(c, c.type == 'Health')",message="report.conditions must hold Available, Applied and Health; further types are welcome",fieldPath=".conditions"
type Report struct {
	// observedGeneration is the generation of the target that the adapter looked at.
	// +required
	// +kubebuilder:validation:Minimum=1
	ObservedGeneration int64 `json:"observedGeneration"`

	// observedTime is when the adapter looked, with microseconds: 2026-01-01T00:00:00.000000Z.
	// +required
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=date-time
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	ObservedTime metav1.MicroTime `json:"observedTime"`

	// createdTime is the observedTime of the adapter's first report about the target.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=date-time
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	CreatedTime *metav1.MicroTime `json:"createdTime,omitempty"`

	// conditions are what the adapter found. Available, Applied and Health are mandatory: Available says that the adapter's
	// part works, Applied that what it wants is written down where it belongs, Health that the adapter itself works.
	// Finalized=True says that a deletion has been carried out, Stalled=True that the adapter cannot go on before somebody
	// changes something. Further types are welcome.
	// +required
	// +listType=map
	// +listMapKey=type
	// +kubebuilder:validation:MaxItems=32
	Conditions []ReportCondition `json:"conditions"`

	// data is the adapter's own record about the target, kept as sent.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Data *runtime.RawExtension `json:"data,omitempty"`

	// metadata is the adapter's own record about the report, kept as sent.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Metadata *runtime.RawExtension `json:"metadata,omitempty"`

	// cluster are facts about a Cluster, which the controller copies into its status.
	// +optional
	Cluster *ClusterFacts `json:"cluster,omitempty"`

	// nodePool are facts about a NodePool, which the controller copies into its status.
	// +optional
	NodePool *NodePoolFacts `json:"nodePool,omitempty"`
}

// ReportCondition is one finding of an adapter. Unlike a metav1.Condition it needs neither reason nor message.
type ReportCondition struct {
	// type is what the finding is about.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=316
	Type string `json:"type"`

	// status is True, False or Unknown.
	// +required
	// +kubebuilder:validation:Enum=True;False;Unknown
	Status metav1.ConditionStatus `json:"status"`

	// reason is a word for the cause.
	// +optional
	// +kubebuilder:validation:MaxLength=1024
	Reason string `json:"reason,omitempty"`

	// message is the cause for a person to read.
	// +optional
	// +kubebuilder:validation:MaxLength=32768
	Message string `json:"message,omitempty"`

	// lastTransitionTime is the observedTime of the report that changed the status.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=date-time
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	LastTransitionTime *metav1.MicroTime `json:"lastTransitionTime,omitempty"`
}

// ClusterFacts are facts about a Cluster. What is left out is not known to the adapter.
type ClusterFacts struct {
	// apiEndpoint is the address of the API server, as https://host:port.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="size(self) == 0 || (isURL(self) && url(self).getScheme() == 'https')",message="apiEndpoint must be an https URL, for example https://10.0.0.1:6443"
	APIEndpoint string `json:"apiEndpoint,omitempty"`

	// kubernetesVersion is the version that the control plane runs.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// kubeconfigSecretName is the Secret in the target's namespace that holds a kubeconfig under the key "value".
	// +optional
	// +kubebuilder:validation:MaxLength=253
	KubeconfigSecretName string `json:"kubeconfigSecretName,omitempty"`

	// kubeconfigChecksum changes when the kubeconfig changes. It must reveal nothing of it.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	KubeconfigChecksum string `json:"kubeconfigChecksum,omitempty"`

	// certificateExpiry is when the cluster's certificates expire.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Format=date-time
	// +kubebuilder:validation:Pattern=`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`
	CertificateExpiry *metav1.Time `json:"certificateExpiry,omitempty"`
}

// NodePoolFacts are facts about a NodePool.
type NodePoolFacts struct {
	// replicas is how many nodes there are, stopped ones included.
	// +optional
	// +kubebuilder:validation:Minimum=0
	Replicas int32 `json:"replicas"`

	// readyReplicas is how many of them are ready.
	// +optional
	// +kubebuilder:validation:Minimum=0
	ReadyReplicas int32 `json:"readyReplicas"`

	// kubernetesVersion is the version that all nodes run, or the oldest one during a change.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`

	// nodes are the nodes.
	// +optional
	// +listType=map
	// +listMapKey=id
	// +kubebuilder:validation:MaxItems=5000
	Nodes []Node `json:"nodes,omitempty"`
}

// AdapterStatusList is a list of AdapterStatuses.
//
// +kubebuilder:object:root=true
type AdapterStatusList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AdapterStatus `json:"items"`
}

// AdapterStatusName returns the name of the one AdapterStatus of an adapter about a target: <target>.<kind>.<adapter>, the
// kind in lower case. Everybody who writes reports uses it, so that a second writer updates instead of adding.
func AdapterStatusName(target TargetRef, adapter string) string {
	return target.Name + "." + strings.ToLower(target.Kind) + "." + adapter
}

// Finalized tells whether the report says that a deletion has been carried out. It is safe on a nil report.
func (r *Report) Finalized() bool {
	condition := r.Condition(ReportFinalized)
	return condition != nil && condition.Status == metav1.ConditionTrue
}

// Condition returns the reported condition of that type, or nil. It is safe on a nil report.
func (r *Report) Condition(conditionType string) *ReportCondition {
	if r == nil {
		return nil
	}
	for i := range r.Conditions {
		if r.Conditions[i].Type == conditionType {
			return &r.Conditions[i]
		}
	}
	return nil
}
