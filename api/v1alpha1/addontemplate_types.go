package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// KindAddonTemplate is the kind of an AddonTemplate.
const KindAddonTemplate = "AddonTemplate"

// AddonTemplate is a catalogue entry: an add-on that tenants may install, in the versions that administrators offer.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=addontemplates,scope=Cluster,shortName=fat,categories=fleet
// +kubebuilder:metadata:annotations="kustomize.toolkit.fluxcd.io/substitute=disabled"
// +kubebuilder:printcolumn:name="Display Name",type=string,JSONPath=`.spec.displayName`
// +kubebuilder:printcolumn:name="Newest",type=string,JSONPath=`.status.newestVersion`
// +kubebuilder:printcolumn:name="Source",type=string,JSONPath=`.spec.source.url`
// +kubebuilder:printcolumn:name="Installed",type=integer,JSONPath=`.status.addons`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Message",type=string,priority=1,JSONPath=`.status.conditions[?(@.type=="Ready")].message`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type AddonTemplate struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the catalogue entry.
	// +required
	Spec AddonTemplateSpec `json:"spec"`

	// status says whether the entry can be used.
	// +optional
	// +kubebuilder:default={"observedGeneration":-1}
	Status AddonTemplateStatus `json:"status,omitempty"`
}

// AddonTemplateSpec is a catalogue entry.
type AddonTemplateSpec struct {
	// displayName is the name that people see. Default: the name of the template.
	// +optional
	// +kubebuilder:validation:MaxLength=128
	DisplayName string `json:"displayName,omitempty"`

	// description says what the add-on is for.
	// +optional
	// +kubebuilder:validation:MaxLength=4096
	Description string `json:"description,omitempty"`

	// type is how the add-on is installed: helm is a release of a chart, static one that tenants do not configure.
	// +optional
	// +kubebuilder:default=helm
	// +kubebuilder:validation:Enum=helm;static
	Type string `json:"type,omitempty"`

	// labels are words by which the catalogue can be grouped.
	// +optional
	// +listType=set
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=63
	Labels []string `json:"labels,omitempty"`

	// logoURL is where a picture of the add-on is.
	// +optional
	// +kubebuilder:validation:MaxLength=200
	// +kubebuilder:validation:XValidation:rule="size(self) == 0 || isURL(self)",message="logoURL must be an absolute URL"
	LogoURL string `json:"logoURL,omitempty"`

	// readmeURL is where the add-on is documented.
	// +optional
	// +kubebuilder:validation:MaxLength=2048
	// +kubebuilder:validation:XValidation:rule="size(self) == 0 || isURL(self)",message="readmeURL must be an absolute URL"
	ReadmeURL string `json:"readmeURL,omitempty"`

	// source is where the charts are.
	// +required
	Source ChartSource `json:"source"`

	// targetNamespace is the namespace of the tenant cluster that the release is installed into; it is created if it does
	// not exist. Default: the name of the template.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="targetNamespace must be a DNS label"
	// +kubebuilder:validation:XValidation:rule="!self.startsWith('kube-')",message="targetNamespace must not start with kube-: those namespaces belong to Kubernetes"
	TargetNamespace string `json:"targetNamespace,omitempty"`

	// timeout is how long an installation or upgrade may take before it counts as failed. Default 5m.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s')",message="timeout must be a duration of at least 1s, for example 5m"
	Timeout *metav1.Duration `json:"timeout,omitempty"`

	// versions are the versions on offer, newest first by convention.
	// +required
	// +listType=map
	// +listMapKey=version
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Versions []AddonVersion `json:"versions"`
}

// ChartSource is where charts come from.
//
// +kubebuilder:validation:XValidation:rule="self.type == 'OCIRepository' ? self.url.startsWith('oci://') : (self.url.startsWith('oci://') || self.url.startsWith('https://') || self.url.startsWith('http://'))",message="url must start with oci:// for an OCIRepository, and with https://, http:// or oci:// for a HelmRepository",fieldPath=".url"
type ChartSource struct {
	// type is the kind of Flux source: a HelmRepository with an index, or an OCIRepository below which each chart lies
	// under its own name.
	// +required
	// +kubebuilder:validation:Enum=HelmRepository;OCIRepository
	Type string `json:"type"`

	// url is the address of the repository, without the name of the chart.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=2048
	URL string `json:"url"`

	// interval is how often Flux looks for changes. Default 10m.
	// +optional
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^([0-9]+(\\\\.[0-9]+)?(ms|s|m|h))+$') && duration(self) >= duration('1s')",message="interval must be a duration of at least 1s, for example 10m"
	Interval *metav1.Duration `json:"interval,omitempty"`

	// insecure allows an OCI registry without TLS. For local environments.
	// +optional
	Insecure bool `json:"insecure,omitempty"`
}

