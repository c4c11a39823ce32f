package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utilrand "k8s.io/apimachinery/pkg/util/rand"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// The Secrets lie in the tenants' namespaces, of which there is no list: the right cannot be narrower. It is not list or watch,
// and what the store reads is bounded in code: here Secrets that an Addon names and that say of themselves that they were made for
// its params; in secrets.go and authority.go those that SecretReader is about.
//
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get;create;delete,roleName=slipway-apiserver-tenant

// keepSecret writes the writeOnly params of an add-on into a new Secret. A Secret is never edited: the history of an add-on names
// those of earlier params, so that it can be rolled back.
func (s *Store) keepSecret(ctx context.Context, addon *fleetv1.Addon, owner []metav1.OwnerReference, values map[string]any) (*corev1.Secret, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("writing down params: %w", err)
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: addon.Namespace, Name: params.SecretName(addon.Name, utilrand.String(params.SecretRandom)),
			Labels:          map[string]string{fleetv1.LabelParams: "true", fleetv1.LabelAddon: addon.Name},
			OwnerReferences: owner,
		},
		Type: corev1.SecretTypeOpaque, Immutable: ptr(true),
		Data: map[string][]byte{params.SecretKey: text},
	}
	if err := s.Client.Create(ctx, secret); err != nil {
		return nil, fault(err)
	}
	return secret, nil
}

// abandonSecret removes a Secret after the write that would have named it was refused. Where nobody knows whether that write
// happened, the Secret stays: an add-on that names it needs it, and otherwise it goes with the owner.
func (s *Store) abandonSecret(ctx context.Context, secret *corev1.Secret, cause error) {
	if secret == nil || !refused(cause) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	err := s.Client.Delete(ctx, secret, client.Preconditions{UID: &secret.UID})
	if client.IgnoreNotFound(err) != nil && !apierrors.IsConflict(err) {
		ctrl.LoggerFrom(ctx).Error(err, "Removing a Secret with params that nothing names failed", "secret", client.ObjectKeyFromObject(secret))
	}
}

// refused tells whether an error says that a write did not happen.
func refused(err error) bool {
	if apierrors.IsConflict(err) {
		return true
	}
	switch ReasonOf(fault(err)) {
	case NotFound, AlreadyExists, WrongState, Invalid, Forbidden, TooLarge, TooManyRequests:
		return true
	default:
		return false
	}
}

// hidden are the writeOnly params of an add-on as they are kept.
type hidden struct {
	// at is the place of the reference in spec.valuesFrom, -1 if there is none.
	at int
	// values are what it leads to; nil if that is gone.
	values map[string]any
	// more tells that other references lead to params too.
	more bool
}

// hiddenOf reads the writeOnly params of an add-on.
func (s *Store) hiddenOf(ctx context.Context, addon *fleetv1.Addon) (hidden, error) {
	found := hidden{at: -1}
	for i, ref := range addon.Spec.ValuesFrom {
		if ref.Holds != fleetv1.ContentParams {
			continue
		}
		values, own, err := s.readHidden(ctx, addon, ref, i)
		switch {
		case err != nil:
			return hidden{}, err
		case own && found.at < 0:
			found.at, found.values = i, values
		default:
			found.more = true
		}
	}
	return found, nil
}

// readHidden reads what a reference leads to, if that was made here; own tells whether it was. What only looks like it, by its
// name, is the user's.
func (s *Store) readHidden(ctx context.Context, addon *fleetv1.Addon, ref fleetv1.ValuesReference, at int) (values map[string]any, own bool, err error) {
	if ref.Kind != "Secret" || ref.Key != params.SecretKey || !strings.HasPrefix(ref.Name, params.SecretName(addon.Name, "")) {
		return nil, false, nil
	}
	secret := &corev1.Secret{}
	err = s.Client.Get(ctx, client.ObjectKey{Namespace: addon.Namespace, Name: ref.Name}, secret)
	switch {
	case apierrors.IsNotFound(err):
		return nil, true, nil
	case err != nil:
		return nil, false, fault(err)
	case secret.Labels[fleetv1.LabelParams] != "true" || secret.Labels[fleetv1.LabelAddon] != addon.Name:
		return nil, false, nil
	}
	layer, faults := params.ReadLayer(secret.Data[params.SecretKey], fmt.Sprintf("spec.valuesFrom[%d]", at))
	if len(faults) > 0 {
		return nil, false, badParams(faults)
	}
	return layer.Params, true, nil
}

// naming returns the references of an add-on with one to a Secret in the place of the former; nil takes that away.
func (h hidden) naming(refs []fleetv1.ValuesReference, secret *corev1.Secret) []fleetv1.ValuesReference {
	named := slices.Clone(refs)
	switch {
	case secret == nil && h.at < 0:
		return named
	case secret == nil:
		return slices.Delete(named, h.at, h.at+1)
	}
	ref := fleetv1.ValuesReference{Kind: "Secret", Name: secret.Name, Key: params.SecretKey, Holds: fleetv1.ContentParams}
	if h.at < 0 {
		return append(named, ref)
	}
	named[h.at] = ref
	return named
}
