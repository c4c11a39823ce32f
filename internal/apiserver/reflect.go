package apiserver

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reflection is a store that a watch keeps true.
type reflection struct {
	// name is what the store holds, for the log.
	name string
	// example is an object of the kind, and newList makes a list of them.
	example client.Object
	newList func() client.ObjectList
	// namespace is where they are; empty for everywhere.
	namespace string
	// selector chooses objects by their fields, and labels by their labels; empty for all.
	selector, labels string
	store            cache.ReflectorStore
	// forbidden hears that the right to read them is missing, each time it is tried; it may be nil.
	forbidden func()
}

// run keeps the store true until the context ends.
func (r reflection) run(ctx context.Context, source client.WithWatch) {
	lists := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			into := r.newList()
			return into, r.heard(source.List(ctx, into, r.chosen(&options)))
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			stream, err := source.Watch(ctx, r.newList(), r.chosen(&options))
			return stream, r.heard(err)
		},
	}
	logger := klog.FromContext(ctx)
	cache.NewReflectorWithOptions(lists, r.example, r.store, cache.ReflectorOptions{Name: r.name, Logger: &logger}).RunWithContext(ctx)
}

// chosen are the options of a list or a watch of what is reflected.
func (r reflection) chosen(options *metav1.ListOptions) *client.ListOptions {
	options.FieldSelector, options.LabelSelector = r.selector, r.labels
	return &client.ListOptions{Namespace: r.namespace, Raw: options}
}

// heard tells of an error that says that the right is missing, and returns it.
func (r reflection) heard(err error) error {
	if r.forbidden != nil && apierrors.IsForbidden(err) {
		r.forbidden()
	}
	return err
}
