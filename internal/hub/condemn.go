package hub

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// condemnation is the beginning of the deletion of one object.
type condemnation struct {
	// caller is who deletes it.
	caller Caller
	// object is the object as it was read last. It is changed.
	object client.Object
	// finalizer is what has to keep the object until it is let go.
	finalizer string
	// precondition is what has to hold of the object.
	precondition Precondition
	// reread returns the object as it is live.
	reread func(context.Context) (client.Object, error)
}

// condemn writes who deletes an object on it, makes sure that it waits to be let go, and deletes it. What somebody else deleted
// already is left as it is.
func (s *Store) condemn(ctx context.Context, c *condemnation) error {
	for attempt := range attempts {
		s.pause(ctx, attempt)
		if c.object.GetDeletionTimestamp() != nil {
			return nil
		}
		err := s.condemnOnce(ctx, c, attempt > 0)
		if !apierrors.IsConflict(err) {
			return fault(err)
		}
		if c.object, err = c.reread(ctx); err != nil {
			return err
		}
		if err := c.overtaken(); err != nil {
			return err
		}
	}
	return &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
}

// overtaken tells whether somebody changed the object before it was marked, though the caller wants the version it knows.
func (c *condemnation) overtaken() error {
	marked := c.object.GetAnnotations()[fleetv1.AnnotationDeletedBy] == c.caller.Author()
	if marked || c.object.GetDeletionTimestamp() != nil {
		return nil
	}
	return c.precondition.holds(c.object)
}

// condemnOnce marks an object and deletes exactly what it marked. When it is tried again, any author will do: two that delete
// at the same time would otherwise overwrite each other's mark for ever.
func (s *Store) condemnOnce(ctx context.Context, c *condemnation, again bool) error {
	marked := c.object.GetAnnotations()[fleetv1.AnnotationDeletedBy] != "" && controllerutil.ContainsFinalizer(c.object, c.finalizer)
	if !again || !marked {
		before := c.object.DeepCopyObject().(client.Object) // a copy is of the same type
		annotate(c.object, c.caller.deletes(s.Clock.Now()))
		controllerutil.AddFinalizer(c.object, c.finalizer)
		patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
		if err := s.Client.Patch(ctx, c.object, patch); err != nil {
			return err
		}
	}
	uid, version := c.object.GetUID(), c.object.GetResourceVersion()
	return s.Client.Delete(ctx, c.object, client.Preconditions{UID: &uid, ResourceVersion: &version},
		client.PropagationPolicy(metav1.DeletePropagationBackground))
}
