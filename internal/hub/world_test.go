package hub

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// etcd is what the kube-apiserver does for the index: it gives versions to writes and remembers what happened.
type etcd struct {
	revision uint64
	uids     int
	objects  map[kind]map[key]client.Object
	events   map[kind][]watch.Event
}

func newEtcd() *etcd {
	e := &etcd{revision: 1, objects: map[kind]map[key]client.Object{}, events: map[kind][]watch.Event{}}
	for k := range kinds {
		e.objects[k] = map[key]client.Object{}
	}
	return e
}

func kindOf(object client.Object) kind {
	switch object.(type) {
	case *fleetv1.Cluster:
		return ofClusters
	case *fleetv1.NodePool:
		return ofNodePools
	case *fleetv1.AdapterStatus:
		return ofReports
	case *fleetv1.Addon:
		return ofAddons
	case *fleetv1.Platform:
		return ofPlatforms
	case *fleetv1.AddonTemplate:
		return ofTemplates
	case *fleetv1.Operation:
		return ofOperations
	default:
		return ofNamespaces
	}
}

func clone[T client.Object](object T) T { return object.DeepCopyObject().(T) }

// write stores an object and returns it as it is then. One without a UID is new.
func (e *etcd) write(object client.Object) client.Object {
	stored := clone(object)
	e.revision++
	event := watch.Modified
	if stored.GetUID() == "" {
		e.uids++
		stored.SetUID(types.UID("uid-" + strconv.Itoa(e.uids)))
		if stored.GetCreationTimestamp().Time.IsZero() {
			stored.SetCreationTimestamp(metav1.NewTime(fixture.Epoch.Add(time.Duration(e.revision/4) * time.Second)))
		}
		if stored.GetGeneration() == 0 {
			stored.SetGeneration(1)
		}
		event = watch.Added
	}
	stored.SetResourceVersion(strconv.FormatUint(e.revision, 10))
	k := kindOf(stored)
	e.objects[k][keyOf(stored)] = stored
	e.events[k] = append(e.events[k], watch.Event{Type: event, Object: stored})
	return clone(stored)
}

// remove deletes an object and returns it as the watch will.
func (e *etcd) remove(object client.Object) {
	e.revision++
	last := clone(object)
	last.SetResourceVersion(strconv.FormatUint(e.revision, 10))
	k := kindOf(object)
	delete(e.objects[k], keyOf(object))
	e.events[k] = append(e.events[k], watch.Event{Type: watch.Deleted, Object: last})
}

// state returns the objects of a kind as of a version.
func (e *etcd) state(k kind, version uint64) []any {
	at := map[key]client.Object{}
	for _, event := range e.events[k] {
		object := event.Object.(client.Object)
		if versionOf(object) > version {
			break
		}
		if event.Type == watch.Deleted {
			delete(at, keyOf(object))
			continue
		}
		at[keyOf(object)] = object
	}
	list := make([]any, 0, len(at))
	for _, object := range at {
		list = append(list, clone(object))
	}
	return list
}

// store is what a reflector writes into.
type store interface {
	Add(object any) error
	Update(object any) error
	Delete(object any) error
	Replace(objects []any, version string) error
	UpdateResourceVersion(version string)
}

// replica is an index that is fed from an etcd, as far as the test lets it.
type replica struct {
	t interface {
		Helper()
		Fatal(args ...any)
	}
	etcd     *etcd
	index    *Index
	clock    *clocktesting.FakeClock
	intakes  map[kind]store
	position map[kind]int
}

func newReplica(t testing.TB, e *etcd) *replica { return newReplicaOf(t, e) }

