package limits

import (
	"cmp"
	"fmt"

	utilversion "k8s.io/apimachinery/pkg/util/version"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// ControlPlaneVersion returns what keeps a Cluster's version from being changed as wished: a control plane does not go back, and
// is never older than nodes are wished to be. pools are all node pools of the Cluster. The version that an adapter reports counts
// as the present one, so that an upgrade that did not begin can be taken back; where none is reported, the one that was wished.
func ControlPlaneVersion(before, after *fleetv1.Cluster, pools []fleetv1.NodePool) []params.Fault {
	wished := after.Spec.KubernetesVersion
	if wished == before.Spec.KubernetesVersion {
		return nil
	}
	var faults []params.Fault
	fault := func(format string, args ...any) {
		faults = append(faults, params.Fault{Path: "spec.kubernetesVersion", Message: fmt.Sprintf(format, args...)})
	}
	if present := cmp.Or(before.Status.KubernetesVersion, before.Spec.KubernetesVersion); Lower(wished, present) {
		fault("%s is below %s, the present version of the control plane, which cannot go back; choose %s or a later one",
			wished, present, present)
	}
	for i := range pools {
		if version := pools[i].Spec.KubernetesVersion; Lower(wished, version) {
			fault("%s is below %s, the version of NodePool %s; nodes must not be newer than the control plane",
				wished, version, pools[i].Name)
		}
	}
	return faults
}

// NodeVersion returns what keeps a NodePool's version from being changed as wished: nodes are never newer than the control plane.
// The version that is wished for the control plane counts, so that both can be raised one right after the other; adapters bring
// the control plane there first. before is nil for a new NodePool.
func NodeVersion(before, after *fleetv1.NodePool, cluster *fleetv1.Cluster) []params.Fault {
	wished := after.Spec.KubernetesVersion
	if before != nil && before.Spec.KubernetesVersion == wished {
		return nil
	}
	present := cmp.Or(cluster.Spec.KubernetesVersion, cluster.Status.KubernetesVersion)
	if !Lower(present, wished) {
		return nil
	}
	return []params.Fault{{Path: "spec.kubernetesVersion", Message: fmt.Sprintf(
		"%s is above %s, the version of Cluster %s; raise that first, nodes must not be newer than the control plane",
		wished, present, cluster.Name)}}
}

// Lower tells whether version a is below version b by its numbers. Suffixes do not count: vendors append theirs to versions that
// are no pre-releases. What is empty or no version is neither lower nor higher.
func Lower(a, b string) bool {
	left, err := utilversion.ParseGeneric(a)
	if err != nil {
		return false
	}
	right, err := utilversion.ParseGeneric(b)
	return err == nil && left.LessThan(right)
}
