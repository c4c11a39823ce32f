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
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

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
