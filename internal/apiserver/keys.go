package apiserver

import (
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/signature"
)

// keys knows the access keys: Secrets of type fleetv1.SecretTypeAccessKey, which the rooms of namespaces write into it. It implements
// tenancy.AccessKeys.
type keys struct {
	logger klog.Logger

	mu sync.RWMutex
	// names are the names of keys by Secret, and holders the Secrets of each name. A Secret that cannot be used still holds its
	// name.
	names   map[types.NamespacedName]string
	holders map[string]map[types.NamespacedName]holder
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

// drop forgets what a Secret said. The caller holds the lock.
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

// leave forgets what the Secrets of a namespace said. The caller holds the lock.
func (k *keys) leave(namespace string) {
	for at := range k.names {
		if at.Namespace == namespace {
			k.drop(at)
		}
	}
}

// put takes what a Secret says, in place of what it said before. The caller holds the lock.
func (k *keys) put(secret *corev1.Secret) {
	at := client.ObjectKeyFromObject(secret)
	k.drop(at)
	key, fault := signature.ReadKey(secret.Data)
	if fault != nil {
		k.logger.Error(fault, "An access key cannot be used", "secret", klog.KObj(secret))
	}
	name := key.AccessKey
	if name == "" {
		return
	}
	if k.holders[name] == nil {
		k.holders[name] = map[types.NamespacedName]holder{}
	}
	k.names[at] = name
	k.holders[name][at] = holder{key: tenancy.AccessKey{Key: key, Namespace: secret.Namespace}, usable: fault == nil}
	if len(k.holders[name]) > 1 {
		k.logger.Error(nil, "More than one Secret holds the same access key: none of them can be used", "secret", klog.KObj(secret))
	}
}
