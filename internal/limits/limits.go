package limits

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// Cluster returns what the Platform does not allow in a Cluster's spec.
func Cluster(cluster *fleetv1.Cluster, platform *fleetv1.Platform) []params.Fault {
	faults := version(cluster.Spec.KubernetesVersion, platform)
	if network := cluster.Spec.Network; network != nil {
		faults = append(faults, reserved("spec.network.podCIDR", network.PodCIDR, platform)...)
		faults = append(faults, reserved("spec.network.serviceCIDR", network.ServiceCIDR, platform)...)
	}
	return append(faults, parameters(cluster.Spec.Parameters, platform.Spec.ClusterParametersSchema)...)
}

// NodePool returns what the Platform, or another node pool of the same cluster, does not allow in a NodePool's spec.
// siblings are all node pools of the cluster; the pool itself may be among them.
func NodePool(pool *fleetv1.NodePool, platform *fleetv1.Platform, siblings []fleetv1.NodePool) []params.Fault {
	faults := namesakes(pool, siblings)
	faults = append(faults, version(pool.Spec.KubernetesVersion, platform)...)
	faults = append(faults, nodes("spec.replicas", pool.Spec.Replicas, platform)...)
	if scaling := pool.Spec.Autoscaling; scaling != nil {
		faults = append(faults, nodes("spec.autoscaling.maxReplicas", scaling.MaxReplicas, platform)...)
	}
	return append(faults, parameters(pool.Spec.Parameters, platform.Spec.NodePoolParametersSchema)...)
}

func version(wished string, platform *fleetv1.Platform) []params.Fault {
	offered := make([]string, 0, len(platform.Spec.KubernetesVersions))
	for _, v := range platform.Spec.KubernetesVersions {
		offered = append(offered, v.Version)
	}
	if wished == "" || len(offered) == 0 || slices.Contains(offered, wished) {
		return nil
	}
	return []params.Fault{{Path: "spec.kubernetesVersion", Message: fmt.Sprintf(
		"%s is not a version of Platform %s; choose one of %s", wished, platform.Name, strings.Join(offered, ", "))}}
}

func reserved(path, cidr string, platform *fleetv1.Platform) []params.Fault {
	wished, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil // empty, or refused by the CRD's own rule
	}
	for _, text := range platform.Spec.ReservedCIDRs {
		taken, err := netip.ParsePrefix(text)
		if err == nil && taken.Overlaps(wished) {
			return []params.Fault{{Path: path, Message: fmt.Sprintf(
				"%s overlaps %s, which Platform %s reserves; choose another network", cidr, text, platform.Name)}}
		}
	}
	return nil
}

func nodes(path string, wished *int32, platform *fleetv1.Platform) []params.Fault {
	limit := platform.Spec.MaxNodesPerPool
	if wished == nil || limit == 0 || *wished <= limit {
		return nil
	}
	return []params.Fault{{Path: path, Message: fmt.Sprintf(
		"%d is too many; Platform %s allows at most %d nodes in a pool", *wished, platform.Name, limit)}}
}

// namesakes returns a fault if an older pool has the same pool name. The elder keeps the name, so that a mistake does not
// stall a pool that works. Of several the eldest is named, so that the message does not depend on their order.
func namesakes(pool *fleetv1.NodePool, siblings []fleetv1.NodePool) []params.Fault {
	eldest := pool
	for i := range siblings {
		if other := &siblings[i]; other.Name != pool.Name && other.Pool() == pool.Pool() && older(other, eldest) {
			eldest = other
		}
	}
	if eldest == pool {
		return nil
	}
	return []params.Fault{{Path: "spec.poolName", Message: fmt.Sprintf(
		"%s is the pool name of NodePool %s already; delete one of the two and create it under another pool name",
		pool.Pool(), eldest.Name)}}
}

// older orders pools by age. One that is not stored yet has no creation time; it is the youngest.
func older(a, b *fleetv1.NodePool) bool {
	if a.CreationTimestamp.IsZero() != b.CreationTimestamp.IsZero() {
		return b.CreationTimestamp.IsZero()
	}
	if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
		return a.CreationTimestamp.Before(&b.CreationTimestamp)
	}
	return a.Name < b.Name
}

func parameters(given, schema *runtime.RawExtension) []params.Fault {
	if schema == nil || len(schema.Raw) == 0 {
		return nil
	}
	document := []byte("{}")
	if given != nil && len(given.Raw) > 0 {
		document = given.Raw
	}
	return params.Validate(schema.Raw, document, "spec.parameters")
}
