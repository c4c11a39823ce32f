package hub

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

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

// markAndDelete writes who deletes an object on it, makes sure that it waits for its adapters, and deletes it. It returns the
// object as it is then. What somebody else deleted already is left as it is.
func (s *Store) markAndDelete(ctx context.Context, caller Caller, at address, object target, precondition Precondition) (target, error) {
	err := s.condemn(ctx, caller, object, finalizer(at.kind), precondition, func(ctx context.Context) (client.Object, error) {
		fresh, err := s.object(ctx, at)
		object = fresh
		return fresh, err
	})
	if err != nil {
		return nil, err
	}
	fresh, err := s.object(ctx, at)
	if ReasonOf(err) == NotFound {
		return object, nil // nothing kept it
	}
	return fresh, err
}

// condemn marks and deletes one object. reread returns it as it is live.
func (s *Store) condemn(ctx context.Context, caller Caller, object client.Object, finalizer string, precondition Precondition,
	reread func(context.Context) (client.Object, error),
) error {
	for attempt := range attempts {
		if object.GetDeletionTimestamp() != nil {
			return nil
		}
		err := s.condemnOnce(ctx, caller, object, finalizer, attempt > 0)
		if !apierrors.IsConflict(err) {
			return fault(err)
		}
		if object, err = reread(ctx); err != nil {
			return err
		}
		if err := precondition.holds(object); err != nil && object.GetDeletionTimestamp() == nil && !marked(object, caller) {
			return err
		}
	}
	return &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
}

// condemnOnce marks an object and deletes exactly what it marked. When it is tried again, any author will do: two that delete
// at the same time would otherwise overwrite each other's mark for ever.
func (s *Store) condemnOnce(ctx context.Context, caller Caller, object client.Object, finalizer string, again bool) error {
	if !again || object.GetAnnotations()[fleetv1.AnnotationDeletedBy] == "" || !controllerutil.ContainsFinalizer(object, finalizer) {
		before := object.DeepCopyObject().(client.Object) // a copy is of the same type
		annotate(object, map[string]string{
			fleetv1.AnnotationDeletedBy:   caller.Author(),
			fleetv1.AnnotationUpdatedBy:   caller.Author(),
			fleetv1.AnnotationUpdatedTime: stamp(s.Clock.Now()),
		})
		controllerutil.AddFinalizer(object, finalizer)
		patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
		if err := s.Client.Patch(ctx, object, patch); err != nil {
			return err
		}
	}
	uid, version := object.GetUID(), object.GetResourceVersion()
	return s.Client.Delete(ctx, object, client.Preconditions{UID: &uid, ResourceVersion: &version},
		client.PropagationPolicy(metav1.DeletePropagationBackground))
}

// marked tells whether it was this caller's own mark that moved the object on.
func marked(object metav1.Object, caller Caller) bool {
	return object.GetAnnotations()[fleetv1.AnnotationDeletedBy] == caller.Author()
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
	annotate(claimed, map[string]string{
		fleetv1.AnnotationDeletedBy:   caller.Author(),
		fleetv1.AnnotationUpdatedBy:   caller.Author(),
		fleetv1.AnnotationUpdatedTime: stamp(s.Clock.Now()),
	})
	if err := s.Client.Patch(ctx, claimed, client.MergeFrom(pool)); err != nil {
		return nil, fault(err)
	}
	return claimed, nil
}

// deleteAddon begins the deletion of an add-on. One that is gone, or on its way, needs nothing.
func (s *Store) deleteAddon(ctx context.Context, caller Caller, addon *fleetv1.Addon) error {
	err := s.condemn(ctx, caller, addon, fleetv1.AddonFinalizer, Precondition{}, func(ctx context.Context) (client.Object, error) {
		fresh := &fleetv1.Addon{}
		if err := s.Client.Get(ctx, client.ObjectKeyFromObject(addon), fresh); err != nil {
			return nil, fault(err)
		}
		if fresh.UID != addon.UID {
			return nil, notFound(nil)
		}
		return fresh, nil
	})
	if ReasonOf(err) == NotFound {
		return nil
	}
	return err
}