func newReplicaOf(t interface {
	Helper()
	Fatal(args ...any)
}, e *etcd) *replica {
	clock := clocktesting.NewFakeClock(fixture.Epoch)
	x := NewIndex(clock)
	return &replica{t: t, etcd: e, index: x, clock: clock, position: map[kind]int{}, intakes: map[kind]store{
		ofClusters:   &intake[*fleetv1.Cluster]{x, ofClusters, x.clusters},
		ofNodePools:  &intake[*fleetv1.NodePool]{x, ofNodePools, x.pools},
		ofReports:    &intake[*fleetv1.AdapterStatus]{x, ofReports, x.reports},
		ofAddons:     &intake[*fleetv1.Addon]{x, ofAddons, x.addons},
		ofPlatforms:  &intake[*fleetv1.Platform]{x, ofPlatforms, x.platforms},
		ofNamespaces: &intake[*metav1.PartialObjectMetadata]{x, ofNamespaces, x.namespaces},
		ofTemplates:  &intake[*fleetv1.AddonTemplate]{x, ofTemplates, x.templates},
		ofOperations: &intake[*fleetv1.Operation]{x, ofOperations, x.operations},
	}}
}

// list gives the index a list of a kind as of a version, and goes on watching from there.
func (r *replica) list(k kind, version uint64) {
	r.t.Helper()
	if err := r.intakes[k].Replace(r.etcd.state(k, version), strconv.FormatUint(version, 10)); err != nil {
		r.t.Fatal(err)
	}
	r.position[k] = 0
	for _, event := range r.etcd.events[k] {
		if versionOf(event.Object.(client.Object)) <= version {
			r.position[k]++
		}
	}
}

// start lists everything.
func (r *replica) start() *replica {
	for k := range kinds {
		r.list(k, r.etcd.revision)
	}
	return r
}

// next delivers the next event of a kind; false if there is none.
func (r *replica) next(k kind) bool {
	r.t.Helper()
	if r.position[k] >= len(r.etcd.events[k]) {
		return false
	}
	event := r.etcd.events[k][r.position[k]]
	r.position[k]++
	object := clone(event.Object.(client.Object))
	take := map[watch.EventType]func(any) error{
		watch.Added: r.intakes[k].Add, watch.Modified: r.intakes[k].Update, watch.Deleted: r.intakes[k].Delete,
	}[event.Type]
	if err := take(object); err != nil {
		r.t.Fatal(err)
	}
	r.intakes[k].UpdateResourceVersion(object.GetResourceVersion())
	return true
}

// bookmark tells a kind up to which version everything was delivered.
func (r *replica) bookmark(k kind) {
	version := r.etcd.revision
	if r.position[k] < len(r.etcd.events[k]) {
		version = versionOf(r.etcd.events[k][r.position[k]].Object.(client.Object)) - 1
	}
	r.intakes[k].UpdateResourceVersion(strconv.FormatUint(version, 10))
}

// catchUp delivers everything.
func (r *replica) catchUp() {
	for k := range kinds {
		for r.next(k) {
		}
		r.bookmark(k)
	}
}

// tenant is an etcd with a default Platform and a namespace.
func tenant(options ...fixture.Option[*fleetv1.Platform]) *etcd {
	e := newEtcd()
	e.write(fixture.Platform("metal", append(options, fixture.Default())...))
	e.write(namespaceNamed("ns"))
	return e
}

func namespaceNamed(name string) *metav1.PartialObjectMetadata {
	object := namespaces.Metadata()
	object.Name = name
	return object
}

// summary is what a test compares of a record.
func summary(r *Record) string {
	text := fmt.Sprintf("%s/%s %s %s v%s", r.Object.Namespace, r.Object.Name, r.ID, r.Owner, r.Object.ResourceVersion)
	for _, status := range r.Reports {
		text += fmt.Sprintf(" %s@%s", status.Spec.Adapter, status.ResourceVersion)
	}
	for _, c := range r.Conditions {
		text += fmt.Sprintf(" %s=%s %s %d %s %s %s", c.Type, c.Status, c.Reason, c.ObservedGeneration,
			c.Created.UTC().Format("05.000"), c.Updated.UTC().Format("05.000"), c.Transitioned.UTC().Format("05.000"))
	}
	return text
}
