package nks

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
)

// Path variables.
const (
	varCluster = "cluster"
	varGroup   = "nodegroup"
	varEvent   = "event"
)

// Paths.
const (
	clustersPath     = "/v1/clusters"
	clusterPath      = clustersPath + "/{" + varCluster + "}"
	groupsPath       = clusterPath + "/nodegroups"
	groupPath        = groupsPath + "/{" + varGroup + "}"
	controlPlanePath = groupsPath + "/" + fleetv1.ControlPlanePool
	certificatesPath = "/v1/certificates"
	certificatePath  = certificatesPath + "/{" + varCluster + "}"
)

// Resources of group fleet.slipway.dev.
const (
	resourceClusters   = "clusters"
	resourcePools      = "nodepools"
	resourceOperations = "operations"

	subKubeconfig   = "kubeconfig"
	subCertificates = "certificates"
	subSecretLabels = "secretlabels"
)

// Routes implements facade.Dialect. Each row is a method and a path, and the right that the caller needs. Where the body decides what
// else is changed, the handler asks for the right on that.
func (d *Dialect) Routes() []facade.Route {
	routes := []facade.Route{
		{Method: http.MethodGet, Path: "", Public: true, Handler: d.handle(d.getRoot)},
		{Method: http.MethodGet, Path: "/v1", Public: true, Handler: d.handle(d.getVersion)},
		{Method: http.MethodGet, Path: "/v1/openapi", Public: true, Handler: d.handle(d.getDocument)},
		{Method: http.MethodGet, Path: "/v1/supports", Verb: "list", Resource: resourceClusters, Handler: d.handle(d.getSupports)},
	}
	routes = append(routes, d.clusterRoutes()...)
	routes = append(routes, d.groupRoutes()...)
	return append(routes, d.certificateRoutes()...)
}

func (d *Dialect) clusterRoutes() []facade.Route {
	named := &facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster, Named: true, Ref: clusterRef}
	within := &facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster, Ref: clusterRef}
	patch := func(path string, v verb.Verb) facade.Route {
		return facade.Route{Method: http.MethodPost, Path: clusterPath + path, Verb: "patch", Resource: resourceClusters, Target: named,
			Handler: d.handle(d.clusterVerb(v))}
	}
	return []facade.Route{
		{Method: http.MethodGet, Path: clustersPath, Verb: "list", Resource: resourceClusters, Handler: d.handle(d.listClusters)},
		{Method: http.MethodPost, Path: clustersPath, Verb: "create", Resource: resourceClusters, Handler: d.handle(d.createCluster)},
		{Method: http.MethodGet, Path: clustersPath + "/detail", Verb: "list", Resource: resourceClusters, Handler: d.handle(d.listDetails)},
		{Method: http.MethodGet, Path: clusterPath, Verb: "get", Resource: resourceClusters, Target: named, Handler: d.handle(d.getCluster)},
		{Method: http.MethodDelete, Path: clusterPath, Verb: "delete", Resource: resourceClusters, Target: named,
			Handler: d.handle(d.deleteCluster)},
		{Method: http.MethodGet, Path: clusterPath + "/config", Verb: "get", Resource: resourceClusters, Subresource: subKubeconfig,
			Target: named, Handler: d.handle(d.getConfig)},
		{Method: http.MethodGet, Path: clusterPath + "/events", Verb: "list", Resource: resourceOperations, Target: within,
			Handler: d.handle(d.listEvents)},
		{Method: http.MethodGet, Path: clusterPath + "/events/{" + varEvent + "}", Verb: "get", Resource: resourceOperations, Target: within,
			Handler: d.handle(d.getEvent)},
		{Method: http.MethodGet, Path: clusterPath + "/api_ep_ipacl", Verb: "get", Resource: resourceClusters, Target: named,
			Handler: d.handle(d.getAccess)},
		patch("/api_ep_ipacl", verb.ControlAccess),
		patch("/actions/cni_update", verb.UpdateCNI),
		patch("/actions/update_sgw", verb.UpdateGateways),
		patch("/actions/upgrade", verb.UpgradeAll),
		// These two change a node group, which the body names or leaves out.
		{Method: http.MethodPost, Path: clusterPath + "/actions/resize", Verb: "patch", Resource: resourcePools, Target: within,
			Handler: d.handle(d.clusterVerb(verb.Resize))},
		{Method: http.MethodPatch, Path: clusterPath, Verb: "patch", Resource: resourcePools, Target: within,
			Handler: d.handle(d.patchCluster)},
	}
}

func (d *Dialect) groupRoutes() []facade.Route {
	within := &facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster, Ref: clusterRef}
	named := &facade.Target{Kind: fleetv1.KindNodePool, Variable: varGroup, Cluster: varCluster, Named: true, Ref: groupRef}
	controlPlane := &facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster, Named: true, Ref: clusterRef}
	post := func(path string, v verb.Verb) facade.Route {
		return facade.Route{Method: http.MethodPost, Path: groupPath + path, Verb: "patch", Resource: resourcePools, Target: named,
			Handler: d.handle(d.groupVerb(v))}
	}
	return []facade.Route{
		{Method: http.MethodGet, Path: groupsPath, Verb: "list", Resource: resourcePools, Target: within, Handler: d.handle(d.listGroups)},
		{Method: http.MethodPost, Path: groupsPath, Verb: "create", Resource: resourcePools, Target: within, Handler: d.handle(d.createGroup)},
		{Method: http.MethodGet, Path: groupPath, Verb: "get", Resource: resourcePools, Target: named, Handler: d.handle(d.getGroup)},
		{Method: http.MethodPatch, Path: groupPath, Verb: "patch", Resource: resourcePools, Target: named, Handler: d.handle(d.patchGroup)},
		{Method: http.MethodDelete, Path: groupPath, Verb: "delete", Resource: resourcePools, Target: named, Handler: d.handle(d.deleteGroup)},
		{Method: http.MethodGet, Path: groupPath + "/autoscale", Verb: "get", Resource: resourcePools, Target: named,
			Handler: d.handle(d.getAutoscaling)},
		post("/autoscale", verb.SetAutoscaling),
		post("/stop_node", verb.Stop),
		post("/start_node", verb.Start),
		post("/upgrade", verb.Upgrade),
		post("/userscript", verb.SetScript),
		// The control plane is part of the cluster.
		{Method: http.MethodPost, Path: controlPlanePath + "/upgrade", Verb: "patch", Resource: resourceClusters, Target: controlPlane,
			Handler: d.handle(d.controlPlaneVerb(verb.Upgrade))},
	}
}

func (d *Dialect) certificateRoutes() []facade.Route {
	named := &facade.Target{Kind: fleetv1.KindCluster, Variable: varCluster, Named: true, Ref: clusterRef}
	return []facade.Route{
		{Method: http.MethodPost, Path: certificatesPath, Verb: "create", Resource: resourceClusters, Subresource: subCertificates,
			Handler: d.handle(d.sign)},
		{Method: http.MethodGet, Path: certificatePath, Verb: "get", Resource: resourceClusters, Target: named,
			Handler: d.handle(d.getAuthority)},
		{Method: http.MethodPatch, Path: certificatePath, Verb: "patch", Resource: resourceClusters, Target: named,
			Handler: d.handle(d.clusterVerb(verb.RenewCertificates))},
	}
}
