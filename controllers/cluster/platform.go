package cluster

import (
	"context"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/placement"
)

// choosePlatform finds the Platform of a Cluster.
type choosePlatform struct {
	platforms func(ctx context.Context) ([]fleetv1.Platform, error)
}

func (p choosePlatform) Run(ctx context.Context, s *scope) error {
	platforms, err := p.platforms(ctx)
	if err != nil {
		return err
	}
	s.Platform, s.Fault = placement.Choose(placement.Wish{
		Named:     s.cluster.Spec.PlatformName,
		Namespace: s.cluster.Namespace,
		Label:     s.Namespace.Labels[fleetv1.LabelPlatform],
		Deleting:  s.Deleting(),
	}, platforms)
	return nil
}
