package nks

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// clusterKeys are what clusters can be sorted by, beside the order of creation.
var clusterKeys = []string{
	"uuid", "name", "status", "kube_tag", "flavor_id", "keypair", "node_count", "stack_id", "cluster_template_id", "create_timeout",
	"docker_volume_size", "health_status",
}

// viewer is who reads, as far as all objects are concerned.
func (d *Dialect) viewer(r *request) document.Viewer {
	return document.Viewer{Base: d.base(r.Request), Gophercloud: gophercloud(r.Request)}
}

// rules are what bodies are held to that make objects on a Platform.
func (d *Dialect) rules(r *request, platform *fleetv1.Platform) document.Rules {
	return document.Rules{
		Platform: platform, Versions: guideVersions, Strict: d.options.Strict, Gophercloud: gophercloud(r.Request),
	}
}

// listClusters answers with all clusters in short.
func (d *Dialect) listClusters(r *request) error { return d.answerClusters(r, document.ShortCluster) }

// listDetails answers with all clusters at length.
func (d *Dialect) listDetails(r *request) error { return d.answerClusters(r, document.LongCluster) }

// show makes the object that a client reads.
type show func(*hub.Fleet, document.Viewer) map[string]any

func (d *Dialect) answerClusters(r *request, as show) error {
	p, err := pagingOf(r.Request, clusterKeys)
	if err != nil {
		return err
	}
	fleets, err := d.hub.Fleets(r.Context(), r.call.Caller.Namespace)
	if err != nil {
		return err
	}
	viewer := d.viewer(r)
	items := make([]item, 0, len(fleets))
	for _, fleet := range fleets {
		items = append(items, item{id: string(fleet.Cluster.ID), object: func() any { return as(fleet, viewer) }})
	}
	return d.answerPage(r, p, "clusters", items)
}

// getCluster answers with a cluster.
func (d *Dialect) getCluster(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	viewer := d.viewer(r)
	if worker := document.DefaultWorker(fleet); worker != nil && viewer.Gophercloud {
		right := facade.Right{Verb: "get", Resource: resourceClusters, Subresource: subSecretLabels, Name: fleet.Cluster.Name}
		if err := d.reveal(r, &viewer, fleet, worker, right); err != nil {
			return err
		}
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(document.LongCluster(fleet, viewer)))
	return nil
}

// createCluster creates a cluster with its first node group.
func (d *Dialect) createCluster(r *request) error {
	ctx, caller := r.Context(), r.call.Caller
	if err := r.may(ctx, facade.Right{Verb: "create", Resource: resourcePools}); err != nil {
		return err
	}
	body, err := facade.ReadUntyped(r.w, r.Request)
	if err != nil {
		return err
	}
	platform, err := d.hub.Platform(ctx, caller.Namespace)
	if err != nil {
		return err
	}
	wish, err := document.NewCluster(body, d.rules(r, platform))
	if err != nil {
		return err
	}
	made, err := d.hub.Provision(ctx, caller, wish)
	if hub.ReasonOf(err) == hub.AlreadyExists {
		return failed(http.StatusConflict, "A cluster with name %s already exists.", wish.Name)
	}
	if err != nil {
		return err
	}
	r.answerAccepted(string(made.Cluster.ID))
	return nil
}

// deleteCluster begins the deletion of a cluster.
func (d *Dialect) deleteCluster(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	if err := d.hub.Remove(r.Context(), r.call.Caller, refOf(fleet), d.options.TaskWait); err != nil {
		return about(fleet, r.variable(varCluster), err)
	}
	r.w.WriteHeader(http.StatusNoContent)
	return nil
}
