package iaas

import (
	"regexp"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// uuidForm is the form of ids.
var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// refOf reads a path segment: an id where it has the form of one, else a name.
func refOf(kind, segment string) hub.Ref {
	if uuidForm.MatchString(segment) {
		return hub.Ref{Kind: kind, ID: types.UID(segment)}
	}
	return hub.Ref{Kind: kind, Name: segment}
}

// clusterOf is the cluster that the variables of a path name.
func clusterOf(variables map[string]string) hub.Ref {
	return refOf(fleetv1.KindCluster, variables[varCluster])
}

// addonOf is the add-on that the variables of a path name, on its cluster.
func addonOf(variables map[string]string) hub.Ref {
	cluster := clusterOf(variables)
	ref := refOf(fleetv1.KindAddon, variables[varAddon])
	ref.Cluster = &cluster
	return ref
}
