package apiserver

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/events"
	"k8s.io/component-base/metrics/legacyregistry"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/tenancy"
	"github.com/slipway-dev/slipway/internal/hub"
)

// serverName is what the server calls itself in events and to the management cluster.
const serverName = "slipway-apiserver"

// backend is what the dialects work on, and what feeds it.
type backend struct {
	source   client.WithWatch
	events   events.EventBroadcaster
	accounts *accounts
	// rooms is nil where no access keys are taken.
	rooms *keyRooms
	index *hub.Index
	store *hub.Store
	hub   hub.Hub
}

// newBackend builds the hub on a client of its own.
func (c *Config) newBackend() (*backend, error) {
	source, err := newClient(c.Rest)
	if err != nil {
		return nil, err
	}
	clientset, err := kubernetes.NewForConfig(c.Rest)
	if err != nil {
		return nil, fmt.Errorf("building a client for events: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("naming this replica: %w", err)
	}
	b := &backend{
		source: source, accounts: newAccounts(), index: hub.NewIndex(clock.RealClock{}),
		events: events.NewBroadcaster(&events.EventSinkImpl{Interface: clientset.EventsV1()}),
	}
	b.store = hub.NewStore(hub.StoreOptions{
		Client: source, Memory: b.index, Recorder: b.events.NewRecorder(source.Scheme(), serverName), Clock: clock.RealClock{},
		SystemNamespace: c.SystemNamespace, Replica: host + "-" + string(uuid.NewUUID()),
	})
	b.hub = hub.New(b.index, b.store)
	// A second server in one process, as in tests, leaves the first one's index in place: that is what the error says.
	_ = legacyregistry.Registerer().Register(b.index.Metrics())
	if c.AccessKeys {
		b.rooms = newKeyRooms(newKeys(klog.Background()))
	}
	return b, nil
}

// run feeds the memory until the context ends.
func (b *backend) run(ctx context.Context) error {
	if err := b.events.StartRecordingToSinkWithContext(ctx); err != nil {
		return fmt.Errorf("recording events: %w", err)
	}
	defer b.events.Shutdown()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.index.Run(ctx, b.source) })
	group.Go(func() error { return b.store.Sweep(ctx) })
	group.Go(func() error {
		b.accounts.run(ctx, b.source)
		return nil
	})
	if b.rooms != nil {
		group.Go(func() error {
			b.rooms.run(ctx, b.source)
			return nil
		})
	}
	return group.Wait()
}

// synced tells whether the memory is filled: until then nothing can be answered.
func (b *backend) synced() bool {
	return b.accounts.synced() && b.index.Synced() && (b.rooms == nil || b.rooms.synced())
}

// accessKeys are the keys as the authenticator wants them: nil where none are taken.
func (b *backend) accessKeys() tenancy.AccessKeys {
	if b.rooms == nil {
		return nil
	}
	return b.rooms.keys
}

// withMemory refuses requests of dialects until the memory is filled: until then nobody knows who is bound to which adapters.
// What is public says nothing from memory.
func withMemory(handler http.Handler, synced func() bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		if synced() || call == nil || call.Route == nil || call.Route.Public {
			handler.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
}

// names finds the names of objects in memory. It implements tenancy.Names.
type names struct{ index *hub.Index }

// ObjectName returns metadata.name of an object, or empty if there is none.
func (n names) ObjectName(namespace string, ref hub.Ref) string {
	name, _ := n.index.Name(namespace, ref)
	return name
}

// HasNamespace tells whether there is a namespace of that name.
func (n names) HasNamespace(name string) bool { return n.index.HasNamespace(name) }
