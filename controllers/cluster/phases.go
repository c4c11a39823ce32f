package cluster

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
)

// scope is what is known about one Cluster during one reconciliation.
type scope struct {
	// Scope holds what every target has. Its Platform is found by choosePlatform, its Fault by choosePlatform and check.
	target.Scope
	// cluster is the Scope's Object. It is changed by adopt and setStatus.
	cluster *fleetv1.Cluster
	// pools and addons are read by gather.
	pools  []fleetv1.NodePool
	addons []fleetv1.Addon
}

func newScope() *scope {
	cluster := &fleetv1.Cluster{}
	return &scope{
		Scope: target.Scope{Kind: fleetv1.KindCluster, Finalizer: fleetv1.ClusterFinalizer, Object: cluster}, cluster: cluster,
	}
}

// adopt puts finalizer, id and the chosen Platform on a Cluster, in one write.
type adopt struct {
	patch   func(ctx context.Context, before, after client.Object) error
	publish func(s *target.Scope, list ...events.Event)
}

func (p adopt) Run(ctx context.Context, s *scope) error {
	if s.Deleting() {
		return nil
	}
	before := s.cluster.DeepCopy()
	changed := s.Mark()
	chosen := s.Platform != nil && s.cluster.Spec.PlatformName == ""
	if chosen {
		s.cluster.Spec.PlatformName = s.Platform.Name
	}
	if !changed && !chosen {
		return nil
	}
	if err := p.patch(ctx, before, s.cluster); err != nil {
		return err
	}
	if chosen {
		p.publish(&s.Scope, platformChosen(s.Platform.Name))
	}
	return nil
}

// gather reads what belongs to a Cluster.
type gather struct {
	children func(ctx context.Context, cluster *fleetv1.Cluster) ([]fleetv1.NodePool, []fleetv1.Addon, error)
}

func (p gather) Run(ctx context.Context, s *scope) error {
	var err error
	s.pools, s.addons, err = p.children(ctx, s.cluster)
	return err
}

// check holds the spec against the Platform.
type check struct{}

func (check) Run(_ context.Context, s *scope) error {
	if s.Fault != nil || s.Platform == nil || s.Deleting() {
		return nil
	}
	if faults := limits.Cluster(s.cluster, s.Platform); len(faults) > 0 {
		s.Fault = &aggregate.Fault{Reason: fleetv1.ReasonInvalidSpec, Message: params.Join(faults)}
	}
	return nil
}

func (r *Reconciler) platforms(ctx context.Context) ([]fleetv1.Platform, error) {
	var list fleetv1.PlatformList
	if err := r.Client.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing the Platforms: %w", err)
	}
	return list.Items, nil
}

func (r *Reconciler) children(ctx context.Context, cluster *fleetv1.Cluster) ([]fleetv1.NodePool, []fleetv1.Addon, error) {
	options := []client.ListOption{
		client.InNamespace(cluster.Namespace),
		client.MatchingFields{fleetv1.FieldClusterName: cluster.Name},
	}
	var pools fleetv1.NodePoolList
	if err := r.Client.List(ctx, &pools, options...); err != nil {
		return nil, nil, fmt.Errorf("listing the node pools of Cluster %s: %w", client.ObjectKeyFromObject(cluster), err)
	}
	var addons fleetv1.AddonList
	if err := r.Client.List(ctx, &addons, options...); err != nil {
		return nil, nil, fmt.Errorf("listing the add-ons of Cluster %s: %w", client.ObjectKeyFromObject(cluster), err)
	}
	return pools.Items, addons.Items, nil
}
