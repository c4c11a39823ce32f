package admission

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
)

// +kubebuilder:webhook:path=/validate-fleet-slipway-dev-v1alpha1-nodepool,mutating=false,failurePolicy=fail,sideEffects=None,timeoutSeconds=5,groups=fleet.slipway.dev,resources=nodepools,verbs=create;update,versions=v1alpha1,name=nodepool.fleet.slipway.dev,admissionReviewVersions=v1,serviceName=slipway-webhook,serviceNamespace=slipway-system,servicePort=443

// NodePoolValidator checks NodePools against their Cluster's Platform and against the other pools of the Cluster. A NodePool
// may be created before its Cluster; then the controller checks it.
type NodePoolValidator struct {
	// Reader reads Clusters, Platforms, namespaces and, by the field fleetv1.FieldClusterName, NodePools.
	Reader client.Reader
}

// ValidateCreate checks a new NodePool.
func (v *NodePoolValidator) ValidateCreate(ctx context.Context, pool *fleetv1.NodePool) (admission.Warnings, error) {
	return nil, v.validate(ctx, pool)
}

// ValidateUpdate checks a changed spec.
func (v *NodePoolValidator) ValidateUpdate(ctx context.Context, before, after *fleetv1.NodePool) (admission.Warnings, error) {
	if !after.DeletionTimestamp.IsZero() || equality.Semantic.DeepEqual(before.Spec, after.Spec) {
		return nil, nil
	}
	return nil, v.validate(ctx, after)
}

// ValidateDelete allows every deletion.
func (v *NodePoolValidator) ValidateDelete(context.Context, *fleetv1.NodePool) (admission.Warnings, error) {
	return nil, nil
}

func (v *NodePoolValidator) validate(ctx context.Context, pool *fleetv1.NodePool) error {
	cluster := &fleetv1.Cluster{}
	key := client.ObjectKey{Namespace: pool.Namespace, Name: pool.Spec.ClusterName}
	if err := v.Reader.Get(ctx, key, cluster); err != nil {
		return client.IgnoreNotFound(err)
	}
	platform, err := governing(ctx, v.Reader, cluster)
	if err != nil || platform == nil {
		return err
	}
	var siblings fleetv1.NodePoolList
	err = v.Reader.List(ctx, &siblings, client.InNamespace(pool.Namespace),
		client.MatchingFields{fleetv1.FieldClusterName: pool.Spec.ClusterName})
	if err != nil {
		return fmt.Errorf("listing the node pools of Cluster %s: %w", pool.Spec.ClusterName, err)
	}
	return invalid(fleetv1.KindNodePool, pool.Name, fields(limits.NodePool(pool, platform, siblings.Items)))
}
