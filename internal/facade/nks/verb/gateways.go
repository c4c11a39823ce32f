package verb

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// UpdateGateways changes the service gateways of a cluster that has any.
func UpdateGateways(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	wish := fleetv1.ServiceGateways{
		Registry:      body.Text("ncr_sgw", fields.Text{Required: true, Max: bounds.MaxName}),
		ObjectStorage: body.Text("obs_sgw", fields.Text{Required: true, Max: bounds.MaxName}),
	}
	return r.task(fleetv1.OperationClusterGateways, body, func(s *scene) error {
		if present := s.Cluster.Spec.ServiceGateways; present == nil || *present == (fleetv1.ServiceGateways{}) {
			s.clash("Cluster %s has no service gateway that could be changed.", s.Cluster.Name)
		}
		s.Cluster.Spec.ServiceGateways = &wish
		s.TouchCluster()
		return nil
	})
}
