package nks

import (
	"context"
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// accepted is the answer to a request that begins a task.
type accepted struct {
	UUID string `json:"uuid"`
}

// answerAccepted says which object a task is about.
func (r *request) answerAccepted(id string) {
	reply.JSON(r.w, http.StatusAccepted, reply.Encode(accepted{UUID: id}))
}

// clusterVerb serves a verb that is answered with the id of the cluster.
func (d *Dialect) clusterVerb(v verb.Verb) handler {
	return func(r *request) error {
		fleet, err := d.fleet(r)
		if err != nil {
			return err
		}
		asked, err := d.readObject(r)
		if err != nil {
			return err
		}
		return d.performOnCluster(r, fleet, v, asked)
	}
}

// patchCluster serves a JSON-Patch on a cluster.
func (d *Dialect) patchCluster(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	asked, err := d.readVerb(r)
	switch {
	case err != nil:
		return err
	case asked.Patch == nil:
		return failed(http.StatusBadRequest, "The body must be a JSON array, a JSON-Patch.")
	}
	return d.performOnCluster(r, fleet, verb.PatchCluster, asked)
}

func (d *Dialect) performOnCluster(r *request, fleet *hub.Fleet, v verb.Verb, asked verb.Request) error {
	changed, err := d.perform(r, fleet, v, asked)
	if err != nil {
		return err
	}
	r.answerAccepted(string(changed.Cluster.ID))
	return nil
}

// groupVerb serves a verb that is answered with the id of the node group in the path.
func (d *Dialect) groupVerb(v verb.Verb) handler {
	return func(r *request) error { return d.changeGroup(r, r.variable(varGroup), v) }
}

// controlPlaneVerb is groupVerb for the control plane, by its name.
func (d *Dialect) controlPlaneVerb(v verb.Verb) handler {
	return func(r *request) error { return d.changeGroup(r, fleetv1.ControlPlanePool, v) }
}

// changeGroup performs a verb on a node group.
func (d *Dialect) changeGroup(r *request, named string, v verb.Verb) error {
	fleet, id, err := d.group(r, named)
	if err != nil {
		return err
	}
	asked, err := d.readObject(r)
	if err != nil {
		return err
	}
	asked.Group = named
	if _, err := d.perform(r, fleet, v, asked); err != nil {
		return err
	}
	r.answerAccepted(id)
	return nil
}

// patchGroup serves the two meanings of a PATCH on a node group: an object changes the flavor, a JSON-Patch the autoscaler's bounds.
func (d *Dialect) patchGroup(r *request) error {
	fleet, id, err := d.group(r, r.variable(varGroup))
	if err != nil {
		return err
	}
	asked, err := d.readVerb(r)
	if err != nil {
		return err
	}
	asked.Group = r.variable(varGroup)
	if asked.Patch == nil {
		if _, err := d.perform(r, fleet, verb.ChangeFlavor, asked); err != nil {
			return err
		}
		r.answerAccepted(id)
		return nil
	}
	changed, err := d.perform(r, fleet, verb.PatchGroup, asked)
	if err != nil {
		return err
	}
	return d.answerGroup(r, http.StatusAccepted, changed, id)
}

// group finds the cluster of the path, and the id of a node group of it. The control plane is one.
func (d *Dialect) group(r *request, named string) (fleet *hub.Fleet, id string, err error) {
	if fleet, err = d.fleet(r); err != nil {
		return nil, "", err
	}
	if verb.IsControlPlane(fleet.Cluster.ID, named) {
		return fleet, string(verb.ControlPlaneID(fleet.Cluster.ID)), nil
	}
	found := pool(fleet, named)
	if found == nil {
		return nil, "", verb.UnknownGroup(named)
	}
	return fleet, string(found.ID), nil
}

// readVerb reads the body of a verb: an object, an array, or nothing.
func (d *Dialect) readVerb(r *request) (verb.Request, error) {
	value, err := facade.ReadValue(r.w, r.Request)
	if err != nil {
		return verb.Request{}, err
	}
	asked := verb.Request{Settings: d.settings(), Now: d.clock.Now()}
	switch v := value.(type) {
	case nil:
	case map[string]any:
		asked.Body = v
	case []any:
		asked.Patch = v
	default:
		return verb.Request{}, errNoObject
	}
	return asked, nil
}

// errNoObject is the error of a body of another type.
var errNoObject = failed(http.StatusBadRequest, "The body must be a JSON object.")

// readObject is readVerb for verbs that take no array.
func (d *Dialect) readObject(r *request) (verb.Request, error) {
	asked, err := d.readVerb(r)
	if err == nil && asked.Patch != nil {
		err = errNoObject
	}
	return asked, err
}

// perform makes a task of a request and hands it to the hub.
func (d *Dialect) perform(r *request, fleet *hub.Fleet, v verb.Verb, asked verb.Request) (*hub.Fleet, error) {
	task, err := v(asked)
	if err != nil {
		return nil, err
	}
	task.Plan = r.permitted(task.Plan)
	changed, err := d.hub.Perform(r.Context(), r.call.Caller, refOf(fleet), task)
	if err != nil {
		return nil, about(fleet, r.variable(varCluster), err)
	}
	return changed, nil
}

// plan is hub.Task.Plan.
type plan func(context.Context, *hub.Draft) error

// permitted lets a plan change only what the caller may patch. What the route is about was asked for before.
func (r *request) permitted(inner plan) plan {
	return func(ctx context.Context, draft *hub.Draft) error {
		if err := inner(ctx, draft); err != nil {
			return err
		}
		for _, touched := range draft.Touched() {
			right := facade.Right{Verb: "patch", Resource: resourcePools}
			if touched.Cluster != nil {
				right.Resource, right.Name = resourceClusters, touched.Cluster.Name
			} else {
				right.Name = touched.Pool.Name
			}
			if right.Resource == r.call.Route.Resource {
				continue
			}
			if err := r.may(ctx, right); err != nil {
				return err
			}
		}
		return nil
	}
}

// about says of an error of the hub about a cluster what clients are told. named is how the client names the cluster.
func about(fleet *hub.Fleet, named string, err error) error {
	switch hub.ReasonOf(err) {
	case hub.NotFound:
		return unknownCluster(named)
	case hub.Busy:
		return failed(http.StatusConflict, "Cluster %s already has an operation in progress.", fleet.Cluster.Name)
	}
	return err
}
