package addon

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
)

// ownParams makes the Addon the owner of a Secret that Slipway made for its writeOnly params, in place of the Cluster that had it
// before there was an Addon, and remembers its name: Secrets are never listed. With two owners it would outlive the Addon.
func (r *Reconciler) ownParams(ctx context.Context, s *scope, secret *corev1.Secret) error {
	if !isParams(s.addon, secret) {
		return nil
	}
	if !slices.Contains(s.addon.Status.ParamsSecrets, secret.Name) {
		s.addon.Status.ParamsSecrets = append(s.addon.Status.ParamsSecrets, secret.Name)
	}
	owned := secret.DeepCopy()
	owned.OwnerReferences = nil
	if err := controllerutil.SetOwnerReference(s.addon, owned, r.Client.Scheme()); err != nil {
		return fmt.Errorf("making Addon %s the owner of Secret %s: %w", s.addon.Name, secret.Name, err)
	}
	if equality.Semantic.DeepEqual(owned.OwnerReferences, secret.OwnerReferences) {
		return nil
	}
	patch := client.MergeFromWithOptions(secret, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, owned, patch); err != nil {
		return fmt.Errorf("making Addon %s the owner of Secret %s: %w", s.addon.Name, secret.Name, err)
	}
	return nil
}

// isParams tells whether Slipway made a Secret for the writeOnly params of an Addon.
func isParams(addon *fleetv1.Addon, secret *corev1.Secret) bool {
	return secret.Labels[fleetv1.LabelParams] == "true" && secret.Labels[fleetv1.LabelAddon] == addon.Name
}

// dropParams deletes the Secrets for writeOnly params that nothing names any more: neither the Addon as it is now nor as it was
// before this pass, so that nothing goes before the status that no longer names it is written.
func (r *Reconciler) dropParams(ctx context.Context, s *scope) error {
	kept := s.addon.Status.ParamsSecrets[:0:0]
	for _, name := range s.addon.Status.ParamsSecrets {
		switch {
		case names(s.addon, name):
			kept = append(kept, name)
			continue
		case names(s.before, name):
			kept = append(kept, name)
			s.within(recheckSoon)
			continue
		}
		err := r.deleteParams(ctx, s.addon, name)
		if namespaces.Closed(err) {
			kept = append(kept, name)
			s.within(recheckClosed)
			continue
		}
		if err != nil {
			return err
		}
	}
	s.addon.Status.ParamsSecrets = kept
	return nil
}

// names tells whether the spec or the history of an Addon names a Secret.
func names(addon *fleetv1.Addon, secret string) bool {
	named := func(ref fleetv1.ValuesReference) bool { return ref.Kind == "Secret" && ref.Name == secret }
	if slices.ContainsFunc(addon.Spec.ValuesFrom, named) {
		return true
	}
	return slices.ContainsFunc(addon.Status.History, func(entry fleetv1.AddonHistoryEntry) bool {
		return slices.ContainsFunc(entry.ValuesFrom, named)
	})
}

// deleteParams deletes a Secret, if it is what its name says.
func (r *Reconciler) deleteParams(ctx context.Context, addon *fleetv1.Addon, name string) error {
	secret := &corev1.Secret{}
	switch err := r.APIReader.Get(ctx, client.ObjectKey{Namespace: addon.Namespace, Name: name}, secret); {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("reading Secret %s: %w", name, err)
	case !isParams(addon, secret):
		return nil
	}
	err := r.Client.Delete(ctx, secret, client.Preconditions{UID: &secret.UID})
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting Secret %s: %w", name, err)
	}
	return nil
}
