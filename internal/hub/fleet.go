package hub

import (
	"cmp"
	"context"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/evaluate"
)

// Fleet implements FleetReader.
func (x *Index) Fleet(_ context.Context, namespace string, cluster Ref) (*Fleet, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	record := x.lookUp(namespace, cluster)
	if record == nil || record.Cluster == nil {
		return nil, errNotFound(fleetv1.KindCluster)
	}
	pools := x.records(place{namespace, fleetv1.KindNodePool}, &term{field: termCluster, value: record.Name})
	slices.SortFunc(pools, eldestFirst)
	return &Fleet{Cluster: record, Pools: pools, Platform: x.governor(record.Cluster)}, nil
}

// Fleets implements FleetReader.
func (x *Index) Fleets(_ context.Context, namespace string) ([]*Fleet, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	fleets, pools := x.fleets(namespace)
	slices.SortFunc(fleets, func(a, b *Fleet) int {
		return cmp.Or(byAge(a.Cluster.Object, b.Cluster.Object), cmp.Compare(a.Cluster.ID, b.Cluster.ID),
			strings.Compare(a.Cluster.Name, b.Cluster.Name))
	})
	slices.SortFunc(pools, eldestFirst)
	byCluster := make(map[string][]*Record, len(fleets))
	for _, pool := range pools {
		name := pool.NodePool.Spec.ClusterName
		byCluster[name] = append(byCluster[name], pool)
	}
	for _, fleet := range fleets {
		fleet.Pools = byCluster[fleet.Cluster.Name]
	}
	return fleets, nil
}

// fleets returns the Clusters of a namespace, in any order and without their pools, and the pools, as of one moment.
func (x *Index) fleets(namespace string) ([]*Fleet, []*Record) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	clusters := x.records(place{namespace, fleetv1.KindCluster}, nil)
	fleets := make([]*Fleet, 0, len(clusters))
	for _, record := range clusters {
		fleets = append(fleets, &Fleet{Cluster: record, Platform: x.governor(record.Cluster)})
	}
	return fleets, x.records(place{namespace, fleetv1.KindNodePool}, nil)
}

// Platform implements FleetReader.
func (x *Index) Platform(_ context.Context, namespace string) (*fleetv1.Platform, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.governor(&fleetv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace}}), nil
}

// governor returns the Platform of a Cluster, or nil. The lock is held by the caller.
func (x *Index) governor(cluster *fleetv1.Cluster) *fleetv1.Platform {
	picture := evaluate.Cluster{Object: cluster, Platforms: x.joins.platforms, Namespace: x.namespace(cluster.Namespace)}
	platform, _ := picture.Platform()
	return platform
}

// records returns a copy of what is in a room: all of it, or what has a term.
func (x *Index) records(p place, t *term) []*Record {
	room := x.rooms.find(p)
	if room == nil {
		return nil
	}
	room.mu.RLock()
	defer room.mu.RUnlock()
	entries := room.order
	if t != nil {
		entries = room.postings[*t]
	}
	records := make([]*Record, 0, len(entries))
	for _, e := range entries {
		records = append(records, e.record)
	}
	return records
}

// eldestFirst is the order of the pools of a Cluster.
func eldestFirst(a, b *Record) int {
	return cmp.Or(byAge(a.Object, b.Object), strings.Compare(a.Name, b.Name), strings.Compare(a.Object.Name, b.Object.Name))
}
