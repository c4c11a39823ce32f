package hub

import (
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"k8s.io/utils/keymutex"
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
	// Replica names this process, for whoever looks at a reservation.
	Replica string
}

// Store writes to the kube-apiserver. It implements Writer, AddonWriter and SecretReader.
type Store struct {
	StoreOptions

	locks  keymutex.KeyMutex
	rounds rounds
}

// lockCount is how many locks reports share. Two that share one only wait for each other.
const lockCount = 4096

// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters;nodepools,verbs=get;list;create;patch;delete
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters/status;nodepools/status,verbs=patch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=clusters/finalizers;nodepools/finalizers,verbs=update
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=adapterstatuses,verbs=get;list;create;update;patch;delete
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addons,verbs=get;list;create;patch;delete
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=addontemplates,verbs=get;list;watch
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=operations,verbs=get;list;create
// +kubebuilder:rbac:groups=fleet.slipway.dev,resources=operations/status,verbs=patch
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create;patch
// +kubebuilder:rbac:groups="",namespace=slipway-system,resources=configmaps,verbs=get;list;create;update;delete

// NewStore returns a Store.
func NewStore(options StoreOptions) *Store {
	registerMetrics()
	return &Store{
		StoreOptions: options,
		locks:        keymutex.NewHashed(lockCount),
		rounds:       rounds{byTarget: map[types.UID]*queue{}},
	}
}

// whole is a Hub made of its two halves.
type whole struct {
	Reader
	Writer
	AddonReader
	AddonWriter
	FleetReader
	SecretReader
	TaskWriter
}

// New returns the Hub that reads from the one and writes to the other.
func New(index *Index, store *Store) Hub {
	return whole{
		Reader: index, Writer: store, AddonReader: index, AddonWriter: store,
		FleetReader: index, SecretReader: store, TaskWriter: store,
	}
}
