package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// The owner of a Secret changes once, from the Cluster to the NodePool that names it.
//
// +kubebuilder:rbac:groups="",resources=secrets,verbs=patch,roleName=slipway-apiserver-tenant

// makeSecrets makes the Secrets that an object will name, and returns those that were not there before. If one cannot be made, none of them
// is left.
func (s *Store) makeSecrets(ctx context.Context, namespace string, owner []metav1.OwnerReference, wishes []NewSecret) ([]*corev1.Secret, error) {
	var made []*corev1.Secret
	for _, wish := range wishes {
		secret := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: namespace, Name: wish.Name, Labels: map[string]string{fleetv1.LabelKept: "true"}, OwnerReferences: owner,
			},
			Type: corev1.SecretTypeOpaque, Immutable: ptr(true), Data: wish.Data,
		}
		err := s.Client.Create(ctx, secret)
		switch {
		case err == nil:
			made = append(made, secret)
			continue
		case apierrors.IsAlreadyExists(err):
			err = s.keepOn(ctx, secret)
		}
		if err != nil {
			for _, secret := range made {
				s.abandonSecret(ctx, secret, err)
			}
			return nil, fault(err)
		}
	}
	return made, nil
}

// keepOn makes sure that a Secret which is there already stays for as long as its owner does: it may be that of an object which is
// gone, and on its way after it.
func (s *Store) keepOn(ctx context.Context, wished *corev1.Secret) error {
	for attempt := range attempts {
		s.pause(ctx, attempt)
		found := &corev1.Secret{}
		err := s.Client.Get(ctx, client.ObjectKeyFromObject(wished), found)
		switch {
		case apierrors.IsNotFound(err):
			err = s.Client.Create(ctx, wished.DeepCopy())
			if err == nil {
				return nil
			}
		case err != nil:
		case found.Labels[fleetv1.LabelKept] != "true" || !apiequality.Semantic.DeepEqual(found.Data, wished.Data):
			return &Error{Reason: WrongState, Message: fmt.Sprintf("The Secret %s exists and was not made for this", wished.Name)}
		case slices.ContainsFunc(found.OwnerReferences, func(r metav1.OwnerReference) bool { return r.UID == wished.OwnerReferences[0].UID }):
			return nil
		default:
			err = s.own(ctx, found, append(slices.Clip(found.OwnerReferences), wished.OwnerReferences...))
			if err == nil {
				return nil
			}
		}
		if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) && !apierrors.IsNotFound(err) {
			return err
		}
	}
	return &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
}

// own writes whose Secret it is, if nobody has written since it was read.
func (s *Store) own(ctx context.Context, secret *corev1.Secret, owners []metav1.OwnerReference) error {
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"uid": secret.UID, "resourceVersion": secret.ResourceVersion, "ownerReferences": owners,
	}})
	if err != nil {
		return err
	}
	return s.Client.Patch(ctx, secret.DeepCopy(), client.RawPatch(types.MergePatchType, patch))
}

// give makes Secrets go with another owner than the one they were made for. A Secret for which it fails goes with that one.
func (s *Store) give(ctx context.Context, secrets []*corev1.Secret, owner []metav1.OwnerReference) {
	for _, secret := range secrets {
		if err := s.own(ctx, secret, owner); err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "Giving a Secret to its object failed", "secret", client.ObjectKeyFromObject(secret))
		}
	}
}
