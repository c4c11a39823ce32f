package nodepool

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/census"
)

// aggregationSeconds is how long the aggregation of one NodePool took.
var aggregationSeconds = target.AggregationSeconds(fleetv1.KindNodePool)

// pools counts the NodePools by state.
var pools = census.Census{
	Name:   "nodepools",
	Help:   "How many NodePools there are, by state: Ready, Pending, Stalled or Deleting.",
	Labels: []string{"state"},
	Count: func(ctx context.Context, reader client.Reader, one func(values ...string)) error {
		var list fleetv1.NodePoolList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			one(target.State(&list.Items[i]))
		}
		return nil
	},
}
