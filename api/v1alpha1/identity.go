package v1alpha1

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// IDOf returns the id of an object: its label fleet.slipway.dev/id, else metadata.uid, which is what the label will be. Whoever makes
// something for an object outside of the management cluster names it by the id: unlike the UID it survives backup and restore.
func IDOf(object metav1.Object) string {
	if id := object.GetLabels()[LabelID]; id != "" {
		return id
	}
	return string(object.GetUID())
}

// CreatedTime returns when an object was first created. That is metadata.creationTimestamp, save for one that was restored.
func CreatedTime(object metav1.Object) metav1.Time {
	created := object.GetCreationTimestamp()
	text, restored := object.GetAnnotations()[AnnotationCreatedTime]
	if !restored {
		return created
	}
	first, err := time.Parse(time.RFC3339, text)
	if err != nil || !first.Before(created.Time) {
		return created // what is not older than the object says nothing
	}
	return metav1.NewTime(first)
}

// Restoring tells whether a restore is at work on an object, so that it is to be left alone.
func Restoring(object metav1.Object) bool {
	return object.GetAnnotations()[AnnotationRestoring] == "true" && object.GetDeletionTimestamp().IsZero()
}
