package addon

import (
	"context"
	"fmt"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// current holds the objects that exist, by the rendered object they stand for. What does not exist is not in it.
type current map[*unstructured.Unstructured]*unstructured.Unstructured

// gatherCurrent reads the objects that were rendered, and refuses those that belong to somebody else.
func (r *Reconciler) gatherCurrent(ctx context.Context, s *scope) error {
	s.current = current{}
	for _, desired := range s.desired.All() {
		found, err := r.find(ctx, desired)
		if err != nil {
			return err
		}
		if found == nil {
			continue
		}
		if !ours(s.addon, found) {
			return stall(fleetv1.ReasonReleaseTaken, "%s %s exists and was not made for this Addon; remove it, or create the Addon under another name",
				found.GetKind(), found.GetName())
		}
		s.current[desired] = found
	}
	return nil
}

// find reads the object that a rendered one stands for: Secrets past the cache, which does not hold them, the others as the
// types that the cache watches.
func (r *Reconciler) find(ctx context.Context, desired *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	typed, err := r.Client.Scheme().New(desired.GroupVersionKind())
	if err != nil {
		return nil, fmt.Errorf("making a %s: %w", desired.GetKind(), err)
	}
	object, ok := typed.(client.Object)
	if !ok {
		return nil, fmt.Errorf("a %s is no object", desired.GetKind())
	}
	var reader client.Reader = r.Client
	if desired.GetKind() == "Secret" {
		reader = r.APIReader
	}
	switch err := reader.Get(ctx, client.ObjectKeyFromObject(desired), object); {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading %s %s: %w", desired.GetKind(), desired.GetName(), err)
	}
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", desired.GetKind(), desired.GetName(), err)
	}
	found := &unstructured.Unstructured{Object: content}
	found.SetGroupVersionKind(desired.GroupVersionKind())
	return found, nil
}

// ours tells whether an object was rendered for this Addon, and not for an earlier one of the same name.
func ours(addon *fleetv1.Addon, object client.Object) bool {
	return metav1.IsControlledBy(object, addon) && object.GetLabels()[fleetv1.LabelAddon] == addon.Name
}

// leftover returns the source of the other kind, if the template changed from one to the other.
func leftover(s *scope) client.Object {
	meta := metav1.ObjectMeta{Namespace: s.addon.Namespace, Name: s.addon.Name}
	if s.template.Spec.Source.Type == sourcev1.OCIRepositoryKind {
		return &sourcev1.HelmRepository{ObjectMeta: meta}
	}
	return &sourcev1.OCIRepository{ObjectMeta: meta}
}
