package hub

import (
	"maps"
	"runtime"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// cause is a change of one object of any kind.
type cause struct {
	kind          kind
	key           key
	before, after client.Object
	version       uint64
}

func changesOf[T thing](k kind, changes ...change[T]) []cause {
	var none T
	causes := make([]cause, 0, len(changes))
	for _, c := range changes {
		made := cause{kind: k, key: c.key, version: c.version}
		if c.before != none {
			made.before = c.before
		}
		if c.after != none {
			made.after = c.after
		}
		causes = append(causes, made)
	}
	return causes
}

// task is a record that has to be made anew, and the version that its change has in the log.
type task struct {
	site
	version uint64
}

// piece is how many records are made before others get a chance to hold the lock.
const piece = 64

// follow makes the records anew that changes of objects touch. The lock is held by the caller, and let go of in between if
// there are many: a record is always made of what is known when it is made.
func (x *Index) follow(causes []cause) {
	for _, c := range causes {
		x.join(c)
	}
	if !x.synced.Load() {
		return
	}
	var tasks []task
	for _, c := range causes {
		tasks = append(tasks, x.touched(c)...)
	}
	for i, t := range tasks {
		if i > 0 && i%piece == 0 {
			x.mu.Unlock()
			runtime.Gosched()
			x.mu.Lock()
		}
		x.remake(t)
	}
}

// join keeps the joins true.
func (x *Index) join(c cause) {
	switch c.kind {
	case ofNodePools:
		exchange(x.joins.pools, clusterOfPool, typed[*fleetv1.NodePool](c.before), typed[*fleetv1.NodePool](c.after))
	case ofAddons:
		before, after := typed[*fleetv1.Addon](c.before), typed[*fleetv1.Addon](c.after)
		exchange(x.joins.addons, clusterOfAddon, before, after)
		exchange(x.joins.addonIDs, idOfAddon, before, after)
	case ofReports:
		exchange(x.joins.reports, targetOf, typed[*fleetv1.AdapterStatus](c.before), typed[*fleetv1.AdapterStatus](c.after))
	case ofOperations:
		before, after := typed[*fleetv1.Operation](c.before), typed[*fleetv1.Operation](c.after)
		exchange(x.joins.operations, clusterOfOperation, onlyTellable(before), onlyTellable(after))
	case ofPlatforms:
		var platforms []fleetv1.Platform
		x.platforms.each(func(_ key, p *fleetv1.Platform) { platforms = append(platforms, *p) })
		slices.SortFunc(platforms, func(a, b fleetv1.Platform) int { return strings.Compare(a.Name, b.Name) })
		x.joins.platforms = platforms
	}
}

// typed returns the object as what it is known to be; nil stays nil.
func typed[T thing](object client.Object) T {
	result, _ := object.(T)
	return result
}

// touched returns the records that a change touches.
func (x *Index) touched(c cause) []task {
	switch c.kind {
	case ofClusters:
		return x.touchedByCluster(c)
	case ofNodePools:
		return append([]task{{site{fleetv1.KindNodePool, c.key}, versionIn(c)}}, x.parents(c, func(o client.Object) key {
			return clusterOfPool(typed[*fleetv1.NodePool](o))
		})...)
	case ofAddons:
		return x.parents(c, func(o client.Object) key { return clusterOfAddon(typed[*fleetv1.Addon](o)) })
	case ofReports:
		return touchedByReport(c)
	case ofPlatforms:
		return x.touchedByPlatform(c)
	case ofNamespaces:
		return x.touchedByNamespace(c)
	default:
		return nil // no record shows the catalogue or the history
	}
}

func versionIn(c cause) uint64 {
	if c.version == 0 {
		return always
	}
	return c.version
}

// touchedByCluster returns the Cluster, and its pools if it is another one to them.
func (x *Index) touchedByCluster(c cause) []task {
	tasks := []task{{site{fleetv1.KindCluster, c.key}, versionIn(c)}}
	if kinOf(typed[*fleetv1.Cluster](c.before)) == kinOf(typed[*fleetv1.Cluster](c.after)) {
		return tasks
	}
	return append(tasks, x.poolsOf(c.key)...)
}

func (x *Index) poolsOf(cluster key) []task {
	var tasks []task
	for _, pool := range x.joins.pools[cluster] {
		tasks = append(tasks, task{site{fleetv1.KindNodePool, keyOf(pool)}, always})
	}
	return tasks
}

// kin is what a pool's record takes from its Cluster.
type kin struct {
	exists, deleting bool
	id, platform     string
}

func kinOf(c *fleetv1.Cluster) kin {
	if c == nil {
		return kin{}
	}
	return kin{true, c.DeletionTimestamp != nil, string(idOf(&c.ObjectMeta)), c.Spec.PlatformName}
}

// parents returns the Clusters of what changed, where it matters to their records: where their own status is behind.
func (x *Index) parents(c cause, of func(client.Object) key) []task {
	var tasks []task
	for _, object := range []client.Object{c.before, c.after} {
		if object == nil {
			continue
		}
		cluster := x.clusters.get(of(object)).object
		if cluster != nil && !current(cluster.Generation, cluster.Status.Conditions) {
			tasks = append(tasks, task{site{fleetv1.KindCluster, keyOf(cluster)}, always})
		}
	}
	return slices.Compact(tasks)
}

func touchedByReport(c cause) []task {
	var tasks []task
	for _, object := range []client.Object{c.before, c.after} {
		if object != nil {
			tasks = append(tasks, task{targetOf(typed[*fleetv1.AdapterStatus](object)), versionIn(c)})
		}
	}
	return slices.Compact(tasks)
}

// touchedByPlatform returns the Clusters on a Platform, and those that have none yet and may get this one, with their pools.
func (x *Index) touchedByPlatform(c cause) []task {
	before, after := typed[*fleetv1.Platform](c.before), typed[*fleetv1.Platform](c.after)
	if before != nil && after != nil && before.UID == after.UID && before.Generation == after.Generation &&
		maps.Equal(before.Annotations, after.Annotations) && deleting(before) == deleting(after) {
		return nil
	}
	var tasks []task
	x.clusters.each(func(k key, cluster *fleetv1.Cluster) {
		if name := cluster.Spec.PlatformName; name == c.key.name || name == "" {
			tasks = append(tasks, task{site{fleetv1.KindCluster, k}, always})
			tasks = append(tasks, x.poolsOf(k)...)
		}
	})
	return tasks
}

func deleting(object metav1.Object) bool { return object.GetDeletionTimestamp() != nil }

// touchedByNamespace returns all that is in a namespace, if something changed that counts.
func (x *Index) touchedByNamespace(c cause) []task {
	before, after := typed[*metav1.PartialObjectMetadata](c.before), typed[*metav1.PartialObjectMetadata](c.after)
	if before != nil && after != nil && namespaceOf(before) == namespaceOf(after) {
		return nil
	}
	var tasks []task
	x.clusters.each(func(k key, _ *fleetv1.Cluster) {
		if k.namespace == c.key.name {
			tasks = append(tasks, task{site{fleetv1.KindCluster, k}, always})
		}
	})
	x.pools.each(func(k key, _ *fleetv1.NodePool) {
		if k.namespace == c.key.name {
			tasks = append(tasks, task{site{fleetv1.KindNodePool, k}, always})
		}
	})
	return tasks
}

// pass logs a state of an object that the watch delivered and that was never shown here, because what a write returned is newer.
// Another replica may have shown it to somebody who resumes here.
func (x *Index) pass(object client.Object) {
	if !x.synced.Load() {
		return
	}
	var record *Record
	switch o := object.(type) {
	case *fleetv1.Cluster:
		record = x.clusterRecord(o)
	case *fleetv1.NodePool:
		record = x.poolRecord(o)
	default:
		return
	}
	x.rooms.pass(place{record.Object.Namespace, record.Kind}, record, logged{
		version: max(versionOf(object), x.opened.Load()+1), horizon: x.horizon(record.Kind), passed: true,
	})
}

// gap says that a list skipped what happened before its version. Nobody can resume from before it.
func (x *Index) gap(k kind, version uint64) {
	if !x.synced.Load() {
		return
	}
	switch k {
	case ofClusters:
		x.rooms.gap(version, fleetv1.KindCluster)
	case ofNodePools:
		x.rooms.gap(version, fleetv1.KindNodePool)
	case ofReports:
		x.rooms.gap(version, fleetv1.KindCluster, fleetv1.KindNodePool)
	}
}

// makeAll makes all records, once, when the index is filled. Nothing happened before.
func (x *Index) makeAll() {
	x.opened.Store(max(x.delivered[ofClusters].Load(), x.delivered[ofNodePools].Load(), x.delivered[ofReports].Load()))
	x.rooms.open(x.opened.Load())
	x.clusters.each(func(_ key, cluster *fleetv1.Cluster) {
		record := x.clusterRecord(cluster)
		x.rooms.at(place{cluster.Namespace, fleetv1.KindCluster}).fill(record)
	})
	x.pools.each(func(_ key, pool *fleetv1.NodePool) {
		record := x.poolRecord(pool)
		x.rooms.at(place{pool.Namespace, fleetv1.KindNodePool}).fill(record)
	})
	x.rooms.order()
}

// remake makes a record anew, or takes it away if its object is gone.
func (x *Index) remake(t task) {
	var record *Record
	if t.kind == fleetv1.KindCluster {
		if cluster := x.clusters.get(t.key).object; cluster != nil {
			record = x.clusterRecord(cluster)
		}
	} else if pool := x.pools.get(t.key).object; pool != nil {
		record = x.poolRecord(pool)
	}
	version := max(t.version, x.opened.Load()+1)
	x.rooms.put(place{t.namespace, t.kind}, t.name, record, logged{version: version, horizon: x.horizon(t.kind)})
}
