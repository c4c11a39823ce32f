package nodepool

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/target"
)

// scope is what is known about one NodePool during one reconciliation.
type scope struct {
	// Scope holds what every target has.
	target.Scope
	// pool is the Scope's Object. It is changed by adopt and setStatus.
	pool *fleetv1.NodePool
	// cluster and platform are read by locate; nil where there is none.
	cluster  *fleetv1.Cluster
	platform *fleetv1.Platform
	// siblings are read by gather. The pool is among them.
	siblings []fleetv1.NodePool
}

func newScope() *scope {
	pool := &fleetv1.NodePool{}
	return &scope{
		Scope: target.Scope{Kind: fleetv1.KindNodePool, Finalizer: fleetv1.NodePoolFinalizer, Object: pool}, pool: pool,
	}
}

// locate finds what the pool belongs to: its Cluster, and the Platform of that.
type locate struct {
	cluster  func(ctx context.Context, key client.ObjectKey) (*fleetv1.Cluster, error)
	platform func(ctx context.Context, name string) (*fleetv1.Platform, error)
}

func (p locate) Run(ctx context.Context, s *scope) error {
	var err error
	key := client.ObjectKey{Namespace: s.pool.Namespace, Name: s.pool.Spec.ClusterName}
	if s.cluster, err = p.cluster(ctx, key); err != nil {
		return err
	}
	if s.cluster == nil || s.cluster.Spec.PlatformName == "" {
		return nil
	}
	s.platform, err = p.platform(ctx, s.cluster.Spec.PlatformName)
	return err
}

// adopt puts finalizer, id and the Cluster as owner on a NodePool, in one write.
type adopt struct {
	patch func(ctx context.Context, before, after client.Object) error
	own   func(cluster *fleetv1.Cluster, pool *fleetv1.NodePool) (bool, error)
}

func (p adopt) Run(ctx context.Context, s *scope) error {
	if s.Deleting() {
		return nil
	}
	before := s.pool.DeepCopy()
	changed := s.Mark()
	if s.cluster != nil {
		owned, err := p.own(s.cluster, s.pool)
		if err != nil {
			return err
		}
		changed = changed || owned
	}
	if !changed {
		return nil
	}
	return p.patch(ctx, before, s.pool)
}

// gather reads the pools of the same Cluster.
type gather struct {
	siblings func(ctx context.Context, pool *fleetv1.NodePool) ([]fleetv1.NodePool, error)
}

func (p gather) Run(ctx context.Context, s *scope) error {
	var err error
	s.siblings, err = p.siblings(ctx, s.pool)
	return err
}

// cluster returns a Cluster, or nil if there is none of the name.
func (r *Reconciler) cluster(ctx context.Context, key client.ObjectKey) (*fleetv1.Cluster, error) {
	cluster := &fleetv1.Cluster{}
	if err := r.Client.Get(ctx, key, cluster); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("reading Cluster %s: %w", key, err)
	}
	return cluster, nil
}

// platform returns a Platform, or nil if there is none of the name.
func (r *Reconciler) platform(ctx context.Context, name string) (*fleetv1.Platform, error) {
	return target.Platform(ctx, name, r.Client, r.Live)
}

// own makes the Cluster an owner of the pool, so that the pool goes with it, and reports whether that was new.
func (r *Reconciler) own(cluster *fleetv1.Cluster, pool *fleetv1.NodePool) (bool, error) {
	for _, owner := range pool.OwnerReferences {
		if owner.UID == cluster.UID {
			return false, nil
		}
	}
	err := controllerutil.SetOwnerReference(cluster, pool, r.Client.Scheme(), controllerutil.WithBlockOwnerDeletion(true))
	if err != nil {
		return false, fmt.Errorf("making Cluster %s own NodePool %s: %w", cluster.Name, pool.Name, err)
	}
	return true, nil
}

func (r *Reconciler) pools(ctx context.Context, pool *fleetv1.NodePool) ([]fleetv1.NodePool, error) {
	var list fleetv1.NodePoolList
	err := r.Client.List(ctx, &list, client.InNamespace(pool.Namespace),
		client.MatchingFields{fleetv1.FieldClusterName: pool.Spec.ClusterName})
	if err != nil {
		return nil, fmt.Errorf("listing the node pools of Cluster %s: %w", pool.Spec.ClusterName, err)
	}
	return list.Items, nil
}
