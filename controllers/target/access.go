package target

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/events"
)

// Access is how a Flow and its phases reach the API server.
type Access struct {
	// Client reads from a cache that is indexed by the selectable fields of fleetv1, and writes.
	Client client.Client
	// Recorder takes the events.
	Recorder events.Recorder
}

// Patch writes what differs between two states of a target, status apart. It fails with a conflict if somebody wrote in
// between.
func (a Access) Patch(ctx context.Context, before, after client.Object) error {
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := a.Client.Patch(ctx, after, patch); err != nil {
		return fmt.Errorf("patching %T %s: %w", after, client.ObjectKeyFromObject(after), err)
	}
	return nil
}

// Publish records events about a target. A terminating namespace takes none.
func (a Access) Publish(s *Scope, list ...events.Event) {
	if !s.Namespace.Terminating {
		events.Publish(a.Recorder, s.Object, list...)
	}
}
