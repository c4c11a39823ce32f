package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// KindAddon is the kind of an Addon.
const KindAddon = "Addon"

// Addon is one add-on wished on one Cluster.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=addons,scope=Namespaced,shortName=fad,categories=fleet
// +kubebuilder:metadata:annotations="kustomize.toolkit.fluxcd.io/substitute=disabled"
// +kubebuilder:selectablefield:JSONPath=`.spec.clusterName`
// +kubebuilder:selectablefield:JSONPath=`.spec.templateName`
// +kubebuilder:printcolumn:name="Cluster",type=string,JSONPath=`.spec.clusterName`
// +kubebuilder:printcolumn:name="Template",type=string,JSONPath=`.spec.templateName`
// +kubebuilder:printcolumn:name="Wished",type=string,JSONPath=`.spec.version`
// +kubebuilder:printcolumn:name="Current",type=string,JSONPath=`.status.currentVersion`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].reason`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 53 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must be at most 53 lower-case letters, digits and hyphens, starting and ending with a letter or digit: it names the Helm release",fieldPath=".metadata"
type Addon struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the wished state.
	// +required
	Spec AddonSpec `json:"spec"`

	// status is the observed state, written by Slipway.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status AddonStatus `json:"status,omitempty"`
}

// AddonSpec is the wished state of an Addon.
//
// +kubebuilder:validation:XValidation:rule="self.clusterName == oldSelf.clusterName",message="spec.clusterName is immutable; delete the Addon and create one for the other cluster",fieldPath=".clusterName"
// +kubebuilder:validation:XValidation:rule="self.templateName == oldSelf.templateName",message="spec.templateName is immutable; delete the Addon and create one from the other template",fieldPath=".templateName"
type AddonSpec struct {
	// clusterName is the Cluster in this namespace to install on. Immutable. An add-on may be created before its cluster is
	// there or ready; it waits for it.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=53
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="clusterName must be the name of a Cluster: lower-case letters, digits and hyphens"
	ClusterName string `json:"clusterName"`

	// templateName is the AddonTemplate to install. Immutable.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",message="templateName must be the name of an AddonTemplate: lower-case letters, digits, hyphens and dots"
	TemplateName string `json:"templateName"`

	// version is one of the template's versions. A change upgrades.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	Version string `json:"version"`

	// params are the settings, checked against the version's paramsSchema. They are always the full set: what is not given
	// takes the version's default.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Params *runtime.RawExtension `json:"params,omitempty"`

	// valuesFrom are Secrets and ConfigMaps of this namespace that hold chart values, merged in order before what comes of the
	// params, or params, laid over spec.params in order.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	ValuesFrom []ValuesReference `json:"valuesFrom,omitempty"`

	// upgradePolicy says which newer versions of the template are taken by themselves: none (Manual), patch releases of the
	// present minor (Patch), or any newer version of the present major (Minor). Only stable versions are taken that the cluster's version allows, and
	// spec.version is changed to them.
	// +optional
	// +kubebuilder:default=Manual
	UpgradePolicy UpgradePolicy `json:"upgradePolicy,omitempty"`

	// suspend stops Slipway and Flux from acting on the release. What is installed stays. A deletion still goes through.
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// operation names the task that the latest write of a REST client stands for.
	// +optional
	Operation *OperationRequest `json:"operation,omitempty"`

	// extensions keeps the requests of REST clients as they were sent, minus secrets.
	// +optional
	Extensions *Extensions `json:"extensions,omitempty"`
}

// ValuesReference names a Secret or ConfigMap in the Addon's namespace that holds chart values.
type ValuesReference struct {
	// kind is Secret or ConfigMap.
	// +required
	// +kubebuilder:validation:Enum=Secret;ConfigMap
	Kind string `json:"kind"`

	// name is the name of the object, in the Addon's own namespace.
	// +required
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",message="name must be the name of a Secret or ConfigMap in this namespace: lower-case letters, digits, hyphens and dots"
	Name string `json:"name"`

	// key is the data key that holds the values as YAML. Default: values.yaml.
	// +optional
	// +kubebuilder:default=values.yaml
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:Pattern=`^[-._a-zA-Z0-9]+$`
	Key string `json:"key,omitempty"`

	// optional lets the installation go on if the object or the key does not exist.
	// +optional
	Optional bool `json:"optional,omitempty"`

	// holds says what the content is: chart values (Values), or params (Params), which the version's paramsSchema and
	// paramMapping apply to as to spec.params. Params that the schema calls writeOnly belong into a Secret with Params. Default:
	// Values.
	// +optional
	// +kubebuilder:default=Values
	// +kubebuilder:validation:Enum=Values;Params
	Holds ValuesContent `json:"holds,omitempty"`
}

// ValuesContent says what a ValuesReference leads to.
type ValuesContent string

const (
	// ContentValues are chart values.
	ContentValues ValuesContent = "Values"
	// ContentParams are params of the add-on.
	ContentParams ValuesContent = "Params"
)

