package verb

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// fieldFlavor is the field with the flavor, and the word that says that the flavor is what is to change.
const fieldFlavor = "flavor_id"

// ChangeFlavor changes the machine type of a node group.
func ChangeFlavor(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	body.Text("type", fields.Text{Required: true, OneOf: []string{fieldFlavor}})
	flavor := body.Text(fieldFlavor, fields.Text{Required: true, Max: bounds.MaxName})
	size := readBatch(body)
	return r.groupTask(fleetv1.OperationPoolFlavor, body, func(s *scene, pool *fleetv1.NodePool) error {
		machine(pool).Flavor = flavor
		pool.Spec.Rollout = s.rollout(size, s.roomOf(pool))
		s.TouchPool(pool)
		return nil
	})
}
