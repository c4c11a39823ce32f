package namespaces

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
)

// Namespace is what is known of a namespace.
type Namespace struct {
	// Labels are its labels.
	Labels map[string]string
	// Terminating tells that it is being deleted, or gone: nothing can be created in it any more.
	Terminating bool
}

// Metadata returns an empty object to read or watch the metadata of namespaces with.
func Metadata() *metav1.PartialObjectMetadata {
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	return object
}

// Get reads a namespace. One that does not exist counts as terminating.
func Get(ctx context.Context, reader client.Reader, name string) (Namespace, error) {
	object := Metadata()
	err := reader.Get(ctx, client.ObjectKey{Name: name}, object)
	if apierrors.IsNotFound(err) {
		return Namespace{Terminating: true}, nil
	}
	if err != nil {
		return Namespace{}, fmt.Errorf("reading namespace %s: %w", name, err)
	}
	return Namespace{Labels: object.Labels, Terminating: !object.DeletionTimestamp.IsZero()}, nil
}

// Changed lets through the changes that matter to what is in a namespace: another value of a label, and the beginning of
// its end.
func Changed(label string) predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		DeleteFunc:  func(event.DeleteEvent) bool { return true },
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return e.ObjectOld.GetLabels()[label] != e.ObjectNew.GetLabels()[label] ||
				e.ObjectOld.GetDeletionTimestamp().IsZero() != e.ObjectNew.GetDeletionTimestamp().IsZero()
		},
	}
}
