package document

import (
	"cmp"
	"maps"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
)

// ShortCluster is a cluster as it stands in lists.
func ShortCluster(fleet *hub.Fleet, viewer Viewer) map[string]any {
	cluster, sent := fleet.Cluster.Cluster, kept.Of(fleet.Cluster.Cluster.Spec.Extensions)
	made := map[string]any{
		"uuid":          fleet.Cluster.ID,
		memberName:      cluster.Name,
		"status":        phase.Cluster(cluster, poolsOf(fleet)),
		labelVersion:    controlPlaneVersion(cluster),
		memberFlavor:    nil,
		memberKey:       nil,
		memberNodes:     wished(fleet),
		"stack_id":      fleet.Cluster.ID,
		memberTemplate:  cmp.Or(sentText(sent, memberTemplate), verb.Template),
		memberTimeout:   defaultTimeout,
		memberDisk:      sentInteger(sent, memberDisk),
		"health_status": healthOf(cluster),
		memberLabels:    labelsOf(fleet, viewer),
		"links":         Links(viewer.Base, "/clusters/"+string(fleet.Cluster.ID)),
	}
	if timeout := sentInteger(sent, memberTimeout); timeout != nil {
		made[memberTimeout] = timeout
	}
	if worker := DefaultWorker(fleet); worker != nil && worker.NodePool.Spec.Machine != nil {
		made[memberFlavor] = orNull(worker.NodePool.Spec.Machine.Flavor)
		made[memberKey] = orNull(worker.NodePool.Spec.Machine.KeyName)
	}
	return made
}

// LongCluster is a cluster as it is read alone. Members that were sent and mean nothing here come along; they never hide others.
func LongCluster(fleet *hub.Fleet, viewer Viewer) map[string]any {
	cluster, sent := fleet.Cluster.Cluster, kept.Of(fleet.Cluster.Cluster.Spec.Extensions)
	made := ShortCluster(fleet, viewer)
	maps.Copy(made, map[string]any{
		"status_reason":        orNull(phase.ClusterWhy(cluster, poolsOf(fleet))),
		"api_address":          orNull(cluster.Status.APIEndpoint),
		"coe_version":          orNull(cmp.Or(cluster.Status.KubernetesVersion, cluster.Spec.KubernetesVersion)),
		"container_version":    orNull(sentText(sent, "container_version")),
		"project_id":           cluster.Namespace,
		"user_id":              cluster.Annotations[fleetv1.AnnotationCreatedBy],
		memberNetwork:          orNull(networkOf(cluster).NetworkID),
		memberSubnet:           orNull(networkOf(cluster).SubnetID),
		"node_addresses":       addresses(fleet.Pools...),
		"health_status_reason": healthReason(fleet),
		"floating_ip_enabled":  sentBool(sent, "floating_ip_enabled"),
		"created_at":           Time(&cluster.CreationTimestamp),
		"updated_at":           updated(cluster.Status.Conditions),
	})
	return complete(made, sent)
}

// poolsOf are the NodePools of a cluster.
func poolsOf(fleet *hub.Fleet) []*fleetv1.NodePool {
	pools := make([]*fleetv1.NodePool, 0, len(fleet.Pools))
	for _, pool := range fleet.Pools {
		pools = append(pools, pool.NodePool)
	}
	return pools
}

// healthOf is whether a cluster is well.
func healthOf(cluster *fleetv1.Cluster) string {
	switch ready := apimeta.FindStatusCondition(cluster.Status.Conditions, fleetv1.ConditionReady); {
	case ready == nil:
		return "UNKNOWN"
	case ready.Status == metav1.ConditionTrue:
		return "HEALTHY"
	case ready.Status == metav1.ConditionFalse:
		return "UNHEALTHY"
	}
	return "UNKNOWN"
}

// healthReason is what is known about the API server and the nodes; nil for nothing. Clients take it for an object.
func healthReason(fleet *hub.Fleet) any {
	cluster, known := fleet.Cluster.Cluster, map[string]string{}
	if cluster.Status.APIEndpoint != "" {
		if available := apimeta.FindStatusCondition(cluster.Status.Conditions, fleetv1.ConditionAvailable); available != nil {
			known["api"] = "ok"
			if available.Status != metav1.ConditionTrue {
				known["api"] = cmp.Or(available.Message, available.Reason)
			}
		}
	}
	for _, pool := range fleet.Pools {
		for _, node := range pool.NodePool.Status.Nodes {
			known[node.Name+".Ready"] = booleanText(node.State == fleetv1.NodeReady)
		}
	}
	if len(known) == 0 {
		return nil
	}
	return known
}