// UpgradePolicy says which newer versions are taken by themselves.
//
// +kubebuilder:validation:Enum=Manual;Patch;Minor
type UpgradePolicy string

const (
	// UpgradeManual takes no version by itself.
	UpgradeManual UpgradePolicy = "Manual"
	// UpgradePatch takes newer patch releases of the present minor.
	UpgradePatch UpgradePolicy = "Patch"
	// UpgradeMinor takes newer versions of the present major.
	UpgradeMinor UpgradePolicy = "Minor"
)

// AddonStatus is the observed state of an Addon.
type AddonStatus struct {
	// observedGeneration is the newest generation that was fully handled: Ready or Stalled at it. -1 for an object that
	// nobody has looked at yet.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready, Reconciling, Stalled and Installed.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// currentVersion is the version that was last deployed with success.
	// +optional
	CurrentVersion string `json:"currentVersion,omitempty"`

	// previousVersion is the version that was deployed before the present one.
	// +optional
	PreviousVersion string `json:"previousVersion,omitempty"`

	// targetVersions are the versions, in ascending order, that the add-on can be upgraded to on its cluster.
	// +optional
	// +listType=atomic
	TargetVersions []string `json:"targetVersions,omitempty"`

	// rollbackable tells that the add-on can be taken back to previousVersion.
	// +optional
	Rollbackable bool `json:"rollbackable,omitempty"`

	// outputs are what the version's outputs were found to be, for example web_ui.
	// +optional
	Outputs map[string]string `json:"outputs,omitempty"`

	// helmReleaseRef is the HelmRelease that was rendered for this add-on, on the cluster that delivery says.
	// +optional
	HelmReleaseRef *ObjectReference `json:"helmReleaseRef,omitempty"`

	// delivery is where the Flux objects of this add-on are: on the management cluster (Hub) or on the tenant cluster (Tenant).
	// Empty before anything was applied.
	// +optional
	Delivery Delivery `json:"delivery,omitempty"`

	// movedFrom is where Flux objects of this add-on are left from before its delivery changed. Empty when nothing is left.
	// +optional
	MovedFrom Delivery `json:"movedFrom,omitempty"`

	// renderedChecksum is the checksum of the rendered objects of the last generation that was applied.
	// +optional
	RenderedChecksum string `json:"renderedChecksum,omitempty"`

	// lastAppliedTime is when the rendered objects last changed; the deadlines for failure count from here.
	// +optional
	LastAppliedTime *metav1.Time `json:"lastAppliedTime,omitempty"`

	// history are the deployed versions, newest first, at most 10.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=10
	History []AddonHistoryEntry `json:"history,omitempty"`

	// paramsSecrets are the Secrets that Slipway made for this add-on's writeOnly params and that still exist. One that neither
	// the spec nor the history names is deleted.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	ParamsSecrets []string `json:"paramsSecrets,omitempty"`

	// failedVersions are the versions whose upgrade failed since the template last changed. An upgradePolicy does not take them.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=64
	FailedVersions []string `json:"failedVersions,omitempty"`

	// templateGeneration is the generation of the template that failedVersions are about.
	// +optional
	TemplateGeneration int64 `json:"templateGeneration,omitempty"`
}

// ObjectReference names an object.
type ObjectReference struct {
	// namespace is the namespace of the object.
	// +required
	Namespace string `json:"namespace"`

	// name is the name of the object.
	// +required
	Name string `json:"name"`
}

// AddonHistoryEntry is one version that was deployed with success.
type AddonHistoryEntry struct {
	// version is the template version.
	// +required
	Version string `json:"version"`

	// generation is the generation of the Addon.
	// +required
	Generation int64 `json:"generation"`

	// params are the params it was deployed with. Params that the schema marks writeOnly are never here.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Params *runtime.RawExtension `json:"params,omitempty"`

	// valuesFrom are the references it was deployed with. A Secret that a REST client's writeOnly params were put into is kept
	// as long as an entry names it.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	ValuesFrom []ValuesReference `json:"valuesFrom,omitempty"`

	// deployedTime is when the release became ready.
	// +required
	DeployedTime metav1.Time `json:"deployedTime"`
}

// AddonList is a list of Addons.
//
// +kubebuilder:object:root=true
type AddonList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Addon `json:"items"`
}

// GetConditions returns the address of the status conditions.
func (a *Addon) GetConditions() *[]metav1.Condition { return &a.Status.Conditions }

// GetObservedGeneration returns status.observedGeneration: -1 for an object that nobody has looked at yet.
func (a *Addon) GetObservedGeneration() int64 { return a.Status.ObservedGeneration }

// InstanceName returns the name of the Helm release on the tenant cluster: the label fleet.slipway.dev/instance, else the
// Addon's own name.
func (a *Addon) InstanceName() string {
	if name := a.Labels[LabelInstance]; name != "" {
		return name
	}
	return a.Name
}
