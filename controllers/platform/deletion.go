package platform

import (
	"context"
	"fmt"
	"slices"
	"strings"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// maxNamed is how many Clusters a message names before it counts the rest.
const maxNamed = 10

// inUse says which Clusters keep a deleted Platform.
func inUse(clusters []fleetv1.Cluster) string {
	names := make([]string, 0, len(clusters))
	for i := range clusters {
		names = append(names, clusters[i].Namespace+"/"+clusters[i].Name)
	}
	slices.Sort(names)
	rest := ""
	if len(names) > maxNamed {
		rest = fmt.Sprintf(" and %d more", len(names)-maxNamed)
		names = names[:maxNamed]
	}
	return fmt.Sprintf("Waiting for the Clusters on this Platform to be deleted: %s%s", strings.Join(names, ", "), rest)
}

// letGo drops the finalizer of a deleted Platform that no Cluster is on.
func (r *Reconciler) letGo(ctx context.Context, platform *fleetv1.Platform) error {
	before := platform.DeepCopy()
	if !controllerutil.RemoveFinalizer(platform, fleetv1.PlatformFinalizer) {
		return nil
	}
	if err := r.patch(ctx, before, platform); err != nil {
		return err
	}
	ctrl.LoggerFrom(ctx).Info("Let the Platform go")
	return nil
}
