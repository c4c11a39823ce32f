package cce

import (
	"cmp"
	"context"
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/cce/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// fieldCluster and fieldRollbackCluster are the members of bodies that name a cluster.
const (
	fieldCluster         = "spec.clusterID"
	fieldRollbackCluster = "clusterID"
)

// write answers with an add-on.
func write(w http.ResponseWriter, r *http.Request, status int, addon *hub.Addon) {
	reply.JSON(w, status, reply.Encode(addonOf(addon, clientOf(r))))
}

// get answers with an add-on.
func (d *Dialect) get(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	found, err := d.addon(r, call, named{})
	if err != nil {
		return err
	}
	write(w, r, http.StatusOK, found)
	return nil
}

// list answers with the add-ons of a cluster.
func (d *Dialect) list(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	values, err := queryOf(r)
	if err != nil {
		return err
	}
	cluster, err := d.ownCluster(r, call, named{})
	if err != nil {
		return err
	}
	addons, err := d.hub.Addons(r.Context(), call.Caller.Namespace, hub.Ref{Kind: fleetv1.KindCluster, ID: cluster.ID})
	if err != nil {
		return unknownCluster(err)
	}
	body := wire.AddonList{Kind: kindAddon, APIVersion: apiVersion, Items: []wire.Addon{}}
	for _, addon := range addons {
		if wanted := values.Get(paramTemplate); wanted == "" || madeFrom(addon, wanted) {
			body.Items = append(body.Items, addonOf(addon, clientOf(r)))
		}
	}
	reply.JSON(w, http.StatusOK, reply.Encode(body))
	return nil
}

// madeFrom tells whether an add-on was made from the template of a name or display name.
func madeFrom(addon *hub.Addon, template string) bool {
	return addon.Object.Spec.TemplateName == template || addon.Template != nil && addon.Template.Spec.DisplayName == template
}

// install creates an add-on.
func (d *Dialect) install(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	sent, q, err := d.decodeInstall(w, r)
	if err != nil {
		return err
	}
	cluster, err := d.ownCluster(r, call, named{fieldCluster, sent.Spec.ClusterID})
	if err != nil {
		return err
	}
	version, err := d.meant(r.Context(), cluster, sent)
	if err != nil {
		return err
	}
	wish := q.wishFor(version)
	made := hub.NewAddon{
		Cluster: hub.Ref{Kind: fleetv1.KindCluster, ID: cluster.ID}, Template: sent.Spec.AddonTemplateName, Version: sent.Spec.Version,
		Instance: cmp.Or(sent.Metadata.Name, sent.Spec.AddonTemplateName), Params: wish.params,
		Extensions: &fleetv1.Extensions{CCE: wish.kept},
	}
	if version != nil {
		made.Version = version.Version
	}
	addon, err := d.hub.InstallAddon(r.Context(), call.Caller, made)
	if err != nil {
		return unknownCluster(broken(err, q.values))
	}
	status := http.StatusOK
	if clientOf(r).created {
		status = http.StatusCreated
	}
	write(w, r, status, addon)
	return nil
}

// meant returns the version that an installation means. It is nil where there is none: the hub says why.
func (d *Dialect) meant(ctx context.Context, cluster *hub.Record, sent wire.AddonInstallRequest) (*fleetv1.AddonVersion, error) {
	template, err := d.hub.Template(ctx, sent.Spec.AddonTemplateName)
	switch {
	case hub.ReasonOf(err) == hub.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	case sent.Spec.Version != "":
		return template.Version(sent.Spec.Version), nil
	default:
		return template.Version(catalog.NewestAllowed(template, catalog.ClusterVersion(cluster.Cluster))), nil
	}
}

// upgrade changes version and values of an add-on.
func (d *Dialect) upgrade(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	sent, q, err := d.decodeUpgrade(w, r)
	if err != nil {
		return err
	}
	present, err := d.addon(r, call, named{fieldCluster, sent.Spec.ClusterID})
	if err != nil {
		return err
	}
	if err := checkUpgrade(sent, present); err != nil {
		return err
	}
	var version *fleetv1.AddonVersion
	if present.Template != nil {
		version = present.Template.Version(sent.Spec.Version)
	}
	wish := q.wishFor(version)
	change := hub.AddonChange{Version: sent.Spec.Version, Params: wish.params, Extensions: &fleetv1.Extensions{CCE: wish.kept}}
	addon, err := d.hub.ChangeAddon(r.Context(), call.Caller, refTo(present), change)
	if err != nil {
		return unknownAddon(broken(err, q.values))
	}
	write(w, r, http.StatusOK, addon)
	return nil
}

// rollback takes an add-on back to its previous version.
func (d *Dialect) rollback(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	sent, err := d.decodeRollback(w, r)
	if err != nil {
		return err
	}
	present, err := d.addon(r, call, named{fieldRollbackCluster, sent.ClusterID})
	if err != nil {
		return err
	}
	addon, err := d.hub.RollbackAddon(r.Context(), call.Caller, refTo(present))
	if err != nil {
		return unknownAddon(broken(err, sections{}))
	}
	write(w, r, http.StatusOK, addon)
	return nil
}

// delete begins the deletion of an add-on.
func (d *Dialect) delete(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	present, err := d.addon(r, call, named{})
	if err != nil {
		return err
	}
	addon, err := d.hub.DeleteAddon(r.Context(), call.Caller, refTo(present))
	if err != nil {
		return unknownAddon(err)
	}
	write(w, r, http.StatusOK, addon)
	return nil
}

// refTo names an add-on that was found.
func refTo(addon *hub.Addon) hub.Ref { return hub.Ref{Kind: fleetv1.KindAddon, ID: addon.ID} }
