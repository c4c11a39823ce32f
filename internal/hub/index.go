package hub

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// kind is one of the kinds that the index watches.
type kind int

const (
	ofClusters kind = iota
	ofNodePools
	ofReports
	ofAddons
	ofPlatforms
	ofNamespaces
	ofTemplates
	ofOperations
	kinds
)

// Index is the memory of a replica: all Clusters, NodePools, reports, Addons, the catalogue and the history, in a form in which
// reads find them without the kube-apiserver. It implements Reader, AddonReader, FleetReader and Memory.
//
// Objects lie on shelves, one for each kind. Out of them records are made, one for each Cluster and NodePool, and put into
// rooms, one for each namespace and kind, which is all that reads look at. Whoever changes something holds mu and makes the
// records before the room's own lock is taken for as long as it takes to put them in; readers copy out of a room what they
// need and filter, sort and encode without any lock. Addons are so few on a Cluster that what is told of them is made when it is
// read.
type Index struct {
	clock clock.WithTicker

	// mu guards everything down to types.
	mu         sync.RWMutex
	clusters   *shelf[*fleetv1.Cluster]
	pools      *shelf[*fleetv1.NodePool]
	reports    *shelf[*fleetv1.AdapterStatus]
	addons     *shelf[*fleetv1.Addon]
	platforms  *shelf[*fleetv1.Platform]
	namespaces *shelf[*metav1.PartialObjectMetadata]
	templates  *shelf[*fleetv1.AddonTemplate]
	operations *shelf[*fleetv1.Operation]
	joins      joins
	listed     [kinds]bool
	advanced   chan struct{}
	types      map[string]string

	// delivered is, for each kind, the version up to which records show what the watch delivered.
	delivered [kinds]atomic.Uint64
	running   atomic.Bool
	synced    atomic.Bool
	// opened is the version from which on everything is logged: the latest at which a kind was first listed.
	opened atomic.Uint64
	rooms  rooms
}

// NewIndex returns an empty index. Run fills it.
func NewIndex(c clock.WithTicker) *Index {
	return &Index{
		clock:      c,
		clusters:   newShelf[*fleetv1.Cluster](),
		pools:      newShelf[*fleetv1.NodePool](),
		reports:    newShelf[*fleetv1.AdapterStatus](),
		addons:     newShelf[*fleetv1.Addon](),
		platforms:  newShelf[*fleetv1.Platform](),
		namespaces: newShelf[*metav1.PartialObjectMetadata](),
		templates:  newShelf[*fleetv1.AddonTemplate](),
		operations: newShelf[*fleetv1.Operation](),
		joins:      newJoins(),
		types:      map[string]string{},
		rooms:      rooms{clock: c, byPlace: map[place]*room{}},
	}
}

// Synced tells whether the index is filled: every kind was listed once. Until then reads fail with Unavailable.
func (x *Index) Synced() bool { return x.synced.Load() }

// filled takes the news that a kind was listed. The last one opens the index.
func (x *Index) filled(k kind) {
	x.listed[k] = true
	for _, listed := range x.listed {
		if !listed {
			return
		}
	}
	if x.synced.Load() {
		return
	}
	x.makeAll()
	x.synced.Store(true)
}

// told takes the news that the records show what was delivered up to a version.
func (x *Index) told(k kind, version uint64) {
	if x.delivered[k].Swap(version) == version {
		return
	}
	if x.advanced != nil {
		close(x.advanced)
		x.advanced = nil
	}
	x.rooms.forgetAfter(x.clock.Now())
}

// horizon returns the version up to which the records of a kind show everything: that of the kind itself, or of the reports if
// these lag behind. Changes for any other cause are marked as such; see always.
//
// It is never below the version at which the index was opened, since nobody could resume from there. The kinds were listed one
// after the other; what one of them still delivers from before that version is logged as having come after it. See remake.
func (x *Index) horizon(recordKind string) uint64 {
	own := ofClusters
	if recordKind == fleetv1.KindNodePool {
		own = ofNodePools
	}
	return max(x.opened.Load(), min(x.delivered[own].Load(), x.delivered[ofReports].Load()))
}

// Apply takes over a Cluster, NodePool, AdapterStatus or Addon as a write returned it, so that reads of this replica show it at once.
// The object belongs to the index from then on. It changes nothing if the watch has delivered as much, or if the object is
// known to be gone.
func (x *Index) Apply(object client.Object) {
	slim(object)
	x.mu.Lock()
	defer x.mu.Unlock()
	switch o := object.(type) {
	case *fleetv1.Cluster:
		inject(x, ofClusters, o, x.clusters.inject)
	case *fleetv1.NodePool:
		inject(x, ofNodePools, o, x.pools.inject)
	case *fleetv1.AdapterStatus:
		inject(x, ofReports, o, x.reports.inject)
	case *fleetv1.Addon:
		inject(x, ofAddons, o, x.addons.inject)
	}
}

// Remove takes over that a Cluster, NodePool, AdapterStatus or Addon is gone, which the kube-apiserver must have said: no older version
// that the watch still delivers brings it back. The object is its last known state.
func (x *Index) Remove(object client.Object) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch o := object.(type) {
	case *fleetv1.Cluster:
		inject(x, ofClusters, o, x.clusters.injectGone)
	case *fleetv1.NodePool:
		inject(x, ofNodePools, o, x.pools.injectGone)
	case *fleetv1.AdapterStatus:
		inject(x, ofReports, o, x.reports.injectGone)
	case *fleetv1.Addon:
		inject(x, ofAddons, o, x.addons.injectGone)
	}
}

func inject[T thing](x *Index, k kind, object T, take func(T) (change[T], bool)) {
	if what, changed := take(object); changed {
		x.follow(changesOf(k, what))
	}
}

// waitLimit bounds Wait.
const waitLimit = 5 * time.Second

// Wait waits until the index shows a Cluster, NodePool, AdapterStatus or Addon at its version or a later one. It is for writes that
// returned nothing that could be applied. Errors: Timeout, the context's.
func (x *Index) Wait(ctx context.Context, object client.Object) error {
	timer := x.clock.NewTimer(waitLimit)
	defer timer.Stop()
	for {
		advanced, reached := x.reached(object)
		if reached {
			return nil
		}
		select {
		case <-advanced:
		case <-timer.C():
			return &Error{Reason: Timeout, Message: "The write was made, but this server has not seen it yet"}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// reached tells whether the object's version is shown; if not, the channel is closed at the next news.
func (x *Index) reached(object client.Object) (<-chan struct{}, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	version := versionOf(object)
	var shown, delivered uint64
	switch object.(type) {
	case *fleetv1.Cluster:
		shown, delivered = x.clusters.get(keyOf(object)).version, x.clusters.delivered
	case *fleetv1.NodePool:
		shown, delivered = x.pools.get(keyOf(object)).version, x.pools.delivered
	case *fleetv1.AdapterStatus:
		shown, delivered = x.reports.get(keyOf(object)).version, x.reports.delivered
	case *fleetv1.Addon:
		shown, delivered = x.addons.get(keyOf(object)).version, x.addons.delivered
	}
	if max(shown, delivered) >= version {
		return nil, true
	}
	return x.nextNews(), false
}

// News returns a channel that is closed when more has been delivered.
func (x *Index) News() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.nextNews()
}

func (x *Index) nextNews() <-chan struct{} {
	if x.advanced == nil {
		x.advanced = make(chan struct{})
	}
	return x.advanced
}

var (
	_ Reader      = (*Index)(nil)
	_ AddonReader = (*Index)(nil)
	_ FleetReader = (*Index)(nil)
	_ Memory      = (*Index)(nil)
)
