package cce

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
)

// varAddon is the path variable that names an add-on.
const varAddon = "id"

// addonPath is the path of one add-on, below the base.
const addonPath = "/addons/{" + varAddon + "}"

// Resources of group fleet.slipway.dev.
const (
	resourceAddons    = "addons"
	resourceClusters  = "clusters"
	resourceTemplates = "addontemplates"
)

// Routes implements facade.Dialect. Each row is a method and a path, and the right that the caller needs.
func (d *Dialect) Routes() []facade.Route {
	one := &facade.Target{Kind: fleetv1.KindAddon, Variable: varAddon, Named: true, RefIn: refIn}
	return []facade.Route{
		{Method: http.MethodGet, Path: "/openapi", Public: true, Handler: d.getDocument},
		{Method: http.MethodPost, Path: "/addons", Verb: "create", Resource: resourceAddons, Handler: d.handle(d.install)},
		{Method: http.MethodGet, Path: "/addons", Verb: "list", Resource: resourceAddons, Handler: d.handle(d.list)},
		{Method: http.MethodGet, Path: addonPath, Verb: "get", Resource: resourceAddons, Target: one, Handler: d.handle(d.get)},
		{Method: http.MethodPut, Path: addonPath, Verb: "patch", Resource: resourceAddons, Target: one, Handler: d.handle(d.upgrade)},
		{Method: http.MethodDelete, Path: addonPath, Verb: "delete", Resource: resourceAddons, Target: one, Handler: d.handle(d.delete)},
		{Method: http.MethodPost, Path: addonPath + "/operation/rollback", Verb: "patch", Resource: resourceAddons, Target: one,
			Handler: d.handle(d.rollback)},
		{Method: http.MethodGet, Path: "/addontemplates", Verb: "list", Resource: resourceTemplates, Handler: d.handle(d.templates)},
	}
}
