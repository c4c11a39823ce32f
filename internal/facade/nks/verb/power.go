package verb

import (
	"slices"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

const fieldNodes = "node_list"

// Stop switches nodes of a node group off.
func Stop(r Request) (hub.Task, error) {
	return r.power(fleetv1.OperationPoolStop, func(s *scene, pool *fleetv1.NodePool, list []string) {
		off := slices.Clone(pool.Spec.StoppedNodes)
		for _, id := range list {
			if !slices.Contains(off, id) {
				off = append(off, id)
			}
		}
		pool.Spec.StoppedNodes = off
		if !s.settings.Strict {
			return
		}
		if scales(pool) {
			s.clash("Nodes of group %s cannot be stopped while its autoscaler is on. Switch it off before.", pool.Pool())
		}
		if nodes := len(pool.Status.Nodes); stopped(pool, off) >= max(nodes, int(pool.WishedReplicas())) {
			s.clash("Not all nodes of group %s can be stopped. One at least should go on.", pool.Pool())
		}
	})
}

// Start switches nodes of a node group on again.
func Start(r Request) (hub.Task, error) {
	return r.power(fleetv1.OperationPoolStart, func(_ *scene, pool *fleetv1.NodePool, list []string) {
		pool.Spec.StoppedNodes = slices.DeleteFunc(slices.Clone(pool.Spec.StoppedNodes), func(id string) bool { return slices.Contains(list, id) })
	})
}

// power makes a task about nodes of a group.
func (r Request) power(kind string, change func(*scene, *fleetv1.NodePool, []string)) (hub.Task, error) {
	body := fields.Read(r.Body)
	list := ids(body, fieldNodes, fields.List{Required: true, Separator: ":"})
	return r.groupTask(kind, body, func(s *scene, pool *fleetv1.NodePool) error {
		s.members(fieldNodes, list, pool)
		change(s, pool, list)
		s.TouchPool(pool)
		return nil
	})
}
