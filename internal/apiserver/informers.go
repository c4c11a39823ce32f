package apiserver

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// What the informers read, and what priority and fairness go by.
//
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons;adapterstatuses;clusters;nodepools;platforms,verbs=get;list;watch
// +kubebuilder:rbac:groups="",resources=namespaces;serviceaccounts,verbs=get;list;watch
// +kubebuilder:rbac:groups=flowcontrol.apiserver.k8s.io,resources=flowschemas;prioritylevelconfigurations,verbs=get;list;watch

// newCache returns the cache that the index is fed from. It is told of kinds only by those who register handlers: a read of any
// other kind, a Secret above all, fails instead of starting to watch it.
func newCache(config *rest.Config) (cache.Cache, error) {
	known, err := newScheme()
	if err != nil {
		return nil, err
	}
	made, err := cache.New(config, cache.Options{
		Scheme:                      known,
		DefaultTransform:            slim,
		ReaderFailOnMissingInformer: true,
		ByObject: map[client.Object]cache.ByObject{
			MetadataOf("ServiceAccount"): {Transform: slimServiceAccount},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("building the cache: %w", err)
	}
	return made, nil
}

// newClient returns the client that the hub writes with, and reads live objects. It caches nothing.
func newClient(config *rest.Config) (client.Client, error) {
	known, err := newScheme()
	if err != nil {
		return nil, err
	}
	made, err := client.New(config, client.Options{Scheme: known})
	if err != nil {
		return nil, fmt.Errorf("building the client: %w", err)
	}
	return made, nil
}

func newScheme() (*runtime.Scheme, error) {
	known := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, fleetv1.AddToScheme} {
		if err := add(known); err != nil {
			return nil, fmt.Errorf("building the scheme: %w", err)
		}
	}
	return known, nil
}

// MetadataOf is an object of a core kind whose metadata alone is watched.
func MetadataOf(kind string) *metav1.PartialObjectMetadata {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind(kind))
	return object
}

// slim drops what no answer shows and what can be as large as the object itself.
func slim(object any) (any, error) {
	accessor, err := apimeta.Accessor(object)
	if err != nil {
		return object, nil //nolint:nilerr // tombstones have no metadata and need no slimming
	}
	accessor.SetManagedFields(nil)
	annotations := accessor.GetAnnotations()
	if _, applied := annotations[corev1.LastAppliedConfigAnnotation]; applied {
		delete(annotations, corev1.LastAppliedConfigAnnotation)
		accessor.SetAnnotations(annotations)
	}
	return object, nil
}

// slimServiceAccount keeps of a ServiceAccount its name and the adapters it is bound to: there can be very many.
func slimServiceAccount(object any) (any, error) {
	account, ok := object.(*metav1.PartialObjectMetadata)
	if !ok {
		return object, nil
	}
	kept := metav1.ObjectMeta{
		Name: account.Name, Namespace: account.Namespace, UID: account.UID, ResourceVersion: account.ResourceVersion,
	}
	if adapters, bound := account.Annotations[fleetv1.AnnotationAdapters]; bound {
		kept.Annotations = map[string]string{fleetv1.AnnotationAdapters: adapters}
	}
	account.ObjectMeta = kept
	return account, nil
}
