package certificate

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// settling is how long changes are collected before anybody looks. It also is how fast we write at most if somebody else writes
// the same all the time.
const settling = 250 * time.Millisecond

// watches wake the controller when something changes that it keeps. Each object is watched by its name, so that the right to do
// it can be given for that object only, and without its content.
type watches struct {
	reader    metadata.Interface
	namespace string
}

// request stands for all that is kept.
var request = reconcile.Request{NamespacedName: types.NamespacedName{Name: AuthorityName}}

// start is a source of controller-runtime.
func (w watches) start(ctx context.Context, queue workqueue.TypedRateLimitingInterface[reconcile.Request]) error {
	wake := waker(func() { queue.AddAfter(request, settling) })
	for _, name := range []string{AuthorityName, WebhookSecret, FacadeSecret} {
		w.watch(ctx, w.reader.Resource(schema.GroupVersionResource{Version: "v1", Resource: "secrets"}).Namespace(w.namespace), name, wake)
	}
	w.watch(ctx, w.reader.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(w.namespace), AuthorityName, wake)
	admission := schema.GroupVersion{Group: "admissionregistration.k8s.io", Version: "v1"}
	for _, name := range validatingWebhooks {
		w.watch(ctx, w.reader.Resource(admission.WithResource("validatingwebhookconfigurations")), name, wake)
	}
	for _, name := range mutatingWebhooks {
		w.watch(ctx, w.reader.Resource(admission.WithResource("mutatingwebhookconfigurations")), name, wake)
	}
	w.watch(ctx, w.reader.Resource(apiServiceKind.GroupVersion().WithResource("apiservices")), apiService, wake)
	queue.Add(request)
	return nil
}

// watch wakes whenever one object changes, until the context ends.
func (watches) watch(ctx context.Context, of metadata.ResourceInterface, name string, wake waker) {
	selector := fields.OneTermEqualSelector("metadata.name", name).String()
	lists := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			options.FieldSelector = selector
			return of.List(ctx, options)
		},
		WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			options.FieldSelector = selector
			return of.Watch(ctx, options)
		},
	}
	logger := ctrl.LoggerFrom(ctx)
	reflector := cache.NewReflectorWithOptions(lists, &metav1.PartialObjectMetadata{}, wake, cache.ReflectorOptions{Name: name, Logger: &logger})
	go reflector.RunWithContext(ctx)
}

// waker is called at every change. It implements cache.ReflectorStore and keeps nothing.
type waker func()

func (w waker) Add(any) error               { w(); return nil }
func (w waker) Update(any) error            { w(); return nil }
func (w waker) Delete(any) error            { w(); return nil }
func (w waker) Replace([]any, string) error { w(); return nil }
func (waker) Resync() error                 { return nil }
