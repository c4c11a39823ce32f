package servingcert

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// errNone is what a handshake fails with before there has been a certificate.
var errNone = errors.New("there is no serving certificate yet")

// Follower offers the certificate of a Secret. It is a manager.Runnable that needs no leader.
type Follower struct {
	// Secrets is a client of the core group, such as kubernetes.Interface.CoreV1().RESTClient(). It needs the rights to list and to
	// watch the one Secret.
	Secrets rest.Interface
	// Name is the Secret's. Its keys tls.crt and tls.key hold a certificate, followed by those that lead to the authority, and its
	// key, as PEM.
	Name types.NamespacedName
	// Logger hears of every change.
	Logger logr.Logger

	current atomic.Pointer[pair]

	mu        sync.Mutex
	listeners []func()
}

// pair is a certificate with its key, as it stands in the Secret and as it is served.
type pair struct {
	certificate, key []byte
	parsed           *tls.Certificate
}

// OnChange has a function called after each change. It must not block.
func (f *Follower) OnChange(listener func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listeners = append(f.listeners, listener)
}

// PEM returns the certificate and its key; nil while there is none.
func (f *Follower) PEM() (certificate, key []byte) {
	if current := f.current.Load(); current != nil {
		return current.certificate, current.key
	}
	return nil, nil
}

// GetCertificate is for tls.Config. It fails while there is no certificate.
func (f *Follower) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if current := f.current.Load(); current != nil {
		return current.parsed, nil
	}
	return nil, errNone
}

// NeedLeaderElection implements manager.LeaderElectionRunnable.
func (*Follower) NeedLeaderElection() bool { return false }

// Start follows the Secret until the context ends.
func (f *Follower) Start(ctx context.Context) error {
	lists := cache.NewListWatchFromClient(f.Secrets, "secrets", f.Name.Namespace, fields.OneTermEqualSelector("metadata.name", f.Name.Name))
	logger := f.Logger
	cache.NewReflectorWithOptions(lists, &corev1.Secret{}, store{f}, cache.ReflectorOptions{Name: "serving certificate", Logger: &logger}).
		RunWithContext(ctx)
	return nil
}

// take serves with what a Secret holds from now on, if it can be served with.
func (f *Follower) take(secret *corev1.Secret) {
	if secret.Namespace != f.Name.Namespace || secret.Name != f.Name.Name {
		return
	}
	certificate, key := secret.Data[corev1.TLSCertKey], secret.Data[corev1.TLSPrivateKeyKey]
	if had := f.current.Load(); had != nil && bytes.Equal(had.certificate, certificate) && bytes.Equal(had.key, key) {
		return
	}
	parsed, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		// The error names no part of the key.
		f.Logger.Error(err, "A Secret holds no usable certificate; serving goes on with what there was", "secret", f.Name.String())
		return
	}
	f.current.Store(&pair{certificate: certificate, key: key, parsed: &parsed})
	f.Logger.Info("Serving with a new certificate", "secret", f.Name.String(),
		"serial", fmt.Sprintf("%x", parsed.Leaf.SerialNumber), "notAfter", parsed.Leaf.NotAfter)
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, listener := range f.listeners {
		listener()
	}
}
