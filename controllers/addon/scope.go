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
	// layers are the params that spec.valuesFrom leads to, digest tells one content of the values there from another; both
	// gatherReferences.
	layers []params.Layer
	digest string
	// secrets are texts that no message may show; gatherReferences, resolve.
	secrets []string
	// effective are the params over the defaults, checked; resolve.
	effective params.Effective

	// kubeconfig is the cluster's, rebuilt from the allow-list; gatherKubeconfig.
	kubeconfig *remote.Kubeconfig

	// place is where the Flux objects belong; gatherPlace.
	place place

	// copies are the contents of spec.valuesFrom, in its order, where they have to be taken to the tenant cluster; gatherReferences.
	copies [][]byte

	// desired are the rendered objects; decide.
	desired release.Objects
	// refused is why the wished version may not be changed to, where it is what is installed already; decide.
	refused *hold

	// current are the objects that exist, by the rendered object they stand for; gatherCurrent.
	current current

	// state is what the release says after apply; observe.
	state release.State

	// health is what the release's workloads look like, if looked; gatherHealth.
	health workloads
	looked bool

	// outputs are what was read from the tenant cluster, nil if that was not done, and missing says which of those are not there
	// that the add-on needs; readOutputs.
	outputs map[string]string
	missing []string

	// failed tells that what is wished counts as failed; setStatus.
	failed bool

	// poll tells that what is waited for cannot be watched; gatherPlace and suspend.
	poll bool

	// again is when to look again at the latest, zero for never. soon is the same, for whatever cannot be watched; within.
	again time.Duration
	soon  time.Duration
}

// within makes sure that the add-on is looked at again before long.
func (s *scope) within(d time.Duration) {
	d = max(d, time.Second)
	if s.soon == 0 || d < s.soon {
		s.soon = d
	}
}

// next is when to look again at the latest, zero for never.
func (s *scope) next() time.Duration {
	if s.soon == 0 || s.again > 0 && s.again < s.soon {
		return s.again
	}
	return s.soon
}

// clusterVersion returns the version that the cluster runs, or, before it said so, the one that is wished.
func clusterVersion(cluster *fleetv1.Cluster) string {
	if cluster.Status.KubernetesVersion != "" {
		return cluster.Status.KubernetesVersion
	}
	return cluster.Spec.KubernetesVersion
}
