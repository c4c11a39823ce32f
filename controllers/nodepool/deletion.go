package nodepool

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/reports"
)

// required returns the adapters that have to report about the pool. A deleted pool whose Cluster does not exist waits for
// nobody: its nodes went with the cluster.
func required(s *scope) []string {
	if s.cluster == nil {
		return nil
	}
	return reports.Required(s.platform, fleetv1.KindNodePool, s.reports,
		reports.Circumstances{Deleting: s.deleting(), Terminating: s.namespace.Terminating})
}

// letGo drops the finalizer of a NodePool that nothing is left to wait for.
func (r *Reconciler) letGo(ctx context.Context, s *scope) error {
	before := s.pool.DeepCopy()
	if !controllerutil.RemoveFinalizer(s.pool, fleetv1.NodePoolFinalizer) {
		return nil
	}
	if err := r.patch(ctx, before, s.pool); err != nil {
		return err
	}
	ctrl.LoggerFrom(ctx).Info("Let the NodePool go", "generation", s.pool.Generation)
	r.publish(s, deleted())
	return nil
}
