package apiserver

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// accounts knows which ServiceAccounts are bound to adapters. A reflector writes into it; of the accounts that are not bound,
// which is nearly all, it keeps nothing. It implements tenancy.Accounts.
type accounts struct {
	mu     sync.RWMutex
	bound  map[types.NamespacedName]map[string]string
	listed atomic.Bool
}

func newAccounts() *accounts { return &accounts{bound: map[types.NamespacedName]map[string]string{}} }

// Annotations returns the annotation that binds a ServiceAccount to adapters, alone; nil if it has none. Nobody may change it.
func (a *accounts) Annotations(namespace, name string) map[string]string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.bound[types.NamespacedName{Namespace: namespace, Name: name}]
}

// synced tells whether all accounts were listed once. Until then a bound account would pass for one that is not.
func (a *accounts) synced() bool { return a.listed.Load() }

// run keeps the accounts true until the context ends.
func (a *accounts) run(ctx context.Context, source client.WithWatch) {
	example := &metav1.PartialObjectMetadata{}
	example.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccount"))
	reflection{name: "accounts", example: example, store: a, newList: func() client.ObjectList {
		list := &metav1.PartialObjectMetadataList{}
		list.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("ServiceAccountList"))
		return list
	}}.run(ctx, source)
}

// Add implements cache.ReflectorStore.
func (a *accounts) Add(object any) error { return a.Update(object) }

// Update implements cache.ReflectorStore.
func (a *accounts) Update(object any) error {
	account, err := asMetadata(object)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.put(a.bound, account)
	return nil
}

// Delete implements cache.ReflectorStore.
func (a *accounts) Delete(object any) error {
	account, err := asMetadata(object)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.bound, client.ObjectKeyFromObject(account))
	return nil
}

// Replace implements cache.ReflectorStore.
func (a *accounts) Replace(objects []any, _ string) error {
	bound := map[types.NamespacedName]map[string]string{}
	for _, object := range objects {
		account, err := asMetadata(object)
		if err != nil {
			return err
		}
		a.put(bound, account)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bound = bound
	a.listed.Store(true)
	return nil
}

// Resync implements cache.ReflectorStore. There is nothing to repeat.
func (a *accounts) Resync() error { return nil }

// put takes what an account says.
func (a *accounts) put(bound map[types.NamespacedName]map[string]string, account *metav1.PartialObjectMetadata) {
	key := client.ObjectKeyFromObject(account)
	adapters, ok := account.Annotations[fleetv1.AnnotationAdapters]
	if !ok {
		delete(bound, key)
		return
	}
	bound[key] = map[string]string{fleetv1.AnnotationAdapters: adapters}
}

func asMetadata(object any) (*metav1.PartialObjectMetadata, error) {
	metadata, ok := object.(*metav1.PartialObjectMetadata)
	if !ok {
		return nil, fmt.Errorf("the watch delivered a %T where metadata was expected", object)
	}
	return metadata, nil
}
