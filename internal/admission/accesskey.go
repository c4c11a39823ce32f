package admission

import (
	"context"
	"fmt"
	"maps"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/signature"
)

// config/webhook/access_key.yaml registers it, by hand: it has a condition that keeps all other Secrets away.
//
// +kubebuilder:rbac:groups=authorization.k8s.io,resources=subjectaccessreviews,verbs=create

// AccessKeyValidator checks Secrets that hold access keys. Whoever knows the key has the rights of the user and the groups in
// the Secret, so only those may write one who may impersonate them; that also holds for a change of the key alone.
type AccessKeyValidator struct {
	// Client asks for rights.
	Client client.Client
}

// ValidateCreate checks a new Secret.
func (v *AccessKeyValidator) ValidateCreate(ctx context.Context, secret *corev1.Secret) (admission.Warnings, error) {
	if secret.Type != fleetv1.SecretTypeAccessKey {
		return nil, nil
	}
	key, fault := signature.ReadKey(secret.Data)
	if fault != nil {
		return nil, apierrors.NewInvalid(schema.GroupKind{Kind: "Secret"}, secret.Name, field.ErrorList{
			field.Invalid(field.NewPath("data").Child(fault.Key), field.OmitValueType{}, fault.Message),
		})
	}
	request, err := admission.RequestFromContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("finding out who writes the Secret: %w", err)
	}
	if err := v.mayImpersonate(ctx, request.UserInfo, "users", key.User); err != nil {
		return nil, err
	}
	for _, group := range key.Groups {
		if err := v.mayImpersonate(ctx, request.UserInfo, "groups", group); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// ValidateUpdate checks a changed Secret. Its type cannot change. Labels and annotations are free.
func (v *AccessKeyValidator) ValidateUpdate(ctx context.Context, before, after *corev1.Secret) (admission.Warnings, error) {
	if before.Type == after.Type && maps.EqualFunc(before.Data, after.Data, sameBytes) {
		return nil, nil
	}
	return v.ValidateCreate(ctx, after)
}

// ValidateDelete allows every deletion: it takes rights away.
func (v *AccessKeyValidator) ValidateDelete(context.Context, *corev1.Secret) (admission.Warnings, error) {
	return nil, nil
}

func sameBytes(a, b []byte) bool { return string(a) == string(b) }

// mayImpersonate refuses a writer who may not impersonate a user or a group.
func (v *AccessKeyValidator) mayImpersonate(ctx context.Context, who authenticationv1.UserInfo, resource, name string) error {
	extra := map[string]authorizationv1.ExtraValue{}
	for key, values := range who.Extra {
		extra[key] = authorizationv1.ExtraValue(values)
	}
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User: who.Username, Groups: who.Groups, UID: who.UID, Extra: extra,
		ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "impersonate", Resource: resource, Name: name},
	}}
	if err := v.Client.Create(ctx, review); err != nil {
		return fmt.Errorf("asking whether %s may impersonate %s in %s: %w", who.Username, name, resource, err)
	}
	if review.Status.Allowed {
		return nil
	}
	return apierrors.NewForbidden(corev1.Resource("secrets"), "", fmt.Errorf(
		"an access key hands out the rights of its user and groups: this takes the right to impersonate %s in %s", name, resource))
}
