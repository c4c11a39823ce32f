package document

import (
	"encoding/hex"
	"maps"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
)

// ShortNodeGroup is a node group as it stands in lists.
func ShortNodeGroup(pool *hub.Record) map[string]any {
	spec := &pool.NodePool.Spec
	s := scene{pool: spec}
	made := map[string]any{
		"uuid":       pool.ID,
		memberName:   pool.Name,
		memberFlavor: orNull(s.machine().Flavor),
		memberImage:  orNull(s.machine().Image),
		memberRole:   roleOf(pool.NodePool),
		"is_default": pool.Name == fleetv1.DefaultWorkerPool,
		memberNodes:  pool.NodePool.WishedReplicas(),
		memberLeast:  int32(1),
		memberMost:   nil,
		"stack_id":   pool.ID,
		"status":     phase.NodePool(pool.NodePool),
	}
	if least := s.scaling().MinReplicas; least != nil {
		made[memberLeast] = *least
	}
	if most := s.scaling().MaxReplicas; most != nil {
		made[memberMost] = *most
	}
	return made
}

// LongNodeGroup is a node group of a cluster as it is read alone.
func LongNodeGroup(fleet *hub.Fleet, pool *hub.Record, viewer Viewer) map[string]any {
	sent := kept.Of(pool.NodePool.Spec.Extensions)
	made := ShortNodeGroup(pool)
	maps.Copy(made, groupMembers(fleet, pool.ID, viewer))
	maps.Copy(made, map[string]any{
		memberLabels:     labelsOfGroup(fleet, pool, viewer),
		"node_addresses": addresses(pool),
		memberDisk:       sentInteger(sent, memberDisk),
		"status_reason":  orNull(phase.NodePoolWhy(pool.NodePool)),
		"created_at":     Time(&pool.Object.CreationTimestamp),
		"updated_at":     updated(pool.NodePool.Status.Conditions),
		"version":        orNull(pool.NodePool.Spec.KubernetesVersion),
	})
	return complete(made, sent)
}

// groupMembers are the members of a node group that follow from ids.
func groupMembers(fleet *hub.Fleet, id types.UID, viewer Viewer) map[string]any {
	return map[string]any{
		"id":         number(id),
		"cluster_id": fleet.Cluster.ID,
		"project_id": fleet.Cluster.Cluster.Namespace,
		"links":      Links(viewer.Base, "/clusters/"+string(fleet.Cluster.ID)+"/nodegroups/"+string(id)),
	}
}

// number is the first 31 bits of an id; 0 if it is no UUID.
func number(id types.UID) int32 {
	const digits = 8
	if len(id) < digits {
		return 0
	}
	raw, err := hex.DecodeString(string(id[:digits]))
	if err != nil {
		return 0
	}
	return int32((uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3])) >> 1)
}

// ControlPlane is the control plane of a cluster, as the node group default-master, as it is read alone.
func ControlPlane(fleet *hub.Fleet, viewer Viewer) map[string]any {
	cluster, id := fleet.Cluster.Cluster, verb.ControlPlaneID(fleet.Cluster.ID)
	version := controlPlaneVersion(cluster)
	made := map[string]any{
		"uuid":           id,
		memberName:       fleetv1.ControlPlanePool,
		memberFlavor:     nil,
		memberImage:      nil,
		memberRole:       roleMaster,
		"is_default":     true,
		memberNodes:      1,
		memberLeast:      1,
		memberMost:       1,
		"stack_id":       id,
		"status":         phase.ControlPlane(cluster),
		memberLabels:     map[string]any{labelVersion: version},
		"node_addresses": []string{},
		memberDisk:       nil,
		"status_reason":  orNull(phase.ControlPlaneWhy(cluster)),
		"created_at":     Time(&cluster.CreationTimestamp),
		"updated_at":     updated(cluster.Status.Conditions),
		"version":        orNull(version),
	}
	maps.Copy(made, groupMembers(fleet, id, viewer))
	return made
}
