package hub

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
)

// openRecord writes down who deletes an object by force, and why. There is one such record for each object.
func (s *Store) openRecord(ctx context.Context, caller Caller, object target, reason string) (*fleetv1.Operation, error) {
	now := metav1.NewTime(s.Clock.Now())
	log := &fleetv1.Operation{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: object.GetNamespace(), Name: "force-delete-" + string(object.GetUID()),
			Annotations: map[string]string{fleetv1.AnnotationCreatedBy: caller.Author()},
		},
		Spec: fleetv1.OperationSpec{
			Type:       fleetv1.OperationForceDelete,
			Target:     fleetv1.OperationTarget{Kind: targetKind(object), ID: string(idOf(object)), Name: object.GetName()},
			Cluster:    s.clusterOf(object),
			Generation: object.GetGeneration(),
			// Microseconds rise from record to record without a list of all others.
			Sequence:  now.UnixMicro(),
			StartTime: now,
		},
	}
	err := s.Client.Create(ctx, log)
	if apierrors.IsAlreadyExists(err) {
		err = s.Client.Get(ctx, client.ObjectKeyFromObject(log), log)
	}
	if err != nil {
		return nil, fault(err)
	}
	before := log.DeepCopy()
	log.Status.Message = fmt.Sprintf("Forced by %s: %s", caller.Author(), reason)
	setState(log, fleetv1.OperationInProgress, now)
	_, err = conditions.PatchStatus(ctx, s.Client, before, log)
	return log, fault(err)
}

// finishRecord writes down that the object is gone.
func (s *Store) finishRecord(ctx context.Context, log *fleetv1.Operation) error {
	now := metav1.NewTime(s.Clock.Now())
	before := log.DeepCopy()
	log.Status.EndTime = &now
	setState(log, fleetv1.OperationSucceeded, now)
	_, err := conditions.PatchStatus(ctx, s.Client, before, log)
	return err
}

func setState(log *fleetv1.Operation, state fleetv1.OperationState, now metav1.Time) {
	log.Status.State, log.Status.ObservedGeneration = state, log.Generation
	set := func(conditionType string, holds bool) {
		status := metav1.ConditionFalse
		if holds {
			status = metav1.ConditionTrue
		}
		apimeta.SetStatusCondition(&log.Status.Conditions, metav1.Condition{
			Type: conditionType, Status: status, Reason: string(state), Message: log.Status.Message,
			ObservedGeneration: log.Generation, LastTransitionTime: now,
		})
	}
	set(fleetv1.ConditionReady, state == fleetv1.OperationSucceeded)
	set(fleetv1.ConditionReconciling, state == fleetv1.OperationInProgress)
	set(fleetv1.ConditionStalled, false)
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
