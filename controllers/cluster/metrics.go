package cluster

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/target"
	"github.com/slipway-dev/slipway/internal/census"
)

// aggregationSeconds is how long the aggregation of one Cluster took.
var aggregationSeconds = target.AggregationSeconds(fleetv1.KindCluster)

// clusters counts the Clusters by Platform and state.
var clusters = census.Census{
	Name:   "clusters",
	Help:   "How many Clusters there are, by Platform and state: Ready, Pending, Stalled or Deleting.",
	Labels: []string{"platform", "state"},
	Count: func(ctx context.Context, reader client.Reader, one func(values ...string)) error {
		var list fleetv1.ClusterList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			one(list.Items[i].Spec.PlatformName, target.State(&list.Items[i]))
		}
		return nil
	},
}
