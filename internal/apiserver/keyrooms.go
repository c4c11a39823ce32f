package apiserver

import (
	"context"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// keyRooms keeps a keyRoom for each namespace that has the label fleetv1.LabelAccessKeys. A reflector writes these namespaces into
// it. It implements cache.ReflectorStore.
type keyRooms struct {
	keys *keys

	mu sync.Mutex
	// open starts to feed a room, until stop is called.
	open   func(room *keyRoom) (stop func())
	rooms  map[string]keptRoom
	listed bool
	// filled remembers that synced was true once: a namespace that comes later holds up nobody.
	filled atomic.Bool
}

// keptRoom is a room and what ends feeding it.
type keptRoom struct {
	*keyRoom
	stop func()
}

func newKeyRooms(keys *keys) *keyRooms {
	return &keyRooms{keys: keys, rooms: map[string]keptRoom{}}
}

// run keeps the keys of all namespaces true until the context ends.
func (r *keyRooms) run(ctx context.Context, source client.WithWatch) {
	var fed sync.WaitGroup
	defer fed.Wait()
	r.start(func(room *keyRoom) func() {
		feeding, stop := context.WithCancel(ctx)
		fed.Go(func() { room.run(feeding, source) })
		return stop
	})
	example := &metav1.PartialObjectMetadata{}
	example.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	reflection{
		name: "namespaces with access keys", example: example, labels: fleetv1.LabelAccessKeys + "=true", store: r,
		newList: func() client.ObjectList {
			list := &metav1.PartialObjectMetadataList{}
			list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("NamespaceList"))
			return list
		},
	}.run(ctx, source)
}

// start says how rooms are fed.
func (r *keyRooms) start(open func(*keyRoom) func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = open
}

// synced tells whether the keys of every namespace that was there at first were listed once, or cannot be. Until then two Secrets
// with one name might pass for one.
func (r *keyRooms) synced() bool {
	if r.filled.Load() {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.listed {
		return false
	}
	for _, room := range r.rooms {
		if !room.answered.Load() {
			return false
		}
	}
	r.filled.Store(true)
	return true
}

// Add implements cache.ReflectorStore.
func (r *keyRooms) Add(object any) error { return r.Update(object) }

// Update implements cache.ReflectorStore.
func (r *keyRooms) Update(object any) error {
	namespace, err := asMetadata(object)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ensure(namespace.Name)
	return nil
}

// Delete implements cache.ReflectorStore.
func (r *keyRooms) Delete(object any) error {
	namespace, err := asMetadata(object)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.end(namespace.Name)
	return nil
}

// Replace implements cache.ReflectorStore.
func (r *keyRooms) Replace(objects []any, _ string) error {
	named := sets.New[string]()
	for _, object := range objects {
		namespace, err := asMetadata(object)
		if err != nil {
			return err
		}
		named.Insert(namespace.Name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for name := range r.rooms {
		if !named.Has(name) {
			r.end(name)
		}
	}
	for name := range named {
		r.ensure(name)
	}
	r.listed = true
	return nil
}

// Resync implements cache.ReflectorStore. There is nothing to repeat.
func (r *keyRooms) Resync() error { return nil }

// ensure makes a room, unless there is one.
func (r *keyRooms) ensure(namespace string) {
	if _, there := r.rooms[namespace]; there {
		return
	}
	room := &keyRoom{keys: r.keys, namespace: namespace}
	r.rooms[namespace] = keptRoom{keyRoom: room, stop: r.open(room)}
}

// end forgets a room and its keys.
func (r *keyRooms) end(namespace string) {
	room, there := r.rooms[namespace]
	if !there {
		return
	}
	room.stop()
	room.end()
	delete(r.rooms, namespace)
}
