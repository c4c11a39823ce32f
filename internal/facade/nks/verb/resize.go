package verb

import (
	"cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

const fieldNodeCount = "node_count"

// Resize changes how many nodes a node group has, and says which ones are to go where there are fewer. Without a group it is about
// default-worker.
func Resize(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	count := body.Integer(fieldNodeCount, fields.Integer{Required: true, Min: 1})
	group := cmp.Or(body.Text("nodegroup", fields.Text{}), fleetv1.DefaultWorkerPool)
	remove := ids(body, fieldRemove, fields.List{})
	return r.task(fleetv1.OperationPoolResize, body, func(s *scene) error {
		pool, err := s.group(group)
		if err != nil {
			return err
		}
		s.removable(pool, *count, remove)
		s.resize(pool, *count)
		pool.Spec.NodesToRemove = remove
		s.TouchPool(pool)
		return nil
	})
}

const fieldRemove = "nodes_to_remove"

// removable checks which nodes are to go when a group is to have count ones.
func (s *scene) removable(pool *fleetv1.NodePool, count int32, remove []string) {
	if fewer := pool.WishedReplicas() - count; len(remove) > max(0, int(fewer)) {
		s.refuse(fieldRemove, "Node group %s has %d nodes and is to have %d: at most %d can be named.",
			pool.Pool(), pool.WishedReplicas(), count, max(0, fewer))
		return
	}
	s.members(fieldRemove, remove, pool)
}

// resize wishes for another number of nodes.
func (s *scene) resize(pool *fleetv1.NodePool, count int32) {
	s.within(fieldNodeCount, &count, 1, s.limit())
	switch least, most := floor(pool), s.ceiling(pool); {
	case !scales(pool):
	case s.settings.Strict:
		s.clash("Node group %s is resized by its autoscaler. Switch the autoscaler off before.", pool.Pool())
	case count < least || count > most:
		s.clash("The autoscaler of node group %s keeps %d to %d nodes. Change these bounds before.", pool.Pool(), least, most)
	}
	pool.Spec.Replicas = &count
	if s.settings.Strict {
		s.fits(fieldNodeCount)
	}
}
