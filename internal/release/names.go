package release

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	// ValuesKey is the key under which the values Secret holds the chart's values. Flux reads the same key by default.
	ValuesKey = "values.yaml"

	// FieldOwner is the owner of the fields of everything that is rendered here.
	FieldOwner = "slipway-addon"
)

// ValuesSecretName is the name of the Secret with the chart's values.
func ValuesSecretName(addon string) string { return addon + "-values" }

// KubeconfigSecretName is the name of the Secret with the sanitized kubeconfig that Flux uses. No name of a Cluster has a dot:
// it cannot be that of the Secret in which a Cluster of the same name has its kubeconfig, <cluster>-kubeconfig.
func KubeconfigSecretName(addon string) string { return addon + ".kubeconfig" }

// Namespace is the namespace of the tenant cluster that a template's releases live in.
func Namespace(template *fleetv1.AddonTemplate) string {
	if template.Spec.TargetNamespace != "" {
		return template.Spec.TargetNamespace
	}
	return template.Name
}