// AddonVersion is one version of an add-on.
type AddonVersion struct {
	// version is the version that tenants name: a semantic version.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self.matches('^v?[0-9]+(\\\\.[0-9]+){0,2}(-[0-9A-Za-z.-]+)?(\\\\+[0-9A-Za-z.-]+)?$')",message="version must be a semantic version, for example 3.3.8"
	Version string `json:"version"`

	// stable tells that the version is meant for production. New installations through REST take the newest stable one.
	// +optional
	Stable bool `json:"stable,omitempty"`

	// chart is the chart that is installed.
	// +required
	Chart Chart `json:"chart"`

	// kubernetesVersions is the range of Kubernetes versions that the add-on works on, for example ">=1.29.0 <1.34.0".
	// Empty allows all.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	KubernetesVersions string `json:"kubernetesVersions,omitempty"`

	// clusterVersions are regular expressions (RE2), of which one has to match the cluster's whole version text. Empty
	// allows all.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=256
	ClusterVersions []string `json:"clusterVersions,omitempty"`

	// paramsSchema is the JSON schema (draft 2020-12) of the params, of type object.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	ParamsSchema *runtime.RawExtension `json:"paramsSchema,omitempty"`

	// defaults are the params that apply where a tenant gives none.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Defaults *runtime.RawExtension `json:"defaults,omitempty"`

	// values are chart values that always apply and that tenants cannot change.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Values *runtime.RawExtension `json:"values,omitempty"`

	// paramMapping puts params where the chart wants them. Without any mapping the params are the chart's values.
	// +optional
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=128
	ParamMapping []ParamMapping `json:"paramMapping,omitempty"`

	// outputs are read from the tenant cluster into the Addon's status once the add-on is deployed.
	// +optional
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=32
	Outputs []AddonOutput `json:"outputs,omitempty"`

	// dependsOn are templates that must be deployed on the same cluster first.
	// +optional
	// +listType=map
	// +listMapKey=templateName
	// +kubebuilder:validation:MaxItems=16
	DependsOn []AddonDependency `json:"dependsOn,omitempty"`

	// translate holds translations for user interfaces, kept as written.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	// +kubebuilder:validation:Type=object
	Translate *runtime.RawExtension `json:"translate,omitempty"`
}

// Chart names a chart in the template's source.
type Chart struct {
	// name is the name of the chart.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-._a-z0-9]*[a-z0-9])?$')",message="chart.name must be lower-case letters, digits, hyphens, dots and underscores"
	Name string `json:"name"`

	// version is the version of the chart. Default: the version of the add-on.
	// +optional
	// +kubebuilder:validation:MaxLength=64
	Version string `json:"version,omitempty"`
}

// ParamMapping puts one param, or a constant, at one place of the chart's values. Exactly one of param and constant is given
// (checked at admission: a schema rule cannot see a value of any type).
type ParamMapping struct {
	// param is the JSON pointer of the param, for example /cpu_limit.
	// +optional
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^(/([^~/]|~[01])+)+$')",message="param must be a JSON pointer, for example /cpu_limit"
	Param string `json:"param,omitempty"`

	// value is the JSON pointer of the place in the chart's values, for example /singleuser/cpu/limit. Objects on the way
	// are created.
	// +required
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="self.matches('^(/([^~/]|~[01])+)+$')",message="value must be a JSON pointer, for example /singleuser/cpu/limit"
	Value string `json:"value"`

	// type converts the param: string, number, integer or boolean. Without it the param is taken as it is.
	// +optional
	// +kubebuilder:validation:Enum=string;number;integer;boolean
	Type string `json:"type,omitempty"`

	// default is taken where the param is not given.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	Default *runtime.RawExtension `json:"default,omitempty"`

	// constant is always taken.
	// +optional
	// +kubebuilder:pruning:PreserveUnknownFields
	// +kubebuilder:validation:Schemaless
	Constant *runtime.RawExtension `json:"constant,omitempty"`
}

