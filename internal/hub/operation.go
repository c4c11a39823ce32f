package hub

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	operations "github.com/slipway-dev/slipway/internal/operation" // operation is a step of a JSON patch here
)

// openRecord writes down who deletes an object by force, and why. There is one such record for each object.
func (s *Store) openRecord(ctx context.Context, caller Caller, object target, reason string) (*fleetv1.Operation, error) {
	now := metav1.NewTime(s.Clock.Now())
	log := &fleetv1.Operation{
		ObjectMeta: metav1.ObjectMeta{
			Namespace:   object.GetNamespace(),
			Labels:      map[string]string{fleetv1.LabelCluster: clusterName(object)},
			Annotations: caller.by(map[string]string{fleetv1.AnnotationCreatedBy: caller.Author()}),
		},
		Spec: fleetv1.OperationSpec{
			Type: fleetv1.OperationForceDelete,
			Target: fleetv1.OperationTarget{
				Kind: targetKind(object), ID: string(idOf(object)), Name: object.GetName(), UID: object.GetUID(),
			},
			Cluster: s.clusterOf(object), Generation: object.GetGeneration(), StartTime: now,
		},
	}
	log, err := s.createRecord(ctx, log)
	if err != nil {
		return nil, fault(err)
	}
	before := log.DeepCopy()
	message := fmt.Sprintf("Forced by %s: %s", caller.Author(), reason)
	operations.SetState(log, fleetv1.OperationInProgress, string(fleetv1.OperationInProgress), message, now)
	_, err = conditions.PatchStatus(ctx, s.Client, before, log)
	return log, fault(err)
}

// createRecord creates a record under the next number of its namespace, or returns the one that there is already. The controllers
// number their records in the same way, so the number may be taken by the time it is asked for: each attempt then leaves one more
// number to the others, since numbers need only grow.
func (s *Store) createRecord(ctx context.Context, log *fleetv1.Operation) (*fleetv1.Operation, error) {
	for attempt := range attempts {
		s.pause(ctx, attempt)
		var list fleetv1.OperationList
		if err := s.Client.List(ctx, &list, client.InNamespace(log.Namespace)); err != nil {
			return nil, fmt.Errorf("listing the records in namespace %s: %w", log.Namespace, err)
		}
		highest := int64(0)
		for i := range list.Items {
			other := &list.Items[i]
			if other.Spec.Type == log.Spec.Type && other.Spec.Target == log.Spec.Target {
				return other, nil
			}
			highest = max(highest, operations.Sequence(other.Name), other.Spec.Sequence)
		}
		log.Spec.Sequence = highest + 1 + int64(attempt)
		log.Name = operations.Name(log.Spec.Sequence)
		err := s.Client.Create(ctx, log)
		if !apierrors.IsAlreadyExists(err) {
			return log, err
		}
	}
	return nil, &Error{Reason: Unavailable, Message: "Every number for a record was taken before it could be used", RetryAfter: retrySoon}
}

// finishRecord writes down that the object is gone. The controller may have done so already.
func (s *Store) finishRecord(ctx context.Context, log *fleetv1.Operation) error {
	before := log.DeepCopy()
	operations.SetState(log, fleetv1.OperationSucceeded, string(fleetv1.OperationSucceeded), log.Status.Message, metav1.NewTime(s.Clock.Now()))
	_, err := conditions.PatchStatus(ctx, s.Client, before, log)
	if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// clusterOf names the Cluster that an object is or belongs to.
func (s *Store) clusterOf(object target) fleetv1.OperationCluster {
	name, id := clusterName(object), idOf(object)
	if pool, ok := object.(*fleetv1.NodePool); ok {
		id = "unknown"
		if cluster, known := s.Memory.Cluster(client.ObjectKey{Namespace: pool.Namespace, Name: name}); known {
			id = idOf(cluster.Object)
		}
	}
	return fleetv1.OperationCluster{ID: string(id), Name: name}
}
