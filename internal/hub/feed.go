package hub

import (
	"context"
	"errors"
	"fmt"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
)

// Run fills the index from the kube-apiserver and keeps it true until the context ends. It lists and watches through the
// source, which must not be a cache.
//
// The reflectors write into the index itself, with no informer in between. So the index knows exactly up to which version each
// kind was delivered, bookmarks included, takes a list in one step, and is the only copy of the objects.
func (x *Index) Run(ctx context.Context, source client.WithWatch) error {
	if x.running.Swap(true) {
		return errors.New("the index is fed already")
	}
	metadata := &metav1.PartialObjectMetadataList{}
	metadata.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("NamespaceList"))
	feeds := []func(context.Context){
		feed(source, &intake[*fleetv1.Cluster]{x, ofClusters, x.clusters}, &fleetv1.Cluster{}, &fleetv1.ClusterList{}),
		feed(source, &intake[*fleetv1.NodePool]{x, ofNodePools, x.pools}, &fleetv1.NodePool{}, &fleetv1.NodePoolList{}),
		feed(source, &intake[*fleetv1.AdapterStatus]{x, ofReports, x.reports}, &fleetv1.AdapterStatus{}, &fleetv1.AdapterStatusList{}),
		feed(source, &intake[*fleetv1.Addon]{x, ofAddons, x.addons}, &fleetv1.Addon{}, &fleetv1.AddonList{}),
		feed(source, &intake[*fleetv1.Platform]{x, ofPlatforms, x.platforms}, &fleetv1.Platform{}, &fleetv1.PlatformList{}),
		feed(source, &intake[*metav1.PartialObjectMetadata]{x, ofNamespaces, x.namespaces}, namespaces.Metadata(), metadata),
		feed(source, &intake[*fleetv1.AddonTemplate]{x, ofTemplates, x.templates}, &fleetv1.AddonTemplate{}, &fleetv1.AddonTemplateList{}),
		feed(source, &intake[*fleetv1.Operation]{x, ofOperations, x.operations}, &fleetv1.Operation{}, &fleetv1.OperationList{}),
	}
	var running sync.WaitGroup
	for _, run := range feeds {
		running.Go(func() { run(ctx) })
	}
	running.Wait()
	return nil
}

// feed returns what lists and watches one kind.
func feed[T thing](source client.WithWatch, into *intake[T], example T, list client.ObjectList) func(context.Context) {
	newList := func() client.ObjectList { return list.DeepCopyObject().(client.ObjectList) } // a copy is of the same type
	lists := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			answer := newList()
			err := source.List(ctx, answer, &client.ListOptions{Raw: &options})
			return answer, err
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			return source.Watch(ctx, newList(), &client.ListOptions{Raw: &options})
		},
	}
	return func(ctx context.Context) {
		logger := klog.FromContext(ctx)
		reflector := cache.NewReflectorWithOptions(lists, example, into, cache.ReflectorOptions{Name: "hub", Logger: &logger})
		reflector.RunWithContext(ctx)
	}
}

// intake is the store that a reflector writes one kind into.
type intake[T thing] struct {
	x     *Index
	kind  kind
	shelf *shelf[T]
}

// Add implements cache.ReflectorStore.
func (i *intake[T]) Add(object any) error { return i.Update(object) }

// Update implements cache.ReflectorStore.
func (i *intake[T]) Update(object any) error {
	typed, err := as[T](object)
	if err != nil {
		return err
	}
	slim(typed)
	i.one(typed, i.shelf.deliver)
	return nil
}

// Delete implements cache.ReflectorStore.
func (i *intake[T]) Delete(object any) error {
	typed, err := as[T](object)
	if err != nil {
		return err
	}
	i.one(typed, i.shelf.drop)
	return nil
}

// one takes one event.
func (i *intake[T]) one(object T, take func(T) (change[T], bool)) {
	i.x.mu.Lock()
	defer i.x.mu.Unlock()
	if what, changed := take(object); changed {
		i.x.follow(changesOf(i.kind, what))
	} else if i.shelf.get(keyOf(object)).version != versionOf(object) {
		i.x.pass(object)
	}
	i.x.told(i.kind, i.shelf.delivered)
}

// Replace implements cache.ReflectorStore. The list is taken in one step; the records follow in pieces, and the version is
// told when they have.
func (i *intake[T]) Replace(objects []any, version string) error {
	list := make([]T, 0, len(objects))
	for _, object := range objects {
		typed, err := as[T](object)
		if err != nil {
			return err
		}
		slim(typed)
		list = append(list, typed)
	}
	i.x.mu.Lock()
	defer i.x.mu.Unlock()
	i.x.follow(changesOf(i.kind, i.shelf.replace(list, parseVersion(version))...))
	i.x.gap(i.kind, i.shelf.delivered)
	i.x.told(i.kind, i.shelf.delivered)
	i.x.filled(i.kind)
	return nil
}

// UpdateResourceVersion implements cache.ResourceVersionUpdater: it is told of every event and of every bookmark, after them.
func (i *intake[T]) UpdateResourceVersion(version string) {
	i.x.mu.Lock()
	defer i.x.mu.Unlock()
	i.shelf.advance(parseVersion(version))
	i.x.told(i.kind, i.shelf.delivered)
}

// Resync implements cache.ReflectorStore. There is nothing to repeat.
func (i *intake[T]) Resync() error { return nil }

func as[T thing](object any) (T, error) {
	typed, ok := object.(T)
	if !ok {
		return typed, fmt.Errorf("the watch delivered a %T where a %T was expected", object, typed)
	}
	return typed, nil
}

// slim drops what no answer shows and what can be as large as the object itself. One that was restored has the time of its first creation
// in all answers and in their order.
func slim(object client.Object) {
	object.SetManagedFields(nil)
	object.SetCreationTimestamp(fleetv1.CreatedTime(object))
	annotations := object.GetAnnotations()
	if _, applied := annotations[corev1.LastAppliedConfigAnnotation]; applied {
		delete(annotations, corev1.LastAppliedConfigAnnotation)
		object.SetAnnotations(annotations)
	}
	if operation, ok := object.(*fleetv1.Operation); ok {
		slimOperation(operation)
	}
}
