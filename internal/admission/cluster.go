package admission

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/placement"
)

// +kubebuilder:webhook:path=/mutate-fleet-slipway-dev-v1alpha1-cluster,mutating=true,failurePolicy=ignore,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=clusters,verbs=create,versions=v1alpha1,name=cluster-default.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// ClusterDefaulter writes the Platform that governs a new Cluster into its spec. It spares the Cluster a second generation:
// where it is not asked, the controller does the same later.
type ClusterDefaulter struct {
	// Reader reads Platforms and namespaces.
	Reader client.Reader
}

// Default sets spec.platformName. Where no Platform can be chosen it leaves the field alone; the Cluster's conditions will
// say what to do.
func (d *ClusterDefaulter) Default(ctx context.Context, cluster *fleetv1.Cluster) error {
	if cluster.Spec.PlatformName != "" {
		return nil
	}
	platform, err := governing(ctx, d.Reader, cluster)
	if err != nil || platform == nil {
		return err
	}
	cluster.Spec.PlatformName = platform.Name
	return nil
}

// +kubebuilder:webhook:path=/validate-fleet-slipway-dev-v1alpha1-cluster,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=clusters,verbs=create;update,versions=v1alpha1,name=cluster.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// ClusterValidator checks Clusters against the Platform that governs them. A Cluster may be created before its Platform; then
// the controller checks it.
type ClusterValidator struct {
	// Reader reads Platforms, namespaces and, by the field fleetv1.FieldClusterName, NodePools.
	Reader client.Reader
}

// ValidateCreate checks a new Cluster.
func (v *ClusterValidator) ValidateCreate(ctx context.Context, cluster *fleetv1.Cluster) (admission.Warnings, error) {
	faults, err := v.faults(ctx, cluster)
	if err != nil {
		return nil, err
	}
	return nil, invalid(fleetv1.KindCluster, cluster.Name, fields(faults))
}

// ValidateUpdate checks a changed spec. One that did not change is not checked again: what a Platform stopped allowing must
// not keep a finalizer from being removed.
func (v *ClusterValidator) ValidateUpdate(ctx context.Context, before, after *fleetv1.Cluster) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		return nil, nil
	}
	faults, err := v.faults(ctx, after)
	if err != nil {
		return nil, err
	}
	pools, err := poolsOf(ctx, v.Reader, after.Namespace, after.Name)
	if err != nil {
		return nil, err
	}
	faults = append(faults, limits.ControlPlaneVersion(before, after, pools)...)
	return nil, invalid(fleetv1.KindCluster, after.Name, fields(faults))
}

// ValidateDelete allows every deletion.
func (v *ClusterValidator) ValidateDelete(context.Context, *fleetv1.Cluster) (admission.Warnings, error) {
	return nil, nil
}

// faults returns what the Platform does not allow.
func (v *ClusterValidator) faults(ctx context.Context, cluster *fleetv1.Cluster) ([]params.Fault, error) {
	platform, err := governing(ctx, v.Reader, cluster)
	if err != nil || platform == nil {
		return nil, err
	}
	return limits.Cluster(cluster, platform), nil
}

// poolsOf returns the node pools of a Cluster.
func poolsOf(ctx context.Context, reader client.Reader, namespace, cluster string) ([]fleetv1.NodePool, error) {
	var pools fleetv1.NodePoolList
	err := reader.List(ctx, &pools, client.InNamespace(namespace), client.MatchingFields{fleetv1.FieldClusterName: cluster})
	if err != nil {
		return nil, fmt.Errorf("listing the node pools of Cluster %s: %w", cluster, err)
	}
	return pools.Items, nil
}

// governing returns the Platform that governs a Cluster, nil if there is none yet.
func governing(ctx context.Context, reader client.Reader, cluster *fleetv1.Cluster) (*fleetv1.Platform, error) {
	namespace, err := namespaces.Get(ctx, reader, cluster.Namespace)
	if err != nil {
		return nil, err
	}
	var platforms fleetv1.PlatformList
	if err := reader.List(ctx, &platforms); err != nil {
		return nil, fmt.Errorf("listing the Platforms: %w", err)
	}
	platform, _ := placement.Choose(placement.Wish{
		Named:     cluster.Spec.PlatformName,
		Namespace: cluster.Namespace,
		Label:     namespace.Labels[fleetv1.LabelPlatform],
	}, platforms.Items)
	return platform, nil
}
