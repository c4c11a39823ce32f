package v1alpha1

import "k8s.io/apimachinery/pkg/types"

// Selectable fields, by the paths under which the CRDs declare them. Caches index by the same paths, so that one query works
// with a cached and an uncached client.
const (
	// FieldTargetName is, of an AdapterStatus, the name of its target.
	FieldTargetName = "spec.targetRef.name"
	// FieldClusterName is, of a NodePool or Addon, the Cluster it belongs to.
	FieldClusterName = "spec.clusterName"
	// FieldPlatformName is, of a Cluster, the Platform that governs it.
	FieldPlatformName = "spec.platformName"
	// FieldTemplateName is, of an Addon, the AddonTemplate it is installed from.
	FieldTemplateName = "spec.templateName"
	// FieldOperationTarget is, of an Operation, the name of what was changed.
	FieldOperationTarget = "spec.target.name"
	// FieldOperationCluster is, of an Operation, the id of the Cluster it belongs to.
	FieldOperationCluster = "spec.cluster.id"
)

// Means tells whether a reference means the object of that kind, name and UID. A reference without a UID means any object
// of the name.
func (r TargetRef) Means(kind, name string, uid types.UID) bool {
	return r.Kind == kind && r.Name == name && (r.UID == "" || r.UID == uid)
}
