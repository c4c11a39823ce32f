package operation

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/operation"
)

// errUnknownRecords tells that records exist that the cache did not show.
var errUnknownRecords = errors.New("there are records that were not known")

// apply writes the records that are new, and the states that have changed.
func (r *Reconciler) apply(ctx context.Context, s *scope) error {
	for i, record := range s.records {
		if i >= len(s.before) {
			if err := r.open(ctx, s, record); err != nil {
				return err
			}
			continue
		}
		if err := r.patch(ctx, s.before[i], record); err != nil {
			return err
		}
	}
	return nil
}

// patch writes the state of a record if it changed. A record that somebody removed needs none.
func (r *Reconciler) patch(ctx context.Context, before, after *fleetv1.Operation) error {
	changed, err := conditions.PatchStatus(ctx, r.Client, before, after)
	if err != nil {
		return client.IgnoreNotFound(err)
	}
	if !changed {
		return nil
	}
	r.written.add(after)
	if !operation.Ended(before) && operation.Ended(after) {
		ended(after)
		ctrl.LoggerFrom(ctx).V(1).Info("The task ended", "operation", after.Name, "type", after.Spec.Type, "state", after.Status.State)
	}
	return nil
}

// open creates a record under the next number of its namespace.
func (r *Reconciler) open(ctx context.Context, s *scope, record *fleetv1.Operation) error {
	if err := r.check(ctx, s, record); err != nil {
		return err
	}
	if record.Labels[fleetv1.LabelID] == "" {
		record.Labels[fleetv1.LabelID] = newID()
	}
	wanted := record.Status.DeepCopy()
	record.Status = fleetv1.OperationStatus{ObservedGeneration: -1}
	if err := r.create(ctx, record); err != nil {
		r.sightings.learned(record.Spec.Target.UID, false) // it may have been created all the same
		return err
	}
	r.written.add(record)
	ctrl.LoggerFrom(ctx).V(1).Info("The task began", "operation", record.Name, "type", record.Spec.Type, "generation", record.Spec.Generation)
	before := record.DeepCopy()
	record.Status = *wanted
	return r.patch(ctx, before, record)
}

// create takes numbers until one is free. Others who write records count in the same way.
func (r *Reconciler) create(ctx context.Context, record *fleetv1.Operation) error {
	const attempts = 10
	if !r.numbers.known(record.Namespace) {
		if err := r.count(ctx, r.Client, record.Namespace); err != nil {
			return err
		}
	}
	var err error
	for range attempts {
		record.Spec.Sequence = r.numbers.next(record.Namespace)
		record.Name = operation.Name(record.Spec.Sequence)
		err = r.Client.Create(ctx, record)
		if !apierrors.IsAlreadyExists(err) {
			break
		}
		if err := r.count(ctx, r.Live, record.Namespace); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("creating the record of %s for generation %d of %s: %w",
			record.Spec.Type, record.Spec.Generation, targetOf(record).NamespacedName, err)
	}
	return nil
}

// count takes note of the numbers of all records in a namespace.
func (r *Reconciler) count(ctx context.Context, reader client.Reader, namespace string) error {
	var list fleetv1.OperationList
	if err := reader.List(ctx, &list, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("listing the records in namespace %s: %w", namespace, err)
	}
	for i := range list.Items {
		r.numbers.seen(&list.Items[i])
	}
	return nil
}

// check makes sure, before the first record about an object is created, that the cache did not hide any: another process may have
// written records just before this one took over.
func (r *Reconciler) check(ctx context.Context, s *scope, record *fleetv1.Operation) error {
	uid := record.Spec.Target.UID
	if r.sightings.knowsAll(uid) {
		return nil
	}
	live, err := recordsOf(ctx, r.Live, s.target)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, one := range s.before {
		known[one.Name] = true
	}
	hidden := false
	for _, one := range live {
		if !known[one.Name] {
			r.written.add(one)
			hidden = true
		}
	}
	r.sightings.learned(uid, true)
	if hidden {
		return errUnknownRecords
	}
	return nil
}
