package nks

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// clusterRef is the cluster that a path names.
func clusterRef(variables map[string]string) hub.Ref {
	return verb.Ref(fleetv1.KindCluster, variables[varCluster])
}

// groupRef is the node group that a path names.
func groupRef(variables map[string]string) hub.Ref {
	cluster := clusterRef(variables)
	ref := verb.Ref(fleetv1.KindNodePool, variables[varGroup])
	ref.Cluster = &cluster
	return ref
}

// unknownCluster is the error of a cluster that is not there for the caller: of another tenant, or of nobody.
func unknownCluster(named string) error {
	return failed(http.StatusNotFound, "Cluster %s could not be found.", named)
}

// fleet finds the cluster that the path names.
func (d *Dialect) fleet(r *request) (*hub.Fleet, error) {
	fleet, err := d.hub.Fleet(r.Context(), r.call.Caller.Namespace, clusterRef(r.call.Variables))
	if hub.ReasonOf(err) == hub.NotFound {
		return nil, unknownCluster(r.variable(varCluster))
	}
	return fleet, err
}

// refOf is a cluster by its id: the name may be another cluster's by the time that a change is made.
func refOf(fleet *hub.Fleet) hub.Ref {
	return hub.Ref{Kind: fleetv1.KindCluster, ID: fleet.Cluster.ID}
}

// pool finds a node group of a cluster, or nil. The control plane is none.
func pool(fleet *hub.Fleet, named string) *hub.Record {
	ref := verb.Ref(fleetv1.KindNodePool, named)
	for _, record := range fleet.Pools {
		if ref.ID != "" && record.ID == ref.ID || ref.ID == "" && record.Name == ref.Name {
			return record
		}
	}
	return nil
}
