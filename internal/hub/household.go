package hub

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// household is a Cluster with its NodePools as the kube-apiserver holds them.
type household struct {
	cluster *fleetv1.Cluster
	// pools are in the order of their creation, then of their names.
	pools []*fleetv1.NodePool
}

// household reads a Cluster, and after it its NodePools. Errors: NotFound.
func (s *Store) household(ctx context.Context, at address) (*household, error) {
	object, err := s.object(ctx, at)
	if err != nil {
		return nil, err
	}
	var list fleetv1.NodePoolList
	err = s.Client.List(ctx, &list, client.InNamespace(at.key.Namespace), client.MatchingFields{fleetv1.FieldClusterName: at.key.Name})
	if err != nil {
		return nil, fault(err)
	}
	return householdOf(object.(*fleetv1.Cluster), list.Items), nil // the address is that of a Cluster
}

func householdOf(cluster *fleetv1.Cluster, pools []fleetv1.NodePool) *household {
	h := &household{cluster: cluster}
	for i := range pools {
		h.pools = append(h.pools, &pools[i])
	}
	slices.SortFunc(h.pools, func(a, b *fleetv1.NodePool) int {
		return cmp.Or(byAge(a, b), strings.Compare(a.Pool(), b.Pool()), strings.Compare(a.Name, b.Name))
	})
	return h
}

// pool returns the NodePool of that UID, or nil.
func (h *household) pool(uid types.UID) *fleetv1.NodePool {
	for _, pool := range h.pools {
		if pool.UID == uid {
			return pool
		}
	}
	return nil
}

// remember leaves what was read in the Memory.
func (s *Store) remember(h *household) {
	s.Memory.Apply(h.cluster.DeepCopy())
	for _, pool := range h.pools {
		s.Memory.Apply(pool.DeepCopy())
	}
}

// governor returns the Platform of a Cluster as it is live; nil if there is none.
func (s *Store) governor(cluster *fleetv1.Cluster) *fleetv1.Platform {
	known, ok := s.Memory.Cluster(client.ObjectKeyFromObject(cluster))
	if !ok {
		return nil
	}
	known.Object = cluster
	platform, _ := known.Platform()
	return platform
}
