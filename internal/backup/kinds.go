package backup

import (
	"slices"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const (
	kindNamespace      = "Namespace"
	kindRoleBinding    = "RoleBinding"
	kindPlatform       = "Platform"
	kindTemplate       = "AddonTemplate"
	kindReport         = "AdapterStatus"
	kindOperation      = "Operation"
	kindSecret         = "Secret"
	kindConfigMap      = "ConfigMap"
	kindHelmRepository = sourcev1.HelmRepositoryKind
	kindOCIRepository  = sourcev1.OCIRepositoryKind
	kindHelmRelease    = helmv2.HelmReleaseKind
)

// order are the kinds of a fleet in the order in which they are restored: what others refer to, or are owned by, comes first. A
// HelmRelease comes after all that Flux needs to act on it.
var order = []schema.GroupVersionKind{
	corev1.SchemeGroupVersion.WithKind(kindNamespace),
	rbacv1.SchemeGroupVersion.WithKind(kindRoleBinding),
	fleetv1.SchemeGroupVersion.WithKind(kindPlatform),
	fleetv1.SchemeGroupVersion.WithKind(kindTemplate),
	fleetv1.SchemeGroupVersion.WithKind(fleetv1.KindCluster),
	fleetv1.SchemeGroupVersion.WithKind(fleetv1.KindNodePool),
	fleetv1.SchemeGroupVersion.WithKind(kindReport),
	fleetv1.SchemeGroupVersion.WithKind(fleetv1.KindAddon),
	corev1.SchemeGroupVersion.WithKind(kindSecret),
	corev1.SchemeGroupVersion.WithKind(kindConfigMap),
	fleetv1.SchemeGroupVersion.WithKind(kindOperation),
	sourcev1.GroupVersion.WithKind(kindHelmRepository),
	sourcev1.GroupVersion.WithKind(kindOCIRepository),
	helmv2.GroupVersion.WithKind(kindHelmRelease),
}

// rank is where a kind stands in the order; a kind that is no part of a fleet has none.
func rank(object *unstructured.Unstructured) int {
	return slices.Index(order, object.GroupVersionKind())
}

// ofFleet tells whether a kind is one of Slipway's own.
func ofFleet(kind schema.GroupVersionKind) bool { return kind.Group == fleetv1.GroupName }
