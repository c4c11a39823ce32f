// Package v1alpha1 is Slipway's vocabulary: the seven kinds of the group fleet.slipway.dev, their conditions and reasons,
// and the label, annotation and finalizer keys that every other package and every user shares.
//
// It holds types and constants only. It imports apimachinery and core/v1 and nothing else, so that clients can use it
// without taking a controller framework along, and it never reads a cluster.
//
// +kubebuilder:object:generate=true
// +kubebuilder:ac:generate=true
// +kubebuilder:ac:output:package="../../internal/applyconfiguration"
// +groupName=fleet.slipway.dev
package v1alpha1
