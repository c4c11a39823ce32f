package apiserver

import (
	"context"
	"fmt"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// What the facade needs in each namespace where access keys lie. It is the right to read all Secrets there, for RBAC cannot tell
// their types apart: hence a ClusterRole of its own, and a label that asks for it. See docs/design/012-access-keys.md.
//
// +kubebuilder:rbac:groups="",resources=secrets,verbs=list;watch,roleName=slipway-apiserver-access-keys

// keyRoom writes the access keys of one namespace into keys. It implements cache.ReflectorStore.
type keyRoom struct {
	keys      *keys
	namespace string
	// ended is guarded by the lock of keys: what the watch still delivers after the end does not count.
	ended bool
	// answered tells that the Secrets were listed once, or that the right to list them is missing.
	answered atomic.Bool
	// closed tells that the right was missing when it was last tried.
	closed atomic.Bool
}

// run keeps the keys of the namespace true until the context ends.
func (r *keyRoom) run(ctx context.Context, source client.WithWatch) {
	reflection{
		name: "access keys in " + r.namespace, example: &corev1.Secret{}, newList: func() client.ObjectList { return &corev1.SecretList{} },
		namespace: r.namespace, selector: "type=" + fleetv1.SecretTypeAccessKey, store: r, forbidden: r.forbidden,
	}.run(ctx, source)
}

// forbidden drops the keys of the namespace: whoever took the right away does not want them used.
func (r *keyRoom) forbidden() {
	if !r.closed.Swap(true) {
		r.keys.logger.Error(nil, "Access keys cannot be read: bind the ClusterRole slipway-apiserver-access-keys in the namespace, "+
			"or take its label "+fleetv1.LabelAccessKeys+" off", "namespace", r.namespace)
	}
	r.write(func() { r.keys.leave(r.namespace) })
	r.answered.Store(true)
}

// end forgets the keys of the namespace for good.
func (r *keyRoom) end() {
	r.write(func() {
		r.keys.leave(r.namespace)
		r.ended = true
	})
}

// write changes the keys, if the room has not ended.
func (r *keyRoom) write(change func()) {
	r.keys.mu.Lock()
	defer r.keys.mu.Unlock()
	if !r.ended {
		change()
	}
}

// Add implements cache.ReflectorStore.
func (r *keyRoom) Add(object any) error { return r.Update(object) }

// Update implements cache.ReflectorStore.
func (r *keyRoom) Update(object any) error {
	secret, err := asSecret(object)
	if err != nil {
		return err
	}
	r.write(func() { r.keys.put(secret) })
	return nil
}

// Delete implements cache.ReflectorStore.
func (r *keyRoom) Delete(object any) error {
	secret, err := asSecret(object)
	if err != nil {
		return err
	}
	r.write(func() { r.keys.drop(types.NamespacedName{Namespace: secret.Namespace, Name: secret.Name}) })
	return nil
}

// Replace implements cache.ReflectorStore.
func (r *keyRoom) Replace(objects []any, _ string) error {
	secrets := make([]*corev1.Secret, 0, len(objects))
	for _, object := range objects {
		secret, err := asSecret(object)
		if err != nil {
			return err
		}
		secrets = append(secrets, secret)
	}
	r.write(func() {
		r.keys.leave(r.namespace)
		for _, secret := range secrets {
			r.keys.put(secret)
		}
	})
	if r.closed.Swap(false) {
		r.keys.logger.Info("Access keys can be read again", "namespace", r.namespace)
	}
	r.answered.Store(true)
	return nil
}

// Resync implements cache.ReflectorStore. There is nothing to repeat.
func (r *keyRoom) Resync() error { return nil }

func asSecret(object any) (*corev1.Secret, error) {
	secret, ok := object.(*corev1.Secret)
	if !ok {
		return nil, fmt.Errorf("the watch delivered a %T where a Secret was expected", object)
	}
	return secret, nil
}
