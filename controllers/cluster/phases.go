package cluster

import (
	"context"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/events"
)

// scope is what is known about one Cluster during one reconciliation.
type scope struct {
	// Scope holds what every target has.
	target.Scope
	// cluster is the Scope's Object. It is changed by adopt and setStatus.
	cluster *fleetv1.Cluster
	// platforms are read by listPlatforms.
	platforms []fleetv1.Platform
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

// facts returns all that the Cluster's status depends on, as far as it is known yet.
func (s *scope) facts() evaluate.Cluster {
	names := make([]string, 0, len(s.addons))
	for i := range s.addons {
		names = append(names, s.addons[i].Name)
	}
	return evaluate.Cluster{
		Object: s.cluster, NodePools: s.pools, Addons: names, Reports: s.Reports, Platforms: s.platforms, Namespace: s.Namespace,
	}
}

// listPlatforms reads the Platforms, of which one governs the Cluster.
type listPlatforms struct {
	platforms func(ctx context.Context, named string) ([]fleetv1.Platform, error)
}

func (p listPlatforms) Run(ctx context.Context, s *scope) error {
	var err error
	s.platforms, err = p.platforms(ctx, s.cluster.Spec.PlatformName)
	return err
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
	platform, _ := s.facts().Platform()
	chosen := platform != nil && s.cluster.Spec.PlatformName == ""
	if chosen {
		s.cluster.Spec.PlatformName = platform.Name
	}
	if !changed && !chosen {
		return nil
	}
	if err := p.patch(ctx, before, s.cluster); err != nil {
		return err
	}
	if chosen {
		p.publish(&s.Scope, platformChosen(platform.Name))
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

// platforms returns all Platforms that the cache knows, and the one that is named, if there is one, in any case.
func (r *Reconciler) platforms(ctx context.Context, named string) ([]fleetv1.Platform, error) {
	var list fleetv1.PlatformList
	if err := r.Client.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing the Platforms: %w", err)
	}
	if named == "" || slices.ContainsFunc(list.Items, func(p fleetv1.Platform) bool { return p.Name == named }) {
		return list.Items, nil
	}
	platform, err := target.Platform(ctx, named, r.Live)
	if err != nil || platform == nil {
		return list.Items, err
	}
	return append(list.Items, *platform), nil
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
