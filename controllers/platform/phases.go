package platform

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// scope is what is known about one Platform during one reconciliation.
type scope struct {
	// platform is read by Reconcile and changed by adopt and setStatus.
	platform *fleetv1.Platform
	// clusters, those on the platform, and others, all other Platforms, are read by gather.
	clusters []fleetv1.Cluster
	others   []fleetv1.Platform
	// faults are found by check.
	faults []params.Fault
}

func (s *scope) deleting() bool { return !s.platform.DeletionTimestamp.IsZero() }

// phase is one step before the status.
type phase interface {
	run(ctx context.Context, s *scope) error
}

// phases lists the steps in order.
func (r *Reconciler) phases() []phase {
	return []phase{
		adopt{patch: r.patch},
		gather{clusters: r.clusters, platforms: r.platforms},
		check{},
	}
}

// adopt puts the finalizer on a Platform.
type adopt struct {
	patch func(ctx context.Context, before, after *fleetv1.Platform) error
}

func (p adopt) run(ctx context.Context, s *scope) error {
	if s.deleting() {
		return nil
	}
	before := s.platform.DeepCopy()
	if !controllerutil.AddFinalizer(s.platform, fleetv1.PlatformFinalizer) {
		return nil
	}
	return p.patch(ctx, before, s.platform)
}

// gather reads the Clusters on a Platform and the other Platforms.
type gather struct {
	clusters  func(ctx context.Context, platform string) ([]fleetv1.Cluster, error)
	platforms func(ctx context.Context) ([]fleetv1.Platform, error)
}

func (p gather) run(ctx context.Context, s *scope) error {
	var err error
	if s.clusters, err = p.clusters(ctx, s.platform.Name); err != nil {
		return err
	}
	all, err := p.platforms(ctx)
	for i := range all {
		if all[i].Name != s.platform.Name {
			s.others = append(s.others, all[i])
		}
	}
	return err
}

// check looks for what the CRD's own rules cannot see.
type check struct{}

func (check) run(_ context.Context, s *scope) error {
	s.faults = faults(s.platform, s.others)
	return nil
}

func (r *Reconciler) patch(ctx context.Context, before, after *fleetv1.Platform) error {
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, after, patch); err != nil {
		return fmt.Errorf("patching Platform %s: %w", after.Name, err)
	}
	return nil
}

func (r *Reconciler) clusters(ctx context.Context, platform string) ([]fleetv1.Cluster, error) {
	var list fleetv1.ClusterList
	err := r.Client.List(ctx, &list, client.MatchingFields{fleetv1.FieldPlatformName: platform}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("listing the Clusters on Platform %s: %w", platform, err)
	}
	return list.Items, nil
}

func (r *Reconciler) platforms(ctx context.Context) ([]fleetv1.Platform, error) {
	var list fleetv1.PlatformList
	if err := r.Client.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing the Platforms: %w", err)
	}
	return list.Items, nil
}
