package platform

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// saying names what an adapter says about a target.
type saying struct {
	kind    string
	target  client.ObjectKey
	adapter string
}

// sayings are all reports. Where an adapter has two about one target, as somebody may make by hand, the newer one counts.
type sayings map[saying]*fleetv1.AdapterStatus

func reported(ctx context.Context, reader client.Reader) (sayings, error) {
	var list fleetv1.AdapterStatusList
	if err := reader.List(ctx, &list, client.UnsafeDisableDeepCopy); err != nil {
		return nil, err
	}
	told := make(sayings, len(list.Items))
	for i := range list.Items {
		status := &list.Items[i]
		if status.Report == nil {
			continue
		}
		ref := status.Spec.TargetRef
		key := saying{kind: ref.Kind, target: client.ObjectKey{Namespace: status.Namespace, Name: ref.Name}, adapter: status.Spec.Adapter}
		if before := told[key]; before == nil || before.Report.ObservedTime.Before(&status.Report.ObservedTime) {
			told[key] = status
		}
	}
	return told, nil
}

// about returns what an adapter says about a target, nil if it says nothing. What was said about an earlier object of the same name
// does not count.
func (s sayings) about(kind, adapter string, target client.Object) *fleetv1.Report {
	status := s[saying{kind: kind, target: client.ObjectKeyFromObject(target), adapter: adapter}]
	if status == nil || !status.Spec.TargetRef.Means(kind, target.GetName(), target.GetUID()) {
		return nil
	}
	return status.Report
}

// required calls each for every Cluster and NodePool and every adapter that has to report about it.
func required(
	ctx context.Context, reader client.Reader, known map[string]*fleetv1.Platform, each func(platform, kind, adapter string, target client.Object),
) error {
	var clusters fleetv1.ClusterList
	if err := reader.List(ctx, &clusters, client.UnsafeDisableDeepCopy); err != nil {
		return err
	}
	var pools fleetv1.NodePoolList
	if err := reader.List(ctx, &pools, client.UnsafeDisableDeepCopy); err != nil {
		return err
	}
	on := make(map[client.ObjectKey]*fleetv1.Platform, len(clusters.Items))
	of := func(platform *fleetv1.Platform, kind string, object client.Object) {
		if platform == nil || object.GetDeletionTimestamp() != nil {
			return
		}
		for _, adapter := range platform.Required(kind) {
			each(platform.Name, kind, adapter, object)
		}
	}
	for i := range clusters.Items {
		cluster := &clusters.Items[i]
		if cluster.Spec.Suspend {
			continue
		}
		on[client.ObjectKeyFromObject(cluster)] = known[cluster.Spec.PlatformName]
		of(known[cluster.Spec.PlatformName], fleetv1.KindCluster, cluster)
	}
	for i := range pools.Items {
		pool := &pools.Items[i]
		of(on[client.ObjectKey{Namespace: pool.Namespace, Name: pool.Spec.ClusterName}], fleetv1.KindNodePool, pool)
	}
	return nil
}
