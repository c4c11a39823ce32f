package apiserver

import (
	"context"

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
	// selector chooses objects by their fields; empty for all.
	selector string
	store    cache.ReflectorStore
}

// run keeps the store true until the context ends.
func (r reflection) run(ctx context.Context, source client.WithWatch) {
	lists := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.FieldSelector = r.selector
			into := r.newList()
			err := source.List(ctx, into, &client.ListOptions{Raw: &options})
			return into, err
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.FieldSelector = r.selector
			return source.Watch(ctx, r.newList(), &client.ListOptions{Raw: &options})
		},
	}
	logger := klog.FromContext(ctx)
	cache.NewReflectorWithOptions(lists, r.example, r.store, cache.ReflectorOptions{Name: r.name, Logger: &logger}).RunWithContext(ctx)
}
