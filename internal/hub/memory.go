package hub

import (
	"context"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/evaluate"
)

// Memory is what the Store knows without asking the kube-apiserver, and where it leaves what its writes returned, so that a
// read after an answered write shows that write. The Index is one. Everything it returns is shared: nobody may change it.
type Memory interface {
	// Get returns one object. Errors: NotFound.
	Get(ctx context.Context, namespace string, ref Ref) (*Record, error)
	// Fleet returns a Cluster with its NodePools. Errors: NotFound.
	Fleet(ctx context.Context, namespace string, cluster Ref) (*Fleet, error)
	// Cluster returns all that the status of a Cluster depends on, and false if the Cluster is not known.
	Cluster(key types.NamespacedName) (evaluate.Cluster, bool)
	// NodePool returns all that the status of a NodePool depends on, and false if the NodePool is not known.
	NodePool(key types.NamespacedName) (evaluate.NodePool, bool)
	// Placement returns what decides about the Platform of a new Cluster in the namespace: all Platforms, and what counts of
	// the namespace.
	Placement(namespace string) ([]fleetv1.Platform, evaluate.Namespace)
	// Addon returns one add-on, by id, or by instance name and Cluster. Errors: NotFound.
	Addon(ctx context.Context, namespace string, ref Ref) (*Addon, error)
	// Template returns a catalogue entry. Errors: NotFound.
	Template(ctx context.Context, name string) (*fleetv1.AddonTemplate, error)
	// News returns a channel that is closed when more is known.
	News() <-chan struct{}
	// Apply takes over a Cluster, NodePool, AdapterStatus or Addon as a write returned it, unless a newer version is known, or that
	// the object is gone.
	Apply(object client.Object)
	// Remove takes over that a Cluster, NodePool, AdapterStatus or Addon is gone, by its UID: no older version that the watch still
	// delivers brings it back.
	Remove(object client.Object)
}
