package nks

import (
	"context"
	"errors"
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// groupKeys are what node groups can be sorted by, beside the order of creation.
var groupKeys = []string{
	"uuid", "name", "flavor_id", "image_id", "role", "is_default", "node_count", "min_node_count", "max_node_count", "stack_id", "status",
}

// listGroups answers with the node groups of a cluster in short, all or those of a role. The control plane is none of them.
func (d *Dialect) listGroups(r *request) error {
	p, err := pagingOf(r.Request, groupKeys)
	if err != nil {
		return err
	}
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	role := p.query.Get(paramRole)
	items := make([]item, 0, len(fleet.Pools))
	for _, record := range fleet.Pools {
		if role != "" && role != record.NodePool.Spec.Role {
			continue
		}
		items = append(items, item{id: string(record.ID), object: func() any { return document.ShortNodeGroup(record) }})
	}
	return d.answerPage(r, p, "nodegroups", items)
}

// getGroup answers with a node group.
func (d *Dialect) getGroup(r *request) error {
	fleet, id, err := d.group(r, r.variable(varGroup))
	if err != nil {
		return err
	}
	return d.answerGroup(r, http.StatusOK, fleet, id)
}

// answerGroup answers with the node group of an id, which may be the control plane.
func (d *Dialect) answerGroup(r *request, status int, fleet *hub.Fleet, id string) error {
	viewer, record := d.viewer(r), pool(fleet, id)
	if record == nil {
		reply.JSON(r.w, status, reply.Encode(document.ControlPlane(fleet, viewer)))
		return nil
	}
	right := facade.Right{Verb: "get", Resource: resourcePools, Subresource: subSecretLabels, Name: record.Object.Name}
	if err := d.reveal(r, &viewer, fleet, record, right); err != nil {
		return err
	}
	reply.JSON(r.w, status, reply.Encode(document.LongNodeGroup(fleet, record, viewer)))
	return nil
}

// createGroup creates a node group.
func (d *Dialect) createGroup(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	body, err := facade.ReadUntyped(r.w, r.Request)
	if err != nil {
		return err
	}
	wish, err := document.NewNodeGroup(body, fleet, d.rules(r, fleet.Platform))
	if err != nil {
		return err
	}
	wish.Wait = d.options.TaskWait
	changed, err := d.hub.AddNodePool(r.Context(), r.call.Caller, refOf(fleet), wish)
	if hub.ReasonOf(err) == hub.AlreadyExists {
		return failed(http.StatusConflict, "A node group with name %s already exists in the cluster %s.", wish.Name, fleet.Cluster.ID)
	}
	if err != nil {
		return about(fleet, r.variable(varCluster), err)
	}
	made := pool(changed, wish.Name)
	if made == nil {
		return errors.New("the hub lost a node group that it had made")
	}
	return d.answerGroup(r, http.StatusAccepted, changed, string(made.ID))
}

// deleteGroup begins the deletion of a node group.
func (d *Dialect) deleteGroup(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	ref, err := verb.Removal(fleet, r.variable(varGroup))
	if err != nil {
		return err
	}
	err = d.hub.Remove(r.Context(), r.call.Caller, ref, d.options.TaskWait)
	if hub.ReasonOf(err) == hub.NotFound {
		return verb.UnknownGroup(r.variable(varGroup))
	}
	if err != nil {
		return about(fleet, r.variable(varCluster), err)
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}

// reveal gives a viewer the secrets in the labels of a node group, as far as it may have them: clients on gophercloud with a right of
// their own all that they sent, others what the published document shows of a node group.
func (d *Dialect) reveal(r *request, viewer *document.Viewer, fleet *hub.Fleet, record *hub.Record, right facade.Right) error {
	if viewer.Gophercloud {
		err := r.may(r.Context(), right)
		if known, ok := errors.AsType[*failure](err); err != nil && (!ok || known.status != http.StatusForbidden) {
			return err
		}
		viewer.Whole = err == nil
	}
	if right.Resource == resourceClusters && !viewer.Whole {
		return nil
	}
	secrets, err := d.secrets(r.Context(), r.call.Caller, fleet, record)
	viewer.Secrets = secrets
	return err
}

// secrets reads the Secrets that the labels of a node group come from.
func (d *Dialect) secrets(ctx context.Context, caller hub.Caller, fleet *hub.Fleet, record *hub.Record) (map[string]map[string][]byte, error) {
	cluster := refOf(fleet)
	ref := hub.Ref{Kind: fleetv1.KindNodePool, ID: record.ID, Cluster: &cluster}
	found := map[string]map[string][]byte{}
	for _, name := range document.SecretsOf(record) {
		content, err := d.hub.Kept(ctx, caller, ref, name)
		if err != nil {
			return nil, err
		}
		found[name] = content
	}
	return found, nil
}
