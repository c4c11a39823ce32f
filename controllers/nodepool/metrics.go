package nodepool

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
)

var (
	states = census.States{
		Count: &census.Gauge{
			Name: "nodepools", Labels: []string{"platform", "state"},
			Help: "How many NodePools there are, by Platform and state: Ready, Pending, Stalled, Deleting or Suspended.",
		},
		Age: &census.Gauge{
			Name: "nodepools_state_age_seconds", Labels: []string{"platform", "state"},
			Help: "For how long the NodePool that has been longest in the state has been in it, by Platform and state.",
		},
	}
	nodes = &census.Gauge{
		Name: "nodes", Labels: []string{"platform", "state"},
		Help: "How many nodes there are in all NodePools, by Platform: Wished, Observed and Ready.",
	}
)

// pools tells how the NodePools stand. The Platform of a pool is that of its Cluster, and empty where there is no such Cluster.
var pools = census.Census{
	Gauges: []*census.Gauge{states.Count, states.Age, nodes},
	Take: func(ctx context.Context, reader client.Reader, tally *census.Tally) error {
		var clusters fleetv1.ClusterList
		if err := reader.List(ctx, &clusters, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		owners := make(map[client.ObjectKey]*fleetv1.ClusterSpec, len(clusters.Items))
		for i := range clusters.Items {
			owners[client.ObjectKeyFromObject(&clusters.Items[i])] = &clusters.Items[i].Spec
		}
		var list fleetv1.NodePoolList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			pool := &list.Items[i]
			owner := owners[client.ObjectKey{Namespace: pool.Namespace, Name: pool.Spec.ClusterName}]
			if owner == nil {
				owner = &fleetv1.ClusterSpec{}
			}
			states.Tell(tally, pool, owner.Suspend, owner.PlatformName)
			tally.Add(nodes, float64(pool.WishedReplicas()), owner.PlatformName, "Wished")
			tally.Add(nodes, float64(pool.Status.Replicas), owner.PlatformName, "Observed")
			tally.Add(nodes, float64(pool.Status.ReadyReplicas), owner.PlatformName, "Ready")
		}
		return nil
	},
}
