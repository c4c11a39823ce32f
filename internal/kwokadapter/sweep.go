package kwokadapter

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/wait"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// sweepEvery is how often leftovers are looked for. They only come about when a Cluster goes without a finalization.
const sweepEvery = 2 * time.Minute

// Sweeper returns a runnable that removes the state of Clusters that do not exist any more, at the start and now and then.
// live must read without a cache: what a cache does not know yet would be taken for gone.
func (a *Adapter) Sweeper(live client.Reader) func(context.Context) error {
	return func(ctx context.Context) error {
		wait.UntilWithContext(ctx, func(ctx context.Context) {
			if err := a.sweep(ctx, live); err != nil && ctx.Err() == nil {
				ctrl.LoggerFrom(ctx).Error(err, "Removing leftover tenants")
			}
		}, sweepEvery)
		return nil
	}
}

// sweep removes leftovers. The folders are listed before the Clusters, so that a new tenant is never taken for one.
func (a *Adapter) sweep(ctx context.Context, live client.Reader) error {
	found, err := a.tenants.list()
	if err != nil || len(found) == 0 {
		return err
	}
	var clusters fleetv1.ClusterList
	if err := live.List(ctx, &clusters); err != nil {
		return fmt.Errorf("listing clusters: %w", err)
	}
	known := sets.New[identity]()
	for i := range clusters.Items {
		known.Insert(identityOf(&clusters.Items[i]))
	}
	for _, id := range found {
		if known.Has(id) {
			continue
		}
		ctrl.LoggerFrom(ctx).Info("Removing a tenant whose Cluster is gone", "cluster", id.NamespacedName, "id", id.ID)
		if err := a.tenants.destroy(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
