package cluster

import (
	"context"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/placement"
)

// choosePlatform finds the Platform of a Cluster.
type choosePlatform struct {
	namespace func(ctx context.Context, name string) (namespaces.Namespace, error)
	platforms func(ctx context.Context) ([]fleetv1.Platform, error)
}

func (p choosePlatform) run(ctx context.Context, s *scope) error {
	var err error
	if s.namespace, err = p.namespace(ctx, s.cluster.Namespace); err != nil {
		return err
	}
	platforms, err := p.platforms(ctx)
	if err != nil {
		return err
	}
	s.platform, s.fault = placement.Choose(placement.Wish{
		Named:     s.cluster.Spec.PlatformName,
		Namespace: s.cluster.Namespace,
		Label:     s.namespace.Labels[fleetv1.LabelPlatform],
		Deleting:  s.deleting(),
	}, platforms)
	return nil
}
