package apiserver

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/signature"
)

// What the facade needs in each namespace where access keys lie.
//
// +kubebuilder:rbac:groups="",resources=secrets,verbs=list;watch,roleName=slipway-apiserver-access-keys

// keys knows the access keys. A reflector writes Secrets of type fleetv1.SecretTypeAccessKey into it. It implements
// tenancy.AccessKeys.
//
// The right to read these Secrets is the right to read all in a namespace, for RBAC cannot tell the types of Secrets apart: it is
// a ClusterRole of its own, which is bound where keys lie. See docs/design/012-access-keys.md.
type keys struct {
	logger klog.Logger

	mu sync.RWMutex
	// names are the names of keys by Secret, and holders the Secrets of each name. A Secret that cannot be used still holds its
	// name.
	names   map[types.NamespacedName]string
	holders map[string]map[types.NamespacedName]holder
	listed  atomic.Bool
}

// holder is what one Secret says about a key.
type holder struct {
	key    tenancy.AccessKey
	usable bool
}

func newKeys(logger klog.Logger) *keys {
	return &keys{
		logger: logger,
		names:  map[types.NamespacedName]string{}, holders: map[string]map[types.NamespacedName]holder{},
	}
}

// AccessKey returns the key of that name. It reports false if no Secret holds it, or one that cannot be used, or more than one:
// nobody could say which of them is meant.
func (k *keys) AccessKey(name string) (tenancy.AccessKey, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(k.holders[name]) != 1 {
		return tenancy.AccessKey{}, false
	}
	for _, only := range k.holders[name] {
		return only.key, only.usable
	}
	return tenancy.AccessKey{}, false
}

// synced tells whether all keys were listed once. Until then two Secrets with one name might pass for one.
func (k *keys) synced() bool { return k.listed.Load() }

// run keeps the keys true until the context ends.
func (k *keys) run(ctx context.Context, source client.WithWatch) {
	reflection{
		name: "access keys", example: &corev1.Secret{}, newList: func() client.ObjectList { return &corev1.SecretList{} },
		selector: "type=" + fleetv1.SecretTypeAccessKey, store: k,
	}.run(ctx, source)
}

// Add implements cache.ReflectorStore.
func (k *keys) Add(object any) error { return k.Update(object) }

// Update implements cache.ReflectorStore.
func (k *keys) Update(object any) error {
	secret, err := asSecret(object)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(client.ObjectKeyFromObject(secret))
	k.put(secret)
	return nil
}

// Delete implements cache.ReflectorStore.
func (k *keys) Delete(object any) error {
	secret, err := asSecret(object)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drop(client.ObjectKeyFromObject(secret))
	return nil
}

// Replace implements cache.ReflectorStore.
func (k *keys) Replace(objects []any, _ string) error {
	secrets := make([]*corev1.Secret, 0, len(objects))
	for _, object := range objects {
		secret, err := asSecret(object)
		if err != nil {
			return err
		}
		secrets = append(secrets, secret)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for at := range maps.Clone(k.names) {
		k.drop(at)
	}
	for _, secret := range secrets {
		k.put(secret)
	}
	k.listed.Store(true)
	return nil
}

// Resync implements cache.ReflectorStore. There is nothing to repeat.
func (k *keys) Resync() error { return nil }

// drop forgets what a Secret said.
func (k *keys) drop(at types.NamespacedName) {
	name, known := k.names[at]
	if !known {
		return
	}
	delete(k.names, at)
	delete(k.holders[name], at)
	if len(k.holders[name]) == 0 {
		delete(k.holders, name)
	}
}

// put takes what a Secret says.
func (k *keys) put(secret *corev1.Secret) {
	key, fault := signature.ReadKey(secret.Data)
	if fault != nil {
		k.logger.Error(fault, "An access key cannot be used", "secret", klog.KObj(secret))
	}
	name := key.AccessKey
	if name == "" {
		return
	}
	at := client.ObjectKeyFromObject(secret)
	if k.holders[name] == nil {
		k.holders[name] = map[types.NamespacedName]holder{}
	}
	k.names[at] = name
	k.holders[name][at] = holder{key: tenancy.AccessKey{Key: key, Namespace: secret.Namespace}, usable: fault == nil}
	if len(k.holders[name]) > 1 {
		k.logger.Error(nil, "More than one Secret holds the same access key: none of them can be used", "secret", klog.KObj(secret))
	}
}

func asSecret(object any) (*corev1.Secret, error) {
	secret, ok := object.(*corev1.Secret)
	if !ok {
		return nil, fmt.Errorf("the watch delivered a %T where a Secret was expected", object)
	}
	return secret, nil
}
