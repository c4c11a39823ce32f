package hub

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Delete begins the deletion of an object, and then of its children: a pool that is created meanwhile is either among those
// listed or refused by CreateNodePool. Again it only makes sure that no child was left out.
func (s *Store) Delete(ctx context.Context, caller Caller, ref Ref, precondition Precondition) (*Record, error) {
	record, err := s.Memory.Get(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	at, object := addressOf(record), stored(record)
	if object.GetDeletionTimestamp() == nil || precondition.ResourceVersions != nil {
		if object, err = s.object(ctx, at); err != nil {
			return nil, err
		}
		if err := precondition.holds(object); err != nil {
			return nil, err
		}
		if object, err = s.markAndDelete(ctx, caller, at, object, precondition); err != nil {
			return nil, err
		}
		s.Memory.Apply(object)
	}
	if err := s.deleteChildren(ctx, caller, object); err != nil {
		return nil, err
	}
	return s.deleted(ctx, at, record)
}

// deleted returns what is known about an object whose deletion has begun.
func (s *Store) deleted(ctx context.Context, at address, before *Record) (*Record, error) {
	s.courtesy(ctx, at, wish{})
	record, err := s.Memory.Get(ctx, at.key.Namespace, byID(before))
	if ReasonOf(err) == NotFound {
		return before, nil // nothing kept it
	}
	return record, err
}

// markAndDelete condemns a Cluster or NodePool and returns it as it is then.
func (s *Store) markAndDelete(ctx context.Context, caller Caller, at address, object target, precondition Precondition) (target, error) {
	c := &condemnation{
		caller: caller, object: object, finalizer: finalizer(at.kind), precondition: precondition,
		reread: func(ctx context.Context) (client.Object, error) { return s.object(ctx, at) },
	}
	if err := s.condemn(ctx, c); err != nil {
		return nil, err
	}
	fresh, err := s.object(ctx, at)
	if ReasonOf(err) == NotFound {
		return object, nil // nothing kept it
	}
	return fresh, err
}

// deleteChildren begins the deletion of a Cluster's node pools and add-ons.
func (s *Store) deleteChildren(ctx context.Context, caller Caller, object target) error {
	cluster, ok := object.(*fleetv1.Cluster)
	if !ok {
		return nil
	}
	pools, addons, err := s.children(ctx, cluster)
	if err != nil {
		return err
	}
	for i := range pools {
		if err := s.deleteChild(ctx, caller, &pools[i], cluster.DeletionTimestamp); err != nil {
			return err
		}
	}
	for i := range addons {
		if err := s.deleteAddon(ctx, caller, &addons[i]); err != nil {
			return err
		}
	}
	return nil
}

// deleteChild begins the deletion of a node pool of a Cluster that is being deleted since then, and settles its status. One that
// is gone, or was deleted before, needs nothing.
func (s *Store) deleteChild(ctx context.Context, caller Caller, pool *fleetv1.NodePool, since *metav1.Time) error {
	if pool.DeletionTimestamp.Before(since) {
		return nil
	}
	at := address{kind: fleetv1.KindNodePool, key: client.ObjectKeyFromObject(pool), uid: pool.UID}
	object, err := s.markAndDelete(ctx, caller, at, pool, Precondition{})
	if err == nil {
		object, err = s.claim(ctx, caller, object, since)
	}
	if err != nil {
		if ReasonOf(err) == NotFound {
			return nil
		}
		return err
	}
	s.Memory.Apply(object)
	s.courtesy(ctx, at, wish{})
	return nil
}

// claim writes who deletes a Cluster on a node pool of it that the controller was first to delete.
func (s *Store) claim(ctx context.Context, caller Caller, pool target, since *metav1.Time) (target, error) {
	deleted := pool.GetDeletionTimestamp()
	if deleted == nil || deleted.Before(since) || pool.GetAnnotations()[fleetv1.AnnotationDeletedBy] != "" {
		return pool, nil
	}
	claimed := pool.DeepCopyObject().(target) // a copy is of the same type
	annotate(claimed, caller.deletes(s.Clock.Now()))
	if err := s.Client.Patch(ctx, claimed, client.MergeFrom(pool)); err != nil {
		return nil, fault(err)
	}
	return claimed, nil
}

// deleteAddon begins the deletion of an add-on. One that is gone, or on its way, needs nothing.
func (s *Store) deleteAddon(ctx context.Context, caller Caller, addon *fleetv1.Addon) error {
	err := s.condemn(ctx, &condemnation{
		caller: caller, object: addon, finalizer: fleetv1.AddonFinalizer,
		reread: func(ctx context.Context) (client.Object, error) { return s.addon(ctx, addon) },
	})
	if ReasonOf(err) == NotFound {
		return nil
	}
	return err
}

// addon reads an add-on again.
func (s *Store) addon(ctx context.Context, known *fleetv1.Addon) (*fleetv1.Addon, error) {
	fresh := &fleetv1.Addon{}
	if err := s.Client.Get(ctx, client.ObjectKeyFromObject(known), fresh); err != nil {
		return nil, fault(err)
	}
	if fresh.UID != known.UID {
		return nil, notFound(nil)
	}
	return fresh, nil
}
