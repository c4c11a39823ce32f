//go:build e2e

package rotation

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const facadeHost = "api.slipway-system.svc"

// load is what all callers together did.
type load struct {
	mu       sync.Mutex
	requests map[string]int
	failures []string
	// presented are the serial numbers of certificates that were seen, and issuers who had signed them, by address.
	presented, issuers map[string]map[string]bool
	running            sync.WaitGroup
}

func newLoad() *load {
	return &load{requests: map[string]int{}, presented: map[string]map[string]bool{}, issuers: map[string]map[string]bool{}}
}

// repeat calls somebody again and again until the context ends.
func (l *load) repeat(ctx context.Context, what string, call func(context.Context) error) {
	l.running.Go(func() {
		defer GinkgoRecover()
		for ctx.Err() == nil {
			err := call(ctx)
			if ctx.Err() != nil {
				return // it was ended in the middle
			}
			l.mu.Lock()
			l.requests[what]++
			if err != nil {
				l.failures = append(l.failures, fmt.Sprintf("%s %s: %v", time.Now().Format(time.StampMilli), what, err))
			}
			l.mu.Unlock()
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond): // there are two cores for everybody
			}
		}
	})
}

// saw notes what a server presented.
func (l *load) saw(address string, state *tls.ConnectionState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.presented[address] == nil {
		l.presented[address], l.issuers[address] = map[string]bool{}, map[string]bool{}
	}
	l.presented[address][state.PeerCertificates[0].SerialNumber.String()] = true
	l.issuers[address][state.PeerCertificates[0].Issuer.CommonName] = true
}

// signers is how many authorities have signed what each of some servers presented, at least.
func (l *load) signers(addresses []string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	fewest := 1 << 30
	for _, address := range addresses {
		fewest = min(fewest, len(l.issuers[address]))
	}
	return fewest
}

func (l *load) failed() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failures
}

// bundle is what a client outside trusts: what ConfigMap slipway-ca says, read again every two seconds.
type bundle struct {
	mu    sync.Mutex
	read  time.Time
	roots *x509.CertPool
}

func (b *bundle) get(ctx context.Context) (*x509.CertPool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.roots != nil && time.Since(b.read) < 2*time.Second {
		return b.roots, nil
	}
	object := &corev1.ConfigMap{}
	err := hub.Client.Get(ctx, client.ObjectKey{Namespace: system, Name: "slipway-ca"}, object)
	switch {
	case err != nil && b.roots != nil:
		return b.roots, nil // it goes on with what it knows
	case err != nil:
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(object.Data["ca.crt"])) {
		return nil, errors.New("ConfigMap slipway-ca holds no certificate")
	}
	b.roots, b.read = roots, time.Now()
	return roots, nil
}

// handshake opens a connection as the API server does, which knows the bundle, and closes it.
func (l *load) handshake(trust *bundle, address, host string) func(context.Context) error {
	return func(ctx context.Context) error {
		roots, err := trust.get(ctx)
		if err != nil {
			return err
		}
		connection, err := (&tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: host, MinVersion: tls.VersionTLS12}}).DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		defer connection.Close()
		state := connection.(*tls.Conn).ConnectionState()
		l.saw(address, &state)
		return nil
	}
}

// request calls a facade with a new connection.
func (l *load) request(trust *bundle, address, token string) func(context.Context) error {
	return func(ctx context.Context) error {
		roots, err := trust.get(ctx)
		if err != nil {
			return err
		}
		transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: facadeHost, MinVersion: tls.VersionTLS12}}
		return get(ctx, &http.Client{Transport: transport}, address, token)
	}
}

// lasting calls a facade over one connection, which must never be closed.
func lasting(ctx context.Context, trust *bundle, address, token string) func(context.Context) error {
	GinkgoHelper()
	roots, err := trust.get(ctx)
	Expect(err).NotTo(HaveOccurred())
	dialed := false
	dialer := &tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: facadeHost, MinVersion: tls.VersionTLS12}}
	client := &http.Client{Transport: &http.Transport{DialTLSContext: func(ctx context.Context, network, at string) (net.Conn, error) {
		if dialed {
			return nil, errors.New("the connection was closed")
		}
		dialed = true
		return dialer.DialContext(ctx, network, at)
	}}}
	return func(ctx context.Context) error { return get(ctx, client, address, token) }
}

// get asks a facade for something.
func get(ctx context.Context, with *http.Client, address, token string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+address+"/api/hyperfleet/v1/clusters", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := with.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return err
}
