package addon

import (
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
)

// scope is what a pass knows. The comments say who fills a field.
type scope struct {
	// addon is the object; claim, apply and setStatus change it. before is what it was after claim.
	addon  *fleetv1.Addon
	before *fleetv1.Addon

	// cluster, template and version are what the Addon names; gatherBlueprint.
	cluster  *fleetv1.Cluster
	template *fleetv1.AddonTemplate
	version  *fleetv1.AddonVersion
	// siblings are the other Addons of the cluster; gatherBlueprint.
	siblings []fleetv1.Addon
	// effective are the params over the defaults, checked; gatherBlueprint.
	effective params.Effective

	// kubeconfig is the cluster's, rebuilt from the allow-list; gatherKubeconfig.
	kubeconfig *remote.Kubeconfig

	// place is where the Flux objects belong; gatherPlace.
	place place

	// copies are the contents of spec.valuesFrom, in its order, where they have to be taken to the tenant cluster; gatherCopies.
	copies [][]byte

	// desired are the rendered objects; decide.
	desired release.Objects

	// current are the objects that exist, by the rendered object they stand for; gatherCurrent.
	current current

	// state is what the release says after apply; observe.
	state release.State

	// outputs are what was read from the tenant cluster, nil if that was not done; readOutputs.
	outputs map[string]string

	// again is when to look again at the latest, zero for never.
	again time.Duration
}

// clusterVersion returns the version that the cluster runs, or, before it said so, the one that is wished.
func clusterVersion(cluster *fleetv1.Cluster) string {
	if cluster.Status.KubernetesVersion != "" {
		return cluster.Status.KubernetesVersion
	}
	return cluster.Spec.KubernetesVersion
}
