package hub

import (
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/events"
)

// StoreOptions are what a Store is made of.
type StoreOptions struct {
	// Client reads from the kube-apiserver, without a cache, and writes to it.
	Client client.Client
	// Memory is what is known without asking, and where results of writes are left.
	Memory Memory
	// Recorder takes the events.
	Recorder events.Recorder
	// Clock tells the time of transitions, of changes and of reservations.
	Clock clock.WithTicker
	// SystemNamespace is where records of requests that are done at most once are kept.
	SystemNamespace string
	// Replica names this process. No two that run at the same time have the same.
	Replica string
}

// Store writes to the kube-apiserver. It implements Writer.
type Store struct{ StoreOptions }

// NewStore returns a Store.
func NewStore(options StoreOptions) *Store { return &Store{StoreOptions: options} }
