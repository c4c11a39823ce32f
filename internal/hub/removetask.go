package hub

import (
	"context"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/tasks"
)

// Remove implements TaskWriter.
func (s *Store) Remove(ctx context.Context, caller Caller, ref Ref, wait time.Duration) error {
	record, err := s.Memory.Get(ctx, caller.Namespace, ref)
	if err != nil {
		return err
	}
	if record.NodePool == nil {
		// The deletion of a Cluster waits for nothing, and whatever runs ends with it.
		_, err = s.Delete(ctx, caller, ref, Precondition{})
		return err
	}
	if record.Object.DeletionTimestamp != nil {
		return nil
	}
	cluster, known := s.Memory.Cluster(ownerKey(record.NodePool))
	if !known {
		_, err = s.Delete(ctx, caller, ref, Precondition{}) // there is nothing that a task could run on
		return err
	}
	at := address{kind: fleetv1.KindCluster, key: ownerKey(record.NodePool), uid: cluster.Object.UID}
	t := s.stint(at, wait)
	t.waiter.passes = func(mark tasks.Mark) bool { return mark.Only(fleetv1.KindNodePool, record.Object.Name) }
	return t.run(ctx, func(ctx context.Context, h *household) error { return t.removePool(ctx, caller, h, record) })
}

// removePool is one round of the removal of a pool.
func (t *stint) removePool(ctx context.Context, caller Caller, h *household, record *Record) error {
	pool := h.pool(record.Object.UID)
	switch {
	case pool == nil:
		t.store.forget(ctx, addressOf(record))
		return notFound(nil)
	case pool.DeletionTimestamp != nil:
		t.store.Memory.Apply(pool)
		return nil
	}
	object := tasks.Object{Kind: fleetv1.KindNodePool, Name: pool.Name, Generation: pool.Generation + 1}
	if err := t.hold(ctx, h, []tasks.Object{object}); err != nil {
		return err
	}
	_, err := t.store.Delete(ctx, caller, byID(record), Precondition{})
	if err == nil {
		t.wrote(object)
	}
	return t.outcome(err)
}

// ownerKey names the Cluster that a pool belongs to.
func ownerKey(pool *fleetv1.NodePool) client.ObjectKey {
	return client.ObjectKey{Namespace: pool.Namespace, Name: pool.Spec.ClusterName}
}
