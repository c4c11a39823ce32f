package hub

import (
	"context"
	"encoding/json"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/events"
)

// ForceDelete drops all finalizers, ours and foreign ones, of an object that is being deleted and of its children. The record
// comes first, so that there is none without it; the children come before the object, so that whoever dies in between can be
// repeated.
func (s *Store) ForceDelete(ctx context.Context, caller Caller, ref Ref, reason string) error {
	record, err := s.Memory.Get(ctx, caller.Namespace, ref)
	if err != nil {
		return err
	}
	at := addressOf(record)
	object, err := s.object(ctx, at)
	if err != nil {
		return err
	}
	if object.GetDeletionTimestamp() == nil {
		return &Error{Reason: WrongState, Message: "The object is not being deleted"}
	}
	log, err := s.openRecord(ctx, caller, object, reason)
	if err != nil {
		return err
	}
	events.Publish(s.Recorder, object, forceDeleted(caller.Author(), reason))
	if err := s.dropChildren(ctx, caller, object); err != nil {
		return err
	}
	if err := s.drop(ctx, at, object); err != nil {
		return err
	}
	s.closeRecord(ctx, log)
	return nil
}

// dropChildren lets go what belongs to a Cluster.
func (s *Store) dropChildren(ctx context.Context, caller Caller, object target) error {
	cluster, ok := object.(*fleetv1.Cluster)
	if !ok {
		return nil
	}
	if err := s.deleteChildren(ctx, caller, object); err != nil {
		return err
	}
	pools, addons, err := s.children(ctx, cluster)
	if err != nil {
		return err
	}
	for i := range pools {
		pool := &pools[i]
		at := address{kind: fleetv1.KindNodePool, key: client.ObjectKeyFromObject(pool), uid: pool.UID}
		if err := s.drop(ctx, at, pool); err != nil {
			return err
		}
	}
	for i := range addons {
		if err := s.release(ctx, &addons[i]); err != nil {
			return fault(err)
		}
	}
	return nil
}

// drop lets go a target, and the reports about it once nobody puts their finalizers back. It returns when the target is gone.
func (s *Store) drop(ctx context.Context, at address, object target) error {
	if err := s.release(ctx, object); err != nil {
		return fault(err)
	}
	if err := s.awaitEnd(ctx, at); err != nil {
		return err
	}
	var list fleetv1.AdapterStatusList
	err := s.Client.List(ctx, &list, client.InNamespace(at.key.Namespace), client.MatchingFields{fleetv1.FieldTargetName: at.key.Name})
	if err != nil {
		return fault(err)
	}
	for i := range list.Items {
		status := &list.Items[i]
		if status.Spec.TargetRef != at.targetRef() {
			continue
		}
		if err := s.release(ctx, status); err != nil {
			return fault(err)
		}
	}
	s.gone(ctx, object)
	return nil
}

// awaitEnd waits until an object is gone. Nobody can put a finalizer on an object that is being deleted, so that it is as soon
// as the last one was dropped.
func (s *Store) awaitEnd(ctx context.Context, at address) error {
	for range attempts {
		object, err := s.object(ctx, at)
		if ReasonOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.release(ctx, object); err != nil {
			return fault(err)
		}
	}
	return &Error{Reason: Unavailable, Message: "The object does not go", RetryAfter: retrySoon}
}

// release drops all finalizers of exactly that object. That it is gone is fine.
func (s *Store) release(ctx context.Context, object client.Object) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": object.GetUID(), "finalizers": nil}})
	if err != nil {
		return err
	}
	copied := object.DeepCopyObject().(client.Object) // a copy is of the same type
	err = s.Client.Patch(ctx, copied, client.RawPatch(types.MergePatchType, patch))
	if apierrors.IsConflict(err) {
		return nil // another one has the name
	}
	return client.IgnoreNotFound(err)
}

// closeRecord says in the record that all is done. The record holds what matters without it.
func (s *Store) closeRecord(ctx context.Context, log *fleetv1.Operation) {
	if err := s.finishRecord(ctx, log); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Closing the record of a forced deletion failed", "operation", client.ObjectKeyFromObject(log))
	}
}
