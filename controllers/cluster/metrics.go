package cluster

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/census"
)

var (
	states = census.States{
		Count: &census.Gauge{
			Name: "clusters", Labels: []string{"platform", "state"},
			Help: "How many Clusters there are, by Platform and state: Ready, Pending, Stalled, Deleting or Suspended.",
		},
		Age: &census.Gauge{
			Name: "clusters_state_age_seconds", Labels: []string{"platform", "state"},
			Help: "For how long the Cluster that has been longest in the state has been in it, by Platform and state.",
		},
	}
	certificates = &census.Gauge{
		Name: "cluster_certificate_expiry_timestamp_seconds", Labels: []string{"platform"},
		Help: "When the first certificate of a tenant cluster expires, as Unix time, by Platform.",
	}
)

// clusters tells how the Clusters stand.
var clusters = census.Census{
	Gauges: []*census.Gauge{states.Count, states.Age, certificates},
	Take: func(ctx context.Context, reader client.Reader, tally *census.Tally) error {
		var list fleetv1.ClusterList
		if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
			return err
		}
		for i := range list.Items {
			cluster := &list.Items[i]
			states.Tell(tally, cluster, cluster.Spec.Suspend, cluster.Spec.PlatformName)
			if expiry := cluster.Status.CertificateExpiry; expiry != nil {
				tally.First(certificates, expiry.Time, cluster.Spec.PlatformName)
			}
		}
		return nil
	},
}
