package hub

import (
	"context"
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/util/uuid"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/tasks"
)

// Provision implements TaskWriter. The Cluster carries its mark from birth, so that nothing comes between it and its NodePool.
func (s *Store) Provision(ctx context.Context, caller Caller, wish NewFleet) (*Fleet, error) {
	cluster, platform := s.wishedCluster(ctx, caller, wish)
	var pool *fleetv1.NodePool
	if wish.Pool != nil {
		pool = s.wishedPool(ctx, caller, cluster, *wish.Pool)
	}
	if err := s.rehearse(ctx, cluster, pool, platform); err != nil {
		return nil, err
	}
	mark := tasks.New(s.Clock.Now(), tasks.Object{Kind: fleetv1.KindCluster, Name: cluster.Name, Generation: 1})
	if pool != nil {
		mark.Objects = append(mark.Objects, tasks.Object{Kind: fleetv1.KindNodePool, Name: s.freeName(pool), Generation: 1})
	}
	annotate(cluster, map[string]string{fleetv1.AnnotationNKSTask: mark.String()})
	if err := s.create(ctx, cluster, &fleetv1.Cluster{}); err != nil {
		return nil, err
	}
	s.Memory.Apply(cluster.DeepCopy())
	if err := s.furnish(ctx, caller, cluster, wish); err != nil {
		s.takeBack(ctx, caller, cluster)
		return nil, err
	}
	return s.Memory.Fleet(ctx, caller.Namespace, Ref{Kind: fleetv1.KindCluster, ID: idOf(cluster)})
}

// wishedCluster returns the Cluster that is wished for, and the Platform that will govern it, if there is one.
func (s *Store) wishedCluster(ctx context.Context, caller Caller, wish NewFleet) (*fleetv1.Cluster, *fleetv1.Platform) {
	cluster := &fleetv1.Cluster{
		ObjectMeta: newborn(ctx, caller, wish.Name, nil, fleetv1.ClusterFinalizer), Spec: *wish.Spec.DeepCopy(),
	}
	cluster.Spec.Operation = &fleetv1.OperationRequest{
		ID: string(uuid.NewUUID()), Type: fleetv1.OperationClusterCreate, Generation: 1,
	}
	platforms, namespace := s.Memory.Placement(caller.Namespace)
	platform, _ := evaluate.Cluster{Object: cluster, Platforms: platforms, Namespace: namespace}.Platform()
	if platform != nil {
		cluster.Spec.PlatformName = platform.Name
	}
	return cluster, platform
}

// rehearse finds what is wrong with a Cluster and its first NodePool before either is there: what the Platform does not allow, and
// what admission refuses. So a Cluster is hardly ever created in vain, and all that is wrong is said at once.
func (s *Store) rehearse(ctx context.Context, cluster *fleetv1.Cluster, pool *fleetv1.NodePool, platform *fleetv1.Platform) error {
	if platform != nil {
		list := limits.Cluster(cluster, platform)
		if pool != nil {
			list = append(list, limits.NodePool(pool, platform, nil)...)
		}
		if err := broken(distinct(list)); err != nil {
			return err
		}
	}
	if pool == nil {
		return nil // the creation of the Cluster will tell
	}
	rehearsed := pool.DeepCopy()
	rehearsed.OwnerReferences = nil // the Cluster has no UID yet
	err := fault(s.Client.Create(ctx, rehearsed, client.DryRunAll))
	if ReasonOf(err) == Invalid {
		return join(fault(s.Client.Create(ctx, cluster.DeepCopy(), client.DryRunAll)), err)
	}
	if ReasonOf(err) == AlreadyExists {
		return nil // the pool may be another cluster's; see createPool
	}
	return err
}

// distinct leaves out what is said twice: both objects have a version.
func distinct(list []params.Fault) []params.Fault {
	var once []params.Fault
	for _, f := range list {
		if !slices.Contains(once, f) {
			once = append(once, f)
		}
	}
	return once
}

// join returns what is wrong with the one object and the other as one error; the second is Invalid.
func join(first, second error) error {
	if ReasonOf(first) != Invalid {
		return second
	}
	a, _ := errors.AsType[*Error](first)
	b, _ := errors.AsType[*Error](second)
	joined := *a
	joined.Faults = append(slices.Clone(a.Faults), b.Faults...)
	return &joined
}

// furnish makes what belongs to a new Cluster: its Secrets, then its first NodePool.
func (s *Store) furnish(ctx context.Context, caller Caller, cluster *fleetv1.Cluster, wish NewFleet) error {
	if _, err := s.makeSecrets(ctx, cluster.Namespace, ownedBy(fleetv1.KindCluster, cluster), wish.Secrets); err != nil {
		return err
	}
	if wish.Pool == nil {
		return nil
	}
	pool := s.wishedPool(ctx, caller, cluster, *wish.Pool)
	if err := s.settlePool(ctx, cluster, pool, wish.Pool.Secrets); err != nil {
		return err
	}
	s.Memory.Apply(pool.DeepCopy())
	return s.confirmHousehold(ctx, caller, cluster, pool)
}

// takeBack deletes a Cluster that is there without what belongs to it. It does so even if the caller has gone.
func (s *Store) takeBack(ctx context.Context, caller Caller, cluster *fleetv1.Cluster) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stintRound)
	defer cancel()
	_, err := s.Delete(ctx, caller, Ref{Kind: fleetv1.KindCluster, ID: idOf(cluster)}, Precondition{})
	if err != nil && ReasonOf(err) != NotFound {
		ctrl.LoggerFrom(ctx).Error(err, "Deleting a Cluster without its node pool failed", "cluster", client.ObjectKeyFromObject(cluster))
	}
}
