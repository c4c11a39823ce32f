package addon

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/release"
)

// recheckReferences is how often what spec.valuesFrom names is read again: neither Secrets nor ConfigMaps are watched.
const recheckReferences = 30 * time.Second

// gatherReferences reads what spec.valuesFrom names, past the cache, which holds none of it: params, to be laid over spec.params,
// and values, which go to the tenant cluster with its own Flux, while the Flux of the hub reads them itself and only has to be
// told that they changed.
func (r *Reconciler) gatherReferences(ctx context.Context, s *scope) error {
	if len(s.addon.Spec.ValuesFrom) > 0 {
		s.within(recheckReferences)
	}
	if faults := params.CheckReferences(s.addon, "spec.valuesFrom", s.cluster.Status.KubeconfigSecretName); len(faults) > 0 {
		return invalid(faults)
	}
	sum := sha256.New()
	s.copies = make([][]byte, len(s.addon.Spec.ValuesFrom))
	for i, ref := range s.addon.Spec.ValuesFrom {
		at := fmt.Sprintf("spec.valuesFrom[%d]", i)
		text, err := r.readReference(ctx, s, ref, at)
		if err != nil {
			return err
		}
		if ref.Kind == "Secret" {
			// What cannot be read is no params, and as values it is Flux's to refuse.
			if content, faults := params.ReadLayer(text, at); len(faults) == 0 {
				s.secrets = append(s.secrets, params.Texts(content.Params)...)
			}
		}
		if ref.Holds != fleetv1.ContentParams {
			fmt.Fprintf(sum, "%d:%d:", i, len(text))
			sum.Write(text)
			s.copies[i] = text
			continue
		}
		if text == nil {
			continue
		}
		layer, faults := params.ReadLayer(text, at)
		if len(faults) > 0 {
			return invalid(faults)
		}
		s.layers = append(s.layers, layer)
	}
	if slices.ContainsFunc(s.addon.Spec.ValuesFrom, holdsValues) {
		s.digest = hex.EncodeToString(sum.Sum(nil))
	}
	return nil
}

func holdsValues(ref fleetv1.ValuesReference) bool { return ref.Holds != fleetv1.ContentParams }

// resolve puts the params together and checks them.
func (r *Reconciler) resolve(_ context.Context, s *scope) error {
	var faults []params.Fault
	if s.effective, faults = params.Resolve(s.version, s.addon.Spec.Params, "spec.params", s.layers...); len(faults) > 0 {
		return invalid(faults)
	}
	s.secrets = append(s.secrets, s.effective.Hidden()...)
	return nil
}

// readReference reads one key, nil where it does not exist and may be missing.
func (r *Reconciler) readReference(ctx context.Context, s *scope, ref fleetv1.ValuesReference, at string) ([]byte, error) {
	text, err := r.readKey(ctx, s, ref, at)
	switch {
	case apierrors.IsNotFound(err) && ref.Optional:
		return nil, nil
	case apierrors.IsNotFound(err):
		return nil, wait(fleetv1.ReasonValuesNotFound, "waiting for %s %s, which %s names", ref.Kind, ref.Name, at)
	case err != nil:
		return nil, err
	case text == nil && !ref.Optional:
		return nil, wait(fleetv1.ReasonValuesNotFound, "waiting for the key %s of %s %s, which %s names", referredKey(ref), ref.Kind, ref.Name, at)
	}
	return text, nil
}

func referredKey(ref fleetv1.ValuesReference) string { return cmp.Or(ref.Key, release.ValuesKey) }

func (r *Reconciler) readKey(ctx context.Context, s *scope, ref fleetv1.ValuesReference, at string) ([]byte, error) {
	key := client.ObjectKey{Namespace: s.addon.Namespace, Name: ref.Name}
	if ref.Kind == "ConfigMap" {
		config := &corev1.ConfigMap{}
		if err := r.APIReader.Get(ctx, key, config); err != nil {
			return nil, fmt.Errorf("reading ConfigMap %s: %w", ref.Name, err)
		}
		if text, ok := config.Data[referredKey(ref)]; ok {
			return []byte(text), nil
		}
		return config.BinaryData[referredKey(ref)], nil
	}
	secret := &corev1.Secret{}
	if err := r.APIReader.Get(ctx, key, secret); err != nil {
		return nil, fmt.Errorf("reading Secret %s: %w", ref.Name, err)
	}
	if faults := params.CheckSecret(s.addon.Name, secret, at); len(faults) > 0 {
		return nil, invalid(faults)
	}
	if secret.Labels[fleetv1.LabelCluster] != "" && !isParams(s.addon, secret) {
		return nil, stall(fleetv1.ReasonInvalidParams, "%s.name: Secret %q is kept for Cluster %s and cannot be used for values; name another Secret",
			at, secret.Name, secret.Labels[fleetv1.LabelCluster])
	}
	if err := r.ownParams(ctx, s, secret); err != nil {
		return nil, err
	}
	return secret.Data[referredKey(ref)], nil
}

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
		if err := r.deleteParams(ctx, s.addon, name); err != nil {
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
