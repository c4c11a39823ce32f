package addon

import (
	"cmp"
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
)

// gatherCopies reads what spec.valuesFrom names, if it has to be taken to the tenant cluster, where nothing of it exists.
func (r *Reconciler) gatherCopies(ctx context.Context, s *scope) error {
	if s.place.delivery != fleetv1.DeliveryTenant {
		return nil
	}
	s.copies = make([][]byte, len(s.addon.Spec.ValuesFrom))
	for i, ref := range s.addon.Spec.ValuesFrom {
		if ref.Holds == fleetv1.ContentParams {
			continue
		}
		ref.Key = cmp.Or(ref.Key, release.ValuesKey)
		content, err := r.copyOf(ctx, s, ref)
		if err != nil {
			return err
		}
		s.copies[i] = content
	}
	return nil
}

// copyOf reads the one key that a reference names, nil where it does not exist and may be missing.
func (r *Reconciler) copyOf(ctx context.Context, s *scope, ref fleetv1.ValuesReference) ([]byte, error) {
	content, found, err := r.valuesIn(ctx, s.addon.Namespace, ref)
	switch {
	case apierrors.IsNotFound(err) && !ref.Optional:
		return nil, wait(fleetv1.ReasonValuesNotFound, "waiting for %s %s, which spec.valuesFrom names", ref.Kind, ref.Name)
	case client.IgnoreNotFound(err) != nil:
		return nil, err
	case err == nil && !found && !ref.Optional:
		return nil, wait(fleetv1.ReasonValuesNotFound, "waiting for key %s of %s %s, which spec.valuesFrom names", ref.Key, ref.Kind, ref.Name)
	}
	return content, nil
}

// valuesIn reads a key of a Secret or ConfigMap past the cache, which holds neither. A Secret that is no user's own stays here.
func (r *Reconciler) valuesIn(ctx context.Context, namespace string, ref fleetv1.ValuesReference) (content []byte, found bool, err error) {
	key := client.ObjectKey{Namespace: namespace, Name: ref.Name}
	if ref.Kind == "ConfigMap" {
		config := &corev1.ConfigMap{}
		if err := r.APIReader.Get(ctx, key, config); err != nil {
			return nil, false, fmt.Errorf("reading ConfigMap %s: %w", ref.Name, err)
		}
		if text, ok := config.Data[ref.Key]; ok {
			return []byte(text), true, nil
		}
		content, found = config.BinaryData[ref.Key]
		return content, found, nil
	}
	secret := &corev1.Secret{}
	if err := r.APIReader.Get(ctx, key, secret); err != nil {
		return nil, false, fmt.Errorf("reading Secret %s: %w", ref.Name, err)
	}
	if credential(secret) {
		return nil, false, stall(fleetv1.ReasonInvalidParams, "spec.valuesFrom: Secret %s holds credentials of the management cluster or of a "+
			"tenant cluster and is not handed to one; name another", ref.Name)
	}
	content, found = secret.Data[ref.Key]
	return content, found, nil
}

// credential tells whether a Secret opens a cluster or Slipway itself: those of service accounts, of access keys and of TLS
// keys, and what adapters and this controller keep for Clusters and Addons.
func credential(secret *corev1.Secret) bool {
	switch secret.Type {
	case corev1.SecretTypeServiceAccountToken, fleetv1.SecretTypeAccessKey, corev1.SecretTypeTLS, corev1.SecretTypeBootstrapToken:
		return true
	}
	_, ofCluster := secret.Labels[fleetv1.LabelCluster]
	_, ofAddon := secret.Labels[fleetv1.LabelAddon]
	return ofCluster || ofAddon
}
