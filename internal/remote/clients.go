package remote

import (
	"container/list"
	"fmt"
	"net/http"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// newClient returns an uncached client of the cluster, which does not connect before its first use, and its connections.
func newClient(k *Kubeconfig, scheme *runtime.Scheme, longest int64) (client.Client, *http.Client, error) {
	config := k.restConfig(longest)
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, nil, fmt.Errorf("building a client for the tenant cluster: %w", err)
	}
	c, err := client.New(config, client.Options{Scheme: scheme, HTTPClient: httpClient})
	if err != nil {
		return nil, nil, fmt.Errorf("building a client for the tenant cluster: %w", err)
	}
	return c, httpClient, nil
}

// Clients keeps clients by the checksum of their kubeconfig, so that connections and discovery are shared between calls.
// It holds a bounded number and gives up the least recently used. It is safe for concurrent use.
type Clients struct {
	scheme  *runtime.Scheme
	size    int
	longest int64

	mu      sync.Mutex
	order   *list.List // of *entry, the most recently used first
	entries map[string]*list.Element
}

type entry struct {
	checksum string
	client   client.Client
	http     *http.Client
}

// NewClients returns a cache of at most size clients, all with that scheme.
func NewClients(scheme *runtime.Scheme, size int) *Clients {
	return &Clients{scheme: scheme, size: max(size, 1), longest: maxAnswer, order: list.New(), entries: map[string]*list.Element{}}
}

// Bounded lets the clients read at most so many bytes of an answer, less than by default. It is called before the first Get.
func (c *Clients) Bounded(bytes int64) *Clients {
	c.longest = min(bytes, maxAnswer)
	return c
}

// Get returns the client for a kubeconfig.
func (c *Clients) Get(k *Kubeconfig) (client.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.entries[k.checksum]; ok {
		c.order.MoveToFront(element)
		return element.Value.(*entry).client, nil
	}
	made, httpClient, err := newClient(k, c.scheme, c.longest)
	if err != nil {
		return nil, err
	}
	c.entries[k.checksum] = c.order.PushFront(&entry{checksum: k.checksum, client: made, http: httpClient})
	for c.order.Len() > c.size {
		c.remove(c.order.Back())
	}
	return made, nil
}

// Drop gives up the client of a kubeconfig, for example when the Secret changed or the Cluster is gone.
func (c *Clients) Drop(checksum string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.entries[checksum]; ok {
		c.remove(element)
	}
}

// Len returns how many clients are held.
func (c *Clients) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len()
}

func (c *Clients) remove(element *list.Element) {
	dropped := c.order.Remove(element).(*entry)
	delete(c.entries, dropped.checksum)
	dropped.http.CloseIdleConnections()
}
