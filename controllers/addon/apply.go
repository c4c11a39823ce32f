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
	"github.com/slipway-dev/slipway/internal/release"
)

// apply writes the rendered objects that are missing or differ from what exists.
func (r *Reconciler) apply(ctx context.Context, s *scope) error {
	for _, desired := range s.desired.All() {
		found := s.current[desired]
		if found != nil && upToDate(found, desired) {
			continue
		}
		applied, err := r.applyOne(ctx, desired, found != nil)
		if err != nil {
			return err
		}
		ctrl.LoggerFrom(ctx).V(1).Info("Applied an object", "kind", desired.GetKind(), "name", desired.GetName())
		s.current[desired] = applied
	}
	if err := r.prune(ctx, s); err != nil {
		return err
	}
	s.addon.Status.HelmReleaseRef = &fleetv1.ObjectReference{Namespace: s.addon.Namespace, Name: s.addon.Name}
	if s.addon.Status.RenderedChecksum != s.desired.Checksum {
		now := metav1.NewTime(r.Clock.Now())
		s.addon.Status.RenderedChecksum, s.addon.Status.LastAppliedTime = s.desired.Checksum, &now
	}
	return nil
}

// applyOne applies one object. Only what is ours already is forced: where somebody else made an object of that name in the
// meantime, the fields conflict.
func (r *Reconciler) applyOne(ctx context.Context, desired *unstructured.Unstructured, ours bool) (*unstructured.Unstructured, error) {
	applied := desired.DeepCopy()
	options := []client.ApplyOption{client.FieldOwner(release.FieldOwner)}
	if ours {
		options = append(options, client.ForceOwnership)
	}
	if err := r.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(applied), options...); err != nil {
		return nil, fmt.Errorf("applying %s %s: %w", desired.GetKind(), desired.GetName(), err)
	}
	return applied, nil
}

// prune removes the source of the other kind.
func (r *Reconciler) prune(ctx context.Context, s *scope) error {
	other := leftover(s)
	switch err := r.Client.Get(ctx, client.ObjectKeyFromObject(other), other); {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("looking for a source that is left over: %w", err)
	case !ours(s.addon, other), !other.GetDeletionTimestamp().IsZero():
		return nil
	}
	if err := r.Client.Delete(ctx, other); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting the source that is left over: %w", err)
	}
	return nil
}
