package adapter

import (
	"context"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// mapper says which targets an object concerns.
type mapper struct {
	client  client.Reader
	adapter string
}

func key(kind, namespace, name string) Key {
	return Key{Kind: kind, NamespacedName: types.NamespacedName{Namespace: namespace, Name: name}}
}

func (m *mapper) ofCluster(_ context.Context, object client.Object) []Key {
	return []Key{key(fleetv1.KindCluster, object.GetNamespace(), object.GetName())}
}

// ofNodePool wakes the pool and its Cluster, whose deletion may wait for it.
func (m *mapper) ofNodePool(_ context.Context, object client.Object) []Key {
	pool := object.(*fleetv1.NodePool)
	return []Key{key(fleetv1.KindNodePool, pool.Namespace, pool.Name), key(fleetv1.KindCluster, pool.Namespace, pool.Spec.ClusterName)}
}

func (m *mapper) poolsOfCluster(ctx context.Context, object client.Object) []Key {
	return m.pools(ctx, object.GetNamespace(), object.GetName())
}

// ofAddon wakes the Cluster and its pools, whose deletion may wait for the add-on.
func (m *mapper) ofAddon(ctx context.Context, object client.Object) []Key {
	addon := object.(*fleetv1.Addon)
	cluster := key(fleetv1.KindCluster, addon.Namespace, addon.Spec.ClusterName)
	return append(m.pools(ctx, addon.Namespace, addon.Spec.ClusterName), cluster)
}

func (m *mapper) ofPlatform(ctx context.Context, object client.Object) []Key {
	var clusters fleetv1.ClusterList
	if err := m.client.List(ctx, &clusters, client.MatchingFields{fleetv1.FieldPlatformName: object.GetName()}); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "listing the clusters of a platform", "platform", object.GetName())
		return nil
	}
	var keys []Key
	for i := range clusters.Items {
		cluster := &clusters.Items[i]
		keys = append(keys, key(fleetv1.KindCluster, cluster.Namespace, cluster.Name))
		keys = append(keys, m.pools(ctx, cluster.Namespace, cluster.Name)...)
	}
	return keys
}

func (m *mapper) ofReport(_ context.Context, object client.Object) []Key {
	target := object.(*fleetv1.AdapterStatus).Spec.TargetRef
	return []Key{key(target.Kind, object.GetNamespace(), target.Name)}
}

func (m *mapper) pools(ctx context.Context, namespace, cluster string) []Key {
	var pools fleetv1.NodePoolList
	err := m.client.List(ctx, &pools, client.InNamespace(namespace), client.MatchingFields{fleetv1.FieldClusterName: cluster})
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "listing the node pools of a cluster", "namespace", namespace, "cluster", cluster)
		return nil
	}
	keys := make([]Key, 0, len(pools.Items))
	for i := range pools.Items {
		keys = append(keys, key(fleetv1.KindNodePool, namespace, pools.Items[i].Name))
	}
	return keys
}

func generationChanged() predicate.Predicate { return predicate.GenerationChangedPredicate{} }

// targetChanged lets through what an adapter may act on. The status, which reports themselves change, is not among it.
func targetChanged() predicate.Predicate {
	return predicate.Or[client.Object](generationChanged(), predicate.AnnotationChangedPredicate{})
}

// clusterMatters lets changes of a Cluster through that matter to its node pools.
func clusterMatters() predicate.Predicate {
	facts := predicate.Funcs{UpdateFunc: func(e event.UpdateEvent) bool {
		return !equality.Semantic.DeepEqual(factsOf(e.ObjectOld), factsOf(e.ObjectNew))
	}}
	return predicate.Or[client.Object](targetChanged(), facts)
}

func factsOf(object client.Object) fleetv1.ClusterFacts {
	status := object.(*fleetv1.Cluster).Status
	return fleetv1.ClusterFacts{
		APIEndpoint: status.APIEndpoint, KubernetesVersion: status.KubernetesVersion,
		KubeconfigSecretName: status.KubeconfigSecretName, KubeconfigChecksum: status.KubeconfigChecksum,
	}
}

func onlyDeleted() predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false },
		UpdateFunc:  func(event.UpdateEvent) bool { return false },
		GenericFunc: func(event.GenericEvent) bool { return false },
	}
}

// filter lets changes of the adapter's reports through that somebody else made.
func (w *ownWrites) filter(adapter string) predicate.Predicate {
	return predicate.Funcs{
		CreateFunc:  func(event.CreateEvent) bool { return false }, // its target comes through a watch of its own
		GenericFunc: func(event.GenericEvent) bool { return false },
		UpdateFunc: func(e event.UpdateEvent) bool {
			return isOf(e.ObjectNew, adapter) && !w.is(e.ObjectNew)
		},
		DeleteFunc: func(e event.DeleteEvent) bool {
			w.forget(e.Object)
			return isOf(e.Object, adapter)
		},
	}
}

func isOf(object client.Object, adapter string) bool {
	status, ok := object.(*fleetv1.AdapterStatus)
	return ok && status.Spec.Adapter == adapter
}
