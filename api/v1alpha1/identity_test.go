package v1alpha1_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestCreatedTime(t *testing.T) {
	born := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		annotations map[string]string
		want        time.Time
	}{
		"one that was never restored":          {nil, born},
		"one that was restored":                {map[string]string{fleetv1.AnnotationCreatedTime: "2026-01-02T03:04:05Z"}, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)},
		"what is no time says nothing":         {map[string]string{fleetv1.AnnotationCreatedTime: "long ago"}, born},
		"nothing was created after the object": {map[string]string{fleetv1.AnnotationCreatedTime: "2027-01-01T00:00:00Z"}, born},
	} {
		t.Run(name, func(t *testing.T) {
			object := &metav1.ObjectMeta{CreationTimestamp: metav1.NewTime(born), Annotations: tc.annotations}
			if got := fleetv1.CreatedTime(object); !got.Time.Equal(tc.want) {
				t.Errorf("it was created at %s, want %s", got, tc.want)
			}
		})
	}
}

func TestRestoring(t *testing.T) {
	held := map[string]string{fleetv1.AnnotationRestoring: "true"}
	now := metav1.Now()
	for name, tc := range map[string]struct {
		object metav1.ObjectMeta
		want   bool
	}{
		"any other object":             {metav1.ObjectMeta{}, false},
		"one that is being restored":   {metav1.ObjectMeta{Annotations: held}, true},
		"one that says something else": {metav1.ObjectMeta{Annotations: map[string]string{fleetv1.AnnotationRestoring: "false"}}, false},
		"one that is being deleted":    {metav1.ObjectMeta{Annotations: held, DeletionTimestamp: &now}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fleetv1.Restoring(&tc.object); got != tc.want {
				t.Errorf("it is left alone: %t, want %t", got, tc.want)
			}
		})
	}
}

func TestIDOf(t *testing.T) {
	object := &metav1.ObjectMeta{UID: "uid"}
	if got := fleetv1.IDOf(object); got != "uid" {
		t.Errorf("the id is %q", got)
	}
	object.Labels = map[string]string{fleetv1.LabelID: "label"}
	if got := fleetv1.IDOf(object); got != "label" {
		t.Errorf("the id is %q", got)
	}
}
