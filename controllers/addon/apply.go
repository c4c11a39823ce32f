package addon

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// apply writes the rendered objects that are missing or differ from what exists.
func (r *Reconciler) apply(ctx context.Context, s *scope) error {
	if found := s.current[s.desired.Release]; found != nil && !found.GetDeletionTimestamp().IsZero() {
		return wait(fleetv1.ReasonUninstalling, "waiting for HelmRelease %s, which somebody deleted, to be gone", found.GetName())
	}
	for _, desired := range s.desired.All() {
		if err := s.write(ctx, desired, desired); err != nil {
			return err
		}
	}
	if err := r.prune(ctx, s); err != nil {
		return err
	}
	s.addon.Status.HelmReleaseRef = &fleetv1.ObjectReference{Namespace: s.place.namespace, Name: s.addon.Name}
	s.addon.Status.Delivery = s.place.delivery
	if s.addon.Status.RenderedChecksum != s.desired.Checksum {
		now := metav1.NewTime(r.Clock.Now())
		s.addon.Status.RenderedChecksum, s.addon.Status.LastAppliedTime = s.desired.Checksum, &now
	}
	return nil
}

// write applies what a rendered object is to be at present, if what exists differs.
func (s *scope) write(ctx context.Context, desired, as *unstructured.Unstructured) error {
	found := s.current[desired]
	if found != nil && upToDate(found, as) {
		return nil
	}
	if found == nil {
		if err := s.place.prepare(ctx); err != nil {
			return err
		}
	}
	applied, err := s.place.apply(ctx, as, found != nil)
	if err != nil {
		return err
	}
	ctrl.LoggerFrom(ctx).V(1).Info("Applied an object", "kind", desired.GetKind(), "name", desired.GetName())
	s.current[desired] = applied
	return nil
}

// prune removes the source of the other kind.
func (r *Reconciler) prune(ctx context.Context, s *scope) error {
	other := leftover(s)
	switch err := s.place.client.Get(ctx, client.ObjectKeyFromObject(other), other); {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("looking for a source that is left over: %w", err)
	case !s.place.owns(s.addon, other), !other.GetDeletionTimestamp().IsZero():
		return nil
	}
	if err := s.place.client.Delete(ctx, other); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting the source that is left over: %w", err)
	}
	return nil
}
