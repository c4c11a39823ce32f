package hub

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// DeleteAddon implements AddonWriter.
func (s *Store) DeleteAddon(ctx context.Context, caller Caller, ref Ref) (*Addon, error) {
	known, err := s.Memory.Addon(ctx, caller.Namespace, ref)
	if err != nil || known.Object.DeletionTimestamp != nil {
		return known, err
	}
	present, err := s.presentAddon(ctx, known)
	if err != nil {
		return nil, err
	}
	c := &condemnation{
		caller: caller, object: present.Object.DeepCopy(), finalizer: fleetv1.AddonFinalizer,
		reread: func(ctx context.Context) (client.Object, error) { return s.addon(ctx, present.Object) },
	}
	if err := s.condemn(ctx, c); err != nil {
		return nil, err
	}
	deleted, err := s.addon(ctx, present.Object)
	switch {
	case ReasonOf(err) == NotFound:
		return s.lastSeen(c.object, present), nil
	case err != nil:
		return nil, err
	}
	s.Memory.Apply(deleted)
	return aboutAddon(deleted, present.Cluster, present.Template), nil
}

// lastSeen returns an add-on that was let go before anybody could look at it again.
func (s *Store) lastSeen(object client.Object, present *Addon) *Addon {
	s.Memory.Remove(object)
	last := present.Object.DeepCopy()
	last.DeletionTimestamp = &metav1.Time{Time: s.Clock.Now()}
	last.Generation++
	return aboutAddon(last, present.Cluster, present.Template)
}
