package hub

import (
	"context"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/tasks"
)

// AddNodePool implements TaskWriter.
func (s *Store) AddNodePool(ctx context.Context, caller Caller, cluster Ref, wish NewPool) (*Fleet, error) {
	owner, err := s.Memory.Get(ctx, caller.Namespace, cluster)
	if err != nil {
		return nil, err
	}
	t := s.stint(addressOf(owner), wish.Wait)
	err = t.run(ctx, func(ctx context.Context, h *household) error {
		return t.addPool(ctx, caller, h, wish)
	})
	if err != nil {
		return nil, err
	}
	return s.Memory.Fleet(ctx, caller.Namespace, byID(owner))
}

// addPool is one round of AddNodePool.
func (t *stint) addPool(ctx context.Context, caller Caller, h *household, wish NewPool) error {
	s := t.store
	taken := func(pool *fleetv1.NodePool) bool { return pool.Pool() == wish.Name && !s.retried(ctx, pool) }
	if slices.ContainsFunc(h.pools, taken) {
		return nameTaken()
	}
	pool := s.wishedPool(ctx, caller, h.cluster, wish)
	pool.Spec.Operation = &fleetv1.OperationRequest{
		ID: string(uuid.NewUUID()), Type: fleetv1.OperationPoolCreate, Generation: 1,
	}
	if platform := s.governor(h.cluster); platform != nil {
		if err := broken(limits.NodePool(pool, platform, nil)); err != nil {
			return err
		}
	}
	object := tasks.Object{Kind: fleetv1.KindNodePool, Name: s.freeName(pool), Generation: 1}
	if err := t.hold(ctx, h, []tasks.Object{object}); err != nil {
		return err
	}
	if err := s.settlePool(ctx, h.cluster, pool, wish.Secrets); err != nil {
		return t.outcome(err)
	}
	object.Name = pool.Name
	t.wrote(object)
	s.Memory.Apply(pool)
	return s.confirmHousehold(ctx, caller, h.cluster, pool)
}

// wishedPool returns the NodePool that is wished for.
func (s *Store) wishedPool(ctx context.Context, caller Caller, cluster *fleetv1.Cluster, wish NewPool) *fleetv1.NodePool {
	pool := poolOf(cluster, newborn(ctx, caller, "", nil, fleetv1.NodePoolFinalizer), wish.Name)
	spec := wish.Spec.DeepCopy()
	spec.ClusterName, spec.PoolName, spec.Operation = pool.Spec.ClusterName, pool.Spec.PoolName, nil
	pool.Spec = *spec
	return pool
}

// freeName returns the name that a new pool will most likely have: see createPool.
func (s *Store) freeName(pool *fleetv1.NodePool) string {
	other, known := s.Memory.NodePool(client.ObjectKeyFromObject(pool))
	if known && !same(other.Object, pool) {
		return secondPoolName(pool)
	}
	return pool.Name
}

// settlePool makes the Secrets that a pool names, and then the pool. Until there is a pool to own them they go with the Cluster.
func (s *Store) settlePool(ctx context.Context, cluster *fleetv1.Cluster, pool *fleetv1.NodePool, wishes []NewSecret) error {
	made, err := s.makeSecrets(ctx, pool.Namespace, ownedBy(fleetv1.KindCluster, cluster), wishes)
	if err != nil {
		return err
	}
	if err := s.createPool(ctx, pool); err != nil {
		for _, secret := range made {
			s.abandonSecret(ctx, secret, err)
		}
		return err
	}
	s.give(ctx, made, ownedBy(fleetv1.KindNodePool, pool))
	return nil
}

// confirmHousehold makes sure that a pool did not slip under a Cluster that is being deleted.
func (s *Store) confirmHousehold(ctx context.Context, caller Caller, cluster *fleetv1.Cluster, pool *fleetv1.NodePool) error {
	owner := &Record{Kind: fleetv1.KindCluster, Object: &cluster.ObjectMeta}
	return s.confirmOwner(ctx, owner, func(since *metav1.Time) error { return s.deleteChild(ctx, caller, pool, since) })
}
