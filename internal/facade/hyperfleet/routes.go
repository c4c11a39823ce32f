package hyperfleet

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/page"
)

// Path variables.
const (
	varCluster  = "cluster_id"
	varNodePool = "nodepool_id"
	varFile     = "file"
)

// Paths of one object, below the base.
const (
	clusterPath  = "/v1/clusters/{" + varCluster + "}"
	poolsPath    = clusterPath + "/nodepools"
	poolPath     = poolsPath + "/{" + varNodePool + "}"
	flatPoolPath = "/v1/nodepools/{" + varNodePool + "}"
)

// Resources and subresources of group fleet.slipway.dev.
const (
	resourceClusters  = "clusters"
	resourceNodePools = "nodepools"
	resourceReports   = "adapterstatuses"
	forceDelete       = "force-delete"
)

// object is what the routes of one object have in common.
type object struct {
	kind, resource, path string
	target               facade.Target
}

var objects = []object{
	{fleetv1.KindCluster, resourceClusters, clusterPath, facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster}},
	{fleetv1.KindNodePool, resourceNodePools, poolPath,
		facade.Target{Kind: fleetv1.KindNodePool, Variable: varNodePool, Cluster: varCluster}},
	{fleetv1.KindNodePool, resourceNodePools, flatPoolPath, facade.Target{Kind: fleetv1.KindNodePool, Variable: varNodePool}},
}

// Routes implements facade.Dialect. Each row is a method and a path, and the right that the caller needs.
func (d *Dialect) Routes() []facade.Route {
	cluster := facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster}
	routes := d.publicRoutes()
	routes = append(routes,
		facade.Route{Method: http.MethodGet, Path: "/v1/clusters", Verb: "list", Watch: true, Resource: resourceClusters,
			Handler: d.handle(d.list(fleetv1.KindCluster))},
		facade.Route{Method: http.MethodPost, Path: "/v1/clusters", Verb: "create", Resource: resourceClusters,
			Handler: d.handle(d.createCluster)},
		facade.Route{Method: http.MethodGet, Path: "/v1/nodepools", Verb: "list", Watch: true, Resource: resourceNodePools,
			Handler: d.handle(d.list(fleetv1.KindNodePool))},
		facade.Route{Method: http.MethodGet, Path: poolsPath, Verb: "list", Watch: true, Resource: resourceNodePools, Target: &cluster,
			Handler: d.handle(d.list(fleetv1.KindNodePool))},
		facade.Route{Method: http.MethodPost, Path: poolsPath, Verb: "create", Resource: resourceNodePools, Target: &cluster,
			Handler: d.handle(d.createNodePool)},
	)
	for _, object := range objects {
		routes = append(routes, d.objectRoutes(object)...)
	}
	return routes
}

// publicRoutes are those that need neither a credential nor a right. The document stands below the version too, since that is the
// base path of all else.
func (d *Dialect) publicRoutes() []facade.Route {
	public := func(path string, h http.HandlerFunc) facade.Route {
		return facade.Route{Method: http.MethodGet, Path: path, Public: true, Handler: h}
	}
	return []facade.Route{
		public("", d.getMetadata),
		public("/openapi", d.getDocument),
		public("/v1/openapi", d.getDocument),
		public("/openapi.html", page.Serve),
		public("/v1/openapi.html", page.Serve),
		public("/"+page.AssetPath+"/{"+varFile+"}", d.handle(getPageFile)),
		public("/v1/"+page.AssetPath+"/{"+varFile+"}", d.handle(getPageFile)),
	}
}

// objectRoutes are the routes of one object.
func (d *Dialect) objectRoutes(object object) []facade.Route {
	// The right to change an object is asked for with the object's name; reports are objects of another resource.
	named, unnamed := object.target, object.target
	named.Named, named.Ref = true, refOfVariables
	report := func(method string) facade.Route {
		return facade.Route{Method: method, Path: object.path + "/statuses", Verb: "create", Resource: resourceReports, Target: &unnamed,
			Handler: d.handle(d.report)}
	}
	return []facade.Route{
		{Method: http.MethodGet, Path: object.path, Verb: "get", Resource: object.resource, Target: &named,
			Handler: d.handle(d.get)},
		{Method: http.MethodPatch, Path: object.path, Verb: "patch", Resource: object.resource, Target: &named,
			Handler: d.handle(d.patch)},
		{Method: http.MethodDelete, Path: object.path, Verb: "delete", Resource: object.resource, Target: &named,
			Handler: d.handle(d.delete)},
		{Method: http.MethodPost, Path: object.path + "/" + forceDelete, Verb: "create", Resource: object.resource,
			Subresource: forceDelete, Target: &named, Handler: d.handle(d.forceDelete)},
		{Method: http.MethodGet, Path: object.path + "/statuses", Verb: "list", Resource: resourceReports, Target: &unnamed,
			Handler: d.handle(d.listStatuses)},
		report(http.MethodPost),
		report(http.MethodPut),
	}
}
