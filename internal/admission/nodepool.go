package admission

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
)

// +kubebuilder:webhook:path=/validate-fleet-slipway-dev-v1alpha1-nodepool,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=nodepools,verbs=create;update,versions=v1alpha1,name=nodepool.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// NodePoolValidator checks NodePools against their Cluster's Platform and against the other pools of the Cluster. A NodePool
// may be created before its Cluster; then the controller checks it.
type NodePoolValidator struct {
	// Reader reads Clusters, Platforms, namespaces and, by the field fleetv1.FieldClusterName, NodePools.
	Reader client.Reader
	// Live reads Clusters past the cache, which may not know yet that the Cluster's version was raised right before.
	Live client.Reader
}

// ValidateCreate checks a new NodePool.
func (v *NodePoolValidator) ValidateCreate(ctx context.Context, pool *fleetv1.NodePool) (admission.Warnings, error) {
	return nil, v.validate(ctx, nil, pool)
}

// ValidateUpdate checks a changed spec.
func (v *NodePoolValidator) ValidateUpdate(ctx context.Context, before, after *fleetv1.NodePool) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		return nil, nil
	}
	return nil, v.validate(ctx, before, after)
}

// ValidateDelete allows every deletion.
func (v *NodePoolValidator) ValidateDelete(context.Context, *fleetv1.NodePool) (admission.Warnings, error) {
	return nil, nil
}

func (v *NodePoolValidator) validate(ctx context.Context, before, after *fleetv1.NodePool) error {
	cluster := &fleetv1.Cluster{}
	key := client.ObjectKey{Namespace: after.Namespace, Name: after.Spec.ClusterName}
	if err := v.Reader.Get(ctx, key, cluster); err != nil {
		return client.IgnoreNotFound(err)
	}
	faults, err := v.allowed(ctx, cluster, after)
	if err != nil {
		return err
	}
	if len(limits.NodeVersion(before, after, cluster)) > 0 {
		if err := v.Live.Get(ctx, key, cluster); err != nil {
			return client.IgnoreNotFound(err)
		}
		faults = append(faults, limits.NodeVersion(before, after, cluster)...)
	}
	return invalid(fleetv1.KindNodePool, after.Name, fields(faults))
}

// allowed returns what the Platform or another pool does not allow.
func (v *NodePoolValidator) allowed(ctx context.Context, cluster *fleetv1.Cluster, pool *fleetv1.NodePool) ([]params.Fault, error) {
	platform, err := governing(ctx, v.Reader, cluster)
	if err != nil || platform == nil {
		return nil, err
	}
	siblings, err := poolsOf(ctx, v.Reader, pool.Namespace, pool.Spec.ClusterName)
	if err != nil {
		return nil, err
	}
	return limits.NodePool(pool, platform, siblings), nil
}
