package admission

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Past the cache a namespace is read with what may have been applied together with it. The other kinds are granted where they are
// reconciled.
//
// +kubebuilder:rbac:groups="",resources=namespaces,verbs=get

// readThrough reads from the cache, and past it what the cache does not know: one file applied at once may hold a template
// and the Addon that names it.
type readThrough struct {
	cache client.Reader
	live  client.Reader
}

// Get reads one object.
func (r readThrough) Get(ctx context.Context, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
	err := r.cache.Get(ctx, key, object, options...)
	if apierrors.IsNotFound(err) {
		return r.live.Get(ctx, key, object, options...)
	}
	return err
}

// List reads from the cache only.
func (r readThrough) List(ctx context.Context, list client.ObjectList, options ...client.ListOption) error {
	return r.cache.List(ctx, list, options...)
}
