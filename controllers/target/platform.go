package target

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Platform returns the Platform of a name, nil if there is none. What the first reader, which may be a cache, does not know, the
// next is asked for: what is applied in one go reaches a cache in any order, and a Platform that comes a moment later must not
// stall the Cluster that names it.
func Platform(ctx context.Context, name string, readers ...client.Reader) (*fleetv1.Platform, error) {
	for _, reader := range readers {
		platform := &fleetv1.Platform{}
		err := reader.Get(ctx, client.ObjectKey{Name: name}, platform)
		if err == nil {
			return platform, nil
		}
		if !apierrors.IsNotFound(err) {
			return nil, fmt.Errorf("reading Platform %s: %w", name, err)
		}
	}
	return nil, nil
}
