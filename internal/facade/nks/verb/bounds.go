package verb

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
)

// maxBatch is the most that a Rollout takes.
const maxBatch = 1000

// limit is how many nodes a group may have.
func (s *scene) limit() int32 { return bounds.Nodes(s.Platform) }

// ceiling is how many nodes a group may have by its own bounds.
func (s *scene) ceiling(pool *fleetv1.NodePool) int32 {
	if scaling := pool.Spec.Autoscaling; scaling != nil && scaling.MaxReplicas != nil {
		return *scaling.MaxReplicas
	}
	return s.limit()
}

// floor is how few nodes a group may have by its own bounds.
func floor(pool *fleetv1.NodePool) int32 {
	if scaling := pool.Spec.Autoscaling; scaling != nil && scaling.MinReplicas != nil {
		return *scaling.MinReplicas
	}
	return 1
}

// scales tells whether the number of nodes of a group is left to an autoscaler.
func scales(pool *fleetv1.NodePool) bool {
	return pool.Spec.Autoscaling != nil && pool.Spec.Autoscaling.Enabled
}

// within refuses a number outside bounds.
func (s *scene) within(field string, number *int32, least, most int32) {
	if number != nil && (*number < least || *number > most) {
		s.refuse(field, "Value should be between %d and %d.", least, most)
	}
}

// ids reads ids of nodes; each is given once.
func ids(body *fields.Object, field string, rule fields.List) []string {
	rule.Distinct = true
	list := body.List(field, rule)
	for _, id := range list {
		if len(id) > bounds.MaxName {
			body.Refuse(field, "An id should have at most %d bytes.", bounds.MaxName)
			return nil
		}
	}
	return list
}

// batch is how many nodes a rolling change is to take at a time, as far as it was said.
type batch struct{ buffer, unavailable *int32 }

const (
	fieldBuffer      = "num_buffer_nodes"
	fieldUnavailable = "num_max_unavailable_nodes"
)

func readBatch(body *fields.Object) batch {
	return batch{
		buffer:      body.Integer(fieldBuffer, fields.Integer{}),
		unavailable: body.Integer(fieldUnavailable, fields.Integer{Min: 1}),
	}
}

// room is how many nodes there are, and how many more there may be.
type room struct{ nodes, spare int32 }

// roomOf is the room in one group.
func (s *scene) roomOf(pool *fleetv1.NodePool) room {
	nodes := pool.WishedReplicas()
	return room{nodes: nodes, spare: max(0, s.ceiling(pool)-nodes)}
}

// roomEverywhere is the room for a change of all groups at a time: all nodes, and the spare ones of the group that has the fewest.
func (s *scene) roomEverywhere() room {
	everywhere := room{spare: s.limit()}
	for _, pool := range s.workers() {
		one := s.roomOf(pool)
		everywhere.nodes += one.nodes
		everywhere.spare = min(everywhere.spare, one.spare)
	}
	return everywhere
}

// rollout bounds a rolling change. Where nothing was said it takes one node at a time, and puts one in its place before if there is room.
func (s *scene) rollout(b batch, r room) *fleetv1.Rollout {
	nodes := min(max(1, r.nodes), maxBatch)
	s.within(fieldBuffer, b.buffer, 0, min(r.spare, maxBatch))
	s.within(fieldUnavailable, b.unavailable, 1, nodes)
	surge, unavailable := min(1, r.spare), int32(1)
	if b.buffer != nil {
		surge = *b.buffer
	}
	if b.unavailable != nil {
		unavailable = *b.unavailable
	}
	return &fleetv1.Rollout{MaxSurge: &surge, MaxUnavailable: &unavailable}
}

// machine is the machine of a group, to change.
func machine(pool *fleetv1.NodePool) *fleetv1.Machine {
	if pool.Spec.Machine == nil {
		pool.Spec.Machine = &fleetv1.Machine{}
	}
	return pool.Spec.Machine
}

// network is the network of the Cluster, to change.
func (s *scene) network() *fleetv1.ClusterNetwork {
	if s.Cluster.Spec.Network == nil {
		s.Cluster.Spec.Network = &fleetv1.ClusterNetwork{}
	}
	return s.Cluster.Spec.Network
}
