package verb

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// SetAutoscaling changes the settings of a node group's autoscaler. What is not given stays.
func SetAutoscaling(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	enable := body.Bool(bounds.FieldEnable, true)
	least := body.Integer(bounds.FieldMin, fields.Integer{Min: 1})
	most := body.Integer(bounds.FieldMax, fields.Integer{Min: 1})
	down := bounds.ScaleDown(body, r.Strict)
	return r.groupTask(fleetv1.OperationPoolAutoscaling, body, func(s *scene, pool *fleetv1.NodePool) error {
		s.within(bounds.FieldMin, least, 1, s.limit())
		s.within(bounds.FieldMax, most, 1, s.limit())
		scaling := autoscaling(pool)
		set(&scaling.MinReplicas, least)
		set(&scaling.MaxReplicas, most)
		s.ordered(pool)
		if scaling.Enabled = *enable; scaling.Enabled {
			s.scalable(pool)
		}
		if down != (fleetv1.ScaleDown{}) {
			scaling.ScaleDown = merged(scaling.ScaleDown, down)
		}
		s.TouchPool(pool)
		return nil
	})
}

// scalable checks whether an autoscaler can take a group over, and gives it a greatest number of nodes where there is none.
func (s *scene) scalable(pool *fleetv1.NodePool) {
	most := s.ceiling(pool)
	pool.Spec.Autoscaling.MaxReplicas = &most
	if nodes := pool.WishedReplicas(); nodes < floor(pool) || nodes > most {
		s.clash("Node group %s has %d nodes, and its autoscaler would keep %d to %d. Resize the group before.", pool.Pool(), nodes, floor(pool), most)
	}
	if s.settings.Strict && stopped(pool, pool.Spec.StoppedNodes) > 0 {
		s.clash("Node group %s has stopped nodes. Start them before.", pool.Pool())
	}
}

// autoscaling is the autoscaler of a group, to change.
func autoscaling(pool *fleetv1.NodePool) *fleetv1.Autoscaling {
	if pool.Spec.Autoscaling == nil {
		pool.Spec.Autoscaling = &fleetv1.Autoscaling{}
	}
	return pool.Spec.Autoscaling
}

// merged is present with what change sets.
func merged(present *fleetv1.ScaleDown, change fleetv1.ScaleDown) *fleetv1.ScaleDown {
	if present != nil {
		made := *present
		set(&made.Enabled, change.Enabled)
		set(&made.UnneededMinutes, change.UnneededMinutes)
		set(&made.DelayAfterAddMinutes, change.DelayAfterAddMinutes)
		set(&made.UtilizationPercent, change.UtilizationPercent)
		return &made
	}
	return &change
}

// set changes a field where there is something to set it to.
func set[T any](field **T, value *T) {
	if value != nil {
		*field = value
	}
}
