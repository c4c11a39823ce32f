package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// writeSpec writes what differs between the specs of two states of an object, field by field, if nobody has written since the
// first was read. Each field that differs is replaced whole: a merge patch takes a null in it for a deletion. What does not
// differ is not sent, so that nothing is lost that this program does not know.
func (s *Store) writeSpec(ctx context.Context, before, after target) error {
	steps := []operation{
		{Op: "replace", Path: "/metadata/resourceVersion", Value: before.GetResourceVersion()},
		{Op: "add", Path: "/metadata/annotations", Value: after.GetAnnotations()},
	}
	fields, err := specSteps(before, after)
	if err != nil {
		return err
	}
	patch, err := json.Marshal(append(steps, fields...))
	if err != nil {
		return err
	}
	return s.Client.Patch(ctx, after, client.RawPatch(types.JSONPatchType, patch))
}

// specSteps returns the steps that lead from one spec to another.
func specSteps(before, after target) ([]operation, error) {
	old, err := specFields(before)
	if err != nil {
		return nil, err
	}
	fresh, err := specFields(after)
	if err != nil {
		return nil, err
	}
	var steps []operation
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, stays := fresh[name]; !stays {
			steps = append(steps, operation{Op: "remove", Path: "/spec/" + name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fresh)) {
		if !bytes.Equal(old[name], fresh[name]) {
			steps = append(steps, operation{Op: "add", Path: "/spec/" + name, Value: fresh[name]})
		}
	}
	return steps, nil
}

// specFields returns the fields of a spec as JSON. Names of fields of our own kinds need no escaping in a path.
func specFields(object target) (map[string]json.RawMessage, error) {
	var spec any
	switch o := object.(type) {
	case *fleetv1.NodePool:
		spec = o.Spec
	case *fleetv1.Cluster:
		spec = o.Spec
	}
	text, err := json.Marshal(spec)
	if err != nil {
		return nil, fmt.Errorf("writing down a spec: %w", err)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("reading a spec back: %w", err)
	}
	return fields, nil
}
