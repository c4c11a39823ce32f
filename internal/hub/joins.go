package hub

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/evaluate"
)

// site is a Cluster or NodePool by its kind and the name of the object.
type site struct {
	kind string
	key
}

// joins finds what belongs to what among the objects shown.
type joins struct {
	// pools and addons are by their Cluster, reports by their target, whatever UID they are about.
	pools   map[key][]*fleetv1.NodePool
	addons  map[key][]*fleetv1.Addon
	reports map[site][]*fleetv1.AdapterStatus
	// addonIDs are the Addons by namespace and id.
	addonIDs map[key][]*fleetv1.Addon
	// operations are those that reads show, by namespace and the id of their Cluster, which may be gone.
	operations map[key][]*fleetv1.Operation
	// platforms are all there are.
	platforms []fleetv1.Platform
}

func newJoins() joins {
	return joins{
		pools:      map[key][]*fleetv1.NodePool{},
		addons:     map[key][]*fleetv1.Addon{},
		reports:    map[site][]*fleetv1.AdapterStatus{},
		addonIDs:   map[key][]*fleetv1.Addon{},
		operations: map[key][]*fleetv1.Operation{},
	}
}

func clusterOfPool(pool *fleetv1.NodePool) key { return key{pool.Namespace, pool.Spec.ClusterName} }

func clusterOfAddon(addon *fleetv1.Addon) key { return key{addon.Namespace, addon.Spec.ClusterName} }

func idOfAddon(addon *fleetv1.Addon) key { return key{addon.Namespace, string(idOf(addon))} }

func targetOf(status *fleetv1.AdapterStatus) site {
	return site{status.Spec.TargetRef.Kind, key{status.Namespace, status.Spec.TargetRef.Name}}
}

// exchange puts one object in the place of another in a group; either may be nil.
func exchange[K comparable, T thing](groups map[K][]T, of func(T) K, before, after T) {
	var none T
	if before != none {
		group := of(before)
		left := slices.DeleteFunc(slices.Clone(groups[group]), func(o T) bool { return o.GetName() == before.GetName() })
		if len(left) == 0 {
			delete(groups, group)
		} else {
			groups[group] = left
		}
	}
	if after != none {
		group := of(after)
		groups[group] = append(slices.Clip(groups[group]), after)
	}
}

// Cluster returns all that the status of a Cluster depends on, and false if the Cluster is not known. What it points to is
// shared: nobody may change it.
func (x *Index) Cluster(name types.NamespacedName) (evaluate.Cluster, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	cluster := x.clusters.get(key{name.Namespace, name.Name}).object
	if cluster == nil {
		return evaluate.Cluster{}, false
	}
	return x.clusterPicture(cluster), true
}

func (x *Index) clusterPicture(cluster *fleetv1.Cluster) evaluate.Cluster {
	k := keyOf(cluster)
	picture := x.childless(cluster)
	picture.NodePools = poolValues(x.joins.pools[k])
	for _, addon := range x.joins.addons[k] {
		picture.Addons = append(picture.Addons, addon.Name)
	}
	return picture
}

// childless is the picture without what lies below the Cluster: enough to tell which adapters it needs.
func (x *Index) childless(cluster *fleetv1.Cluster) evaluate.Cluster {
	return evaluate.Cluster{
		Object:    cluster,
		Reports:   x.reportsAbout(fleetv1.KindCluster, cluster),
		Platforms: x.joins.platforms,
		Namespace: x.namespace(cluster.Namespace),
	}
}

// NodePool returns all that the status of a NodePool depends on, and false if the NodePool is not known. What it points to is
// shared: nobody may change it.
func (x *Index) NodePool(name types.NamespacedName) (evaluate.NodePool, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	pool := x.pools.get(key{name.Namespace, name.Name}).object
	if pool == nil {
		return evaluate.NodePool{}, false
	}
	return x.poolPicture(pool), true
}

func (x *Index) poolPicture(pool *fleetv1.NodePool) evaluate.NodePool {
	picture := x.alone(pool)
	picture.Siblings = poolValues(x.joins.pools[clusterOfPool(pool)])
	return picture
}

// alone is the picture without the pools beside it: enough to tell which adapters it needs.
func (x *Index) alone(pool *fleetv1.NodePool) evaluate.NodePool {
	picture := evaluate.NodePool{
		Object:    pool,
		Cluster:   x.clusters.get(clusterOfPool(pool)).object,
		Reports:   x.reportsAbout(fleetv1.KindNodePool, pool),
		Namespace: x.namespace(pool.Namespace),
	}
	if picture.Cluster != nil {
		picture.Platform = x.platforms.get(key{name: picture.Cluster.Spec.PlatformName}).object
	}
	return picture
}

// Placement returns what decides about the Platform of a new Cluster in the namespace: all Platforms, and what counts of the
// namespace.
func (x *Index) Placement(namespace string) ([]fleetv1.Platform, evaluate.Namespace) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.joins.platforms, x.namespace(namespace)
}

// namespace returns what counts of a namespace. One that does not exist counts as terminating.
func (x *Index) namespace(name string) evaluate.Namespace {
	object := x.namespaces.get(key{name: name}).object
	if object == nil {
		return evaluate.Namespace{Terminating: true}
	}
	return namespaceOf(object)
}

func namespaceOf(object *metav1.PartialObjectMetadata) evaluate.Namespace {
	return evaluate.Namespace{Platform: object.Labels[fleetv1.LabelPlatform], Terminating: object.DeletionTimestamp != nil}
}

// statusesAbout returns the AdapterStatuses about an object. What is about an earlier one of the name is left out.
func (x *Index) statusesAbout(recordKind string, object client.Object) []*fleetv1.AdapterStatus {
	all := x.joins.reports[site{recordKind, keyOf(object)}]
	about := make([]*fleetv1.AdapterStatus, 0, len(all))
	for _, status := range all {
		if status.Spec.TargetRef.Means(recordKind, object.GetName(), object.GetUID()) {
			about = append(about, status)
		}
	}
	return about
}

func (x *Index) reportsAbout(recordKind string, object client.Object) []aggregate.AdapterReport {
	statuses := x.statusesAbout(recordKind, object)
	reports := make([]aggregate.AdapterReport, 0, len(statuses))
	for _, status := range statuses {
		reports = append(reports, aggregate.AdapterReport{Adapter: status.Spec.Adapter, Report: status.Report})
	}
	return reports
}

func poolValues(pools []*fleetv1.NodePool) []fleetv1.NodePool {
	if len(pools) == 0 {
		return nil
	}
	values := make([]fleetv1.NodePool, 0, len(pools))
	for _, pool := range pools {
		values = append(values, *pool)
	}
	return values
}
