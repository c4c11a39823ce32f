package iaas

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
)

// Path variables.
const (
	varCluster = "cluster_id"
	varAddon   = "name"
)

// Paths below the base.
const (
	addonsPath = "/clusters/{" + varCluster + "}/addons"
	addonPath  = addonsPath + "/{" + varAddon + "}"
)

// Resources of group fleet.slipway.dev.
const (
	resourceAddons    = "addons"
	resourceTemplates = "addontemplates"
)

// Routes implements facade.Dialect. Each row is a method and a path, and the right that the caller needs.
func (d *Dialect) Routes() []facade.Route {
	cluster := facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster}
	addon := facade.Target{Kind: fleetv1.KindAddon, Variable: varAddon, Cluster: varCluster, Named: true, Ref: addonOf}
	return []facade.Route{
		{Method: http.MethodGet, Path: "/addons/openapi", Public: true, Handler: d.getDocument},
		{Method: http.MethodGet, Path: "/addons/catalog", Verb: "list", Resource: resourceTemplates,
			Handler: d.handle(d.catalog)},
		{Method: http.MethodGet, Path: addonsPath, Verb: "list", Resource: resourceAddons, Target: &cluster,
			Handler: d.handle(d.list)},
		{Method: http.MethodPost, Path: addonsPath, Verb: "create", Resource: resourceAddons, Target: &cluster,
			Handler: d.handle(d.install)},
		{Method: http.MethodGet, Path: addonPath, Verb: "get", Resource: resourceAddons, Target: &addon,
			Handler: d.handle(d.get)},
		{Method: http.MethodDelete, Path: addonPath, Verb: "delete", Resource: resourceAddons, Target: &addon,
			Handler: d.handle(d.uninstall)},
	}
}
