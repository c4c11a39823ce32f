package verb

import (
	"fmt"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// edit is one operation of a JSON-Patch.
type edit struct {
	path string
	// value is what the field is to be; nil if it is to be removed.
	value *int32
}

// JSON-Patch words.
const (
	patchAdd     = "add"
	patchReplace = "replace"
	patchRemove  = "remove"
)

// readPatch reads a JSON-Patch of integers, on the paths that are known, each with its least value.
func readPatch(patch []any, paths []string, least int32) ([]edit, *fields.Object) {
	body := fields.Read(map[string]any{fieldPatch: patch})
	items := body.Objects(fieldPatch, fields.Objects{Required: true})
	edits := make([]edit, 0, len(items))
	for _, item := range items {
		made := edit{path: item.Text("path", fields.Text{Required: true, OneOf: paths})}
		switch item.Text("op", fields.Text{Required: true, OneOf: []string{patchAdd, patchReplace, patchRemove}}) {
		case patchAdd, patchReplace:
			made.value = item.Integer("value", fields.Integer{Required: true, Min: least})
		}
		edits = append(edits, made)
	}
	return edits, body
}

// fieldPatch is how a JSON-Patch, which has no name in its request, is called in faults.
const fieldPatch = "patch"

// PatchCluster changes how many nodes default-worker has, as a JSON-Patch on the cluster. Taking the number away makes it 1.
func PatchCluster(r Request) (hub.Task, error) {
	edits, body := readPatch(r.Patch, []string{"/node_count"}, 1)
	return r.task(fleetv1.OperationPoolResize, body, func(s *scene) error {
		pool, err := s.group(fleetv1.DefaultWorkerPool)
		if err != nil {
			return err
		}
		s.resize(pool, *orOne(edits[len(edits)-1].value))
		pool.Spec.NodesToRemove = nil
		s.TouchPool(pool)
		return nil
	})
}

func orOne(value *int32) *int32 {
	if value != nil {
		return value
	}
	one := int32(1)
	return &one
}

const (
	pathMin = "/min_node_count"
	pathMax = "/max_node_count"
)

// PatchGroup changes the bounds of a node group's autoscaler, as a JSON-Patch on the group. It is no task, since clients send it along
// with one. How many nodes there are does not matter to it.
func PatchGroup(r Request) (hub.Task, error) {
	edits, body := readPatch(r.Patch, []string{pathMin, pathMax}, 0)
	task, err := r.groupTask(fleetv1.OperationPoolAutoscaling, body, func(s *scene, pool *fleetv1.NodePool) error {
		scaling := autoscaling(pool)
		for i, e := range edits {
			s.within(fmt.Sprintf("%s/%d/value", fieldPatch, i), e.value, 0, s.limit())
			if e.path == pathMin {
				scaling.MinReplicas = orOne(e.value)
				continue
			}
			scaling.MaxReplicas = e.value
		}
		s.ordered(pool)
		if scaling.Enabled && scaling.MaxReplicas == nil {
			s.body.Add(fields.Refused("max_node_count of node group %s cannot be removed while its autoscaler is on.", pool.Pool()))
		}
		s.TouchPool(pool)
		return nil
	})
	task.Aside = true
	return task, err
}

// ordered checks that the bounds of an autoscaler do not cross.
func (s *scene) ordered(pool *fleetv1.NodePool) {
	if least, most := floor(pool), s.ceiling(pool); least > most {
		s.body.Add(fields.Refused("The least number of nodes of group %s would be %d and the greatest %d. The least should not be greater.",
			pool.Pool(), least, most))
	}
}
