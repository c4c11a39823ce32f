package namespaces_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestChanged(t *testing.T) {
	namespace := func(label string, terminating bool) *metav1.PartialObjectMetadata {
		object := namespaces.Metadata()
		object.Labels = map[string]string{fleetv1.LabelPlatform: label}
		if terminating {
			now := metav1.NewTime(fixture.Epoch)
			object.DeletionTimestamp = &now
		}
		return object
	}
	plain := namespace("metal", false)
	other := namespace("metal", false)
	other.Labels["something"] = "else"
	for name, tc := range map[string]struct {
		after *metav1.PartialObjectMetadata
		want  bool
	}{
		"another value of the label matters": {after: namespace("cloud", false), want: true},
		"the beginning of the end matters":   {after: namespace("metal", true), want: true},
		"another label does not":             {after: other},
		"nothing does not":                   {after: plain},
	} {
		t.Run(name, func(t *testing.T) {
			got := namespaces.Changed(fleetv1.LabelPlatform).Update(event.UpdateEvent{ObjectOld: plain, ObjectNew: tc.after})
			if got != tc.want {
				t.Errorf("Update = %t, want %t", got, tc.want)
			}
		})
	}
	if namespaces.Changed(fleetv1.LabelPlatform).Create(event.CreateEvent{Object: plain}) {
		t.Error("a new namespace holds nothing yet that could be woken")
	}
}
