package release

import (
	"time"

	"strconv"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	// ValuesKey is the key under which the values Secret holds the chart's values. Flux reads the same key by default.
	ValuesKey = "values.yaml"

	// FieldOwner is the owner of the fields of everything that is rendered here.
	FieldOwner = "slipway-addon"
)

// TenantNamespace is the namespace of a tenant cluster that holds the Flux objects of the add-ons that its own Flux installs.
const TenantNamespace = "slipway-addons"

// ObjectsNamespace is the namespace of an Addon's Flux objects: its own, or TenantNamespace on the tenant cluster.
func ObjectsNamespace(addon *fleetv1.Addon, delivery fleetv1.Delivery) string {
	if delivery == fleetv1.DeliveryTenant {
		return TenantNamespace
	}
	return addon.Namespace
}

// copyKey is the key of the values Secret under which, on the tenant cluster, the content of one of the user's references is.
func copyKey(index int) string { return "from-" + strconv.Itoa(index) + ".yaml" }

// ValuesSecretName is the name of the Secret with the chart's values.
func ValuesSecretName(addon string) string { return addon + "-values" }

// KubeconfigSecretName is the name of the Secret with the sanitized kubeconfig that Flux uses. No name of a Cluster has a dot:
// it cannot be that of the Secret in which a Cluster of the same name has its kubeconfig, <cluster>-kubeconfig.
func KubeconfigSecretName(addon string) string { return addon + ".kubeconfig" }

// Timeout is how long an installation or upgrade may take before it counts as failed.
func Timeout(template *fleetv1.AddonTemplate) time.Duration {
	if template.Spec.Timeout != nil {
		return template.Spec.Timeout.Duration
	}
	return defaultTimeout
}

// Namespace is the namespace of the tenant cluster that a template's releases live in.
func Namespace(template *fleetv1.AddonTemplate) string {
	if template.Spec.TargetNamespace != "" {
		return template.Spec.TargetNamespace
	}
	return template.Name
}
