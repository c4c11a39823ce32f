package addon

import (
	"context"

	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// current holds the objects that exist, by the rendered object they stand for. What does not exist is not in it.
type current map[*unstructured.Unstructured]*unstructured.Unstructured

// gatherCurrent reads the objects that were rendered, and refuses those that belong to somebody else.
func (r *Reconciler) gatherCurrent(ctx context.Context, s *scope) error {
	s.current = current{}
	for _, desired := range s.desired.All() {
		found, err := s.place.find(ctx, desired)
		if err != nil {
			return err
		}
		if found == nil {
			continue
		}
		if !s.place.owns(s.addon, found) {
			return stall(fleetv1.ReasonReleaseTaken, "%s %s exists and was not made for this Addon; remove it, or create the Addon under another name",
				found.GetKind(), found.GetName())
		}
		s.current[desired] = found
	}
	return nil
}

// leftover returns the source of the other kind, if the template changed from one to the other.
func leftover(s *scope) client.Object {
	meta := metav1.ObjectMeta{Namespace: s.place.namespace, Name: s.addon.Name}
	if s.template.Spec.Source.Type == sourcev1.OCIRepositoryKind {
		return &sourcev1.HelmRepository{ObjectMeta: meta}
	}
	return &sourcev1.OCIRepository{ObjectMeta: meta}
}