// AddonOutput is read from the tenant cluster once the add-on is deployed. Exactly one of service, ingress and secretKey is
// given.
//
// +kubebuilder:validation:XValidation:rule="[has(self.service), has(self.ingress), has(self.secretKey)].filter(x, x).size() == 1",message="give exactly one of service, ingress and secretKey"
type AddonOutput struct {
	// name is the key under which the output is shown, for example web_ui.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:XValidation:rule="self.matches('^[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?$')",message="name must be letters, digits, hyphens, dots and underscores"
	Name string `json:"name"`

	// service shows the address of a Service, as <scheme>://<cluster IP>:<port>.
	// +optional
	Service *ServiceOutput `json:"service,omitempty"`

	// ingress shows the address of an Ingress, as http(s)://<host>.
	// +optional
	Ingress *ObjectOutput `json:"ingress,omitempty"`

	// secretKey shows which Secret of the tenant cluster holds a value. The value itself is never copied.
	// +optional
	SecretKey *SecretKeyOutput `json:"secretKey,omitempty"`

	// optional lets the add-on be ready also where the source of the output does not exist. Without it an add-on is
	// PartiallyReady until the source exists.
	// +optional
	Optional bool `json:"optional,omitempty"`
}

// ObjectOutput names an object of the tenant cluster.
type ObjectOutput struct {
	// name is the name of the object. {release} stands for the name of the Helm release.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`

	// namespace is the namespace of the object. Default: the namespace of the release.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
}

// ServiceOutput names a port of a Service of the tenant cluster.
type ServiceOutput struct {
	ObjectOutput `json:",inline"`

	// port is the number or the name of the port. Default: the first one.
	// +optional
	// +kubebuilder:validation:MaxLength=63
	Port string `json:"port,omitempty"`

	// scheme is the scheme of the address. Default http.
	// +optional
	// +kubebuilder:default=http
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:Pattern=`^[a-z][a-z0-9+.-]*$`
	Scheme string `json:"scheme,omitempty"`
}

// SecretKeyOutput names a key of a Secret of the tenant cluster.
type SecretKeyOutput struct {
	ObjectOutput `json:",inline"`

	// key is the data key.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Key string `json:"key"`
}

// AddonDependency is a template that must be deployed on the same cluster first.
type AddonDependency struct {
	// templateName is the AddonTemplate.
	// +required
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	TemplateName string `json:"templateName"`

	// versions is the range of versions that will do, for example ">=1.2.0". Empty allows all.
	// +optional
	// +kubebuilder:validation:MaxLength=256
	Versions string `json:"versions,omitempty"`
}

// AddonTemplateStatus says whether a catalogue entry can be used.
type AddonTemplateStatus struct {
	// observedGeneration is the newest generation that was checked. -1 for an object that nobody has looked at yet.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions are Ready and Stalled.
	// +optional
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// newestVersion is the newest stable version, or the newest one if none is stable.
	// +optional
	NewestVersion string `json:"newestVersion,omitempty"`

	// addons is how many Addons are made from the template.
	// +optional
	// +kubebuilder:default=0
	Addons int32 `json:"addons"`
}

// AddonTemplateList is a list of AddonTemplates.
//
// +kubebuilder:object:root=true
type AddonTemplateList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []AddonTemplate `json:"items"`
}

// GetConditions returns the address of the status conditions.
func (t *AddonTemplate) GetConditions() *[]metav1.Condition { return &t.Status.Conditions }

// GetObservedGeneration returns status.observedGeneration: -1 for an object that nobody has looked at yet.
func (t *AddonTemplate) GetObservedGeneration() int64 { return t.Status.ObservedGeneration }

// Version returns the template's version of that name, or nil.
func (t *AddonTemplate) Version(version string) *AddonVersion {
	for i := range t.Spec.Versions {
		if t.Spec.Versions[i].Version == version {
			return &t.Spec.Versions[i]
		}
	}
	return nil
}
