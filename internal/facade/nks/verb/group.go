package verb

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// Ref returns the object that a segment of a path, or a field of a body, names: what has the form of a UUID is an id, and nothing but
// an id; all else is a name.
func Ref(kind, segment string) hub.Ref {
	if id, ok := asID(segment); ok {
		return hub.Ref{Kind: kind, ID: id}
	}
	return hub.Ref{Kind: kind, Name: segment}
}

const (
	digitsOfUUID = 32
	uuidForm     = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
)

// asID is the id that a text in the form of a UUID stands for, with its hyphens or without all of them.
func asID(text string) (types.UID, bool) {
	digits := text
	if len(text) == len(uuidForm) {
		for i, c := range uuidForm {
			if (c == '-') != (text[i] == '-') {
				return "", false
			}
		}
		digits = strings.ReplaceAll(text, "-", "")
	}
	raw, err := hex.DecodeString(digits)
	if err != nil || len(digits) != digitsOfUUID {
		return "", false
	}
	return formatted(raw), true
}

// formatted writes the sixteen bytes of a UUID.
func formatted(raw []byte) types.UID {
	digits := hex.EncodeToString(raw)
	return types.UID(strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-"))
}

// ControlPlaneID is the id under which clients know the control plane of a Cluster as a node group: the UUID of version 5 of its name in
// the Cluster's id. The control plane of what has no UUID as its id has none either: it is known by name only.
func ControlPlaneID(cluster types.UID) types.UID {
	space, err := hex.DecodeString(strings.ReplaceAll(string(cluster), "-", ""))
	if err != nil {
		return ""
	}
	sum := sha1.Sum(append(space, fleetv1.ControlPlanePool...))
	sum[6] = sum[6]&0x0f | 0x50 // version 5
	sum[8] = sum[8]&0x3f | 0x80 // the variant of RFC 9562
	return formatted(sum[:16])
}

// IsControlPlane tells whether an id or a name means the control plane of the Cluster with that id.
func IsControlPlane(cluster types.UID, group string) bool {
	ref := Ref(fleetv1.KindNodePool, group)
	return ref.Name == fleetv1.ControlPlanePool || ref.ID != "" && ref.ID == ControlPlaneID(cluster)
}

// UnknownGroup is the error (404) of a node group that a Cluster has not.
func UnknownGroup(group string) error {
	return fields.Join(fields.Fault{Status: http.StatusNotFound, Message: "Nodegroup " + group + " could not be found."})
}

// errControlPlane refuses what cannot be done to the control plane.
func errControlPlane() error {
	return fields.Join(fields.Refused("Node group %s is the control plane. It can be upgraded, and nothing else.", fleetv1.ControlPlanePool))
}

// Removal returns the node group that a path names, if it may be deleted. Errors: *fields.Error, with status 404 where there is none.
func Removal(fleet *hub.Fleet, group string) (hub.Ref, error) {
	cluster := hub.Ref{Kind: fleetv1.KindCluster, ID: fleet.Cluster.ID}
	if IsControlPlane(fleet.Cluster.ID, group) {
		return hub.Ref{}, errControlPlane()
	}
	ref := Ref(fleetv1.KindNodePool, group)
	for _, pool := range fleet.Pools {
		if ref.ID != pool.ID && ref.Name != pool.Name {
			continue
		}
		if pool.Name == fleetv1.DefaultWorkerPool {
			return hub.Ref{}, fields.Join(fields.Refused("Node group %s cannot be deleted. It goes with its cluster.", fleetv1.DefaultWorkerPool))
		}
		return hub.Ref{Kind: fleetv1.KindNodePool, ID: pool.ID, Cluster: &cluster}, nil
	}
	return hub.Ref{}, UnknownGroup(group)
}

// controlPlane tells whether an id or a name means the control plane.
func (s *scene) controlPlane(group string) bool {
	return IsControlPlane(types.UID(cmp.Or(s.Cluster.Labels[fleetv1.LabelID], string(s.Cluster.UID))), group)
}

// group returns the node group of an id or a name. Errors: *fields.Error.
func (s *scene) group(group string) (*fleetv1.NodePool, error) {
	if s.controlPlane(group) {
		return nil, errControlPlane()
	}
	if pool := s.Pool(Ref(fleetv1.KindNodePool, group)); pool != nil {
		return pool, nil
	}
	return nil, UnknownGroup(group)
}

// workers returns the node groups that stay.
func (s *scene) workers() []*fleetv1.NodePool {
	return slices.DeleteFunc(slices.Clone(s.Pools), func(pool *fleetv1.NodePool) bool { return pool.DeletionTimestamp != nil })
}

// members checks that ids are those of nodes of a group. A group for which the platform reports no nodes has any.
func (s *scene) members(field string, ids []string, pool *fleetv1.NodePool) {
	if len(pool.Status.Nodes) == 0 {
		return
	}
	for _, id := range ids {
		if !slices.ContainsFunc(pool.Status.Nodes, func(node fleetv1.Node) bool { return node.ID == id }) {
			s.refuse(field, "Node group %s has no node %s.", pool.Pool(), id)
		}
	}
}

// stopped returns how many nodes of a group are to be off, given the ids of those that are: ids of nodes that are gone do not count.
func stopped(pool *fleetv1.NodePool, ids []string) int {
	if len(pool.Status.Nodes) == 0 {
		return len(ids)
	}
	count := 0
	for _, node := range pool.Status.Nodes {
		if slices.Contains(ids, node.ID) {
			count++
		}
	}
	return count
}
