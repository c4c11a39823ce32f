package nodepool

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/events"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/reports"
)

// scope is what is known about one NodePool during one reconciliation.
type scope struct {
	// pool is read by Reconcile and changed by adopt and setStatus.
	pool *fleetv1.NodePool
	// namespace, cluster and platform are read by locate; cluster and platform are nil where there is none.
	namespace namespaces.Namespace
	cluster   *fleetv1.Cluster
	platform  *fleetv1.Platform
	// reports and siblings are read by gather. The pool is among its siblings.
	reports  []aggregate.AdapterReport
	siblings []fleetv1.NodePool
	// hold and fault are set by check.
	hold, fault *aggregate.Fault
}

func (s *scope) deleting() bool { return !s.pool.DeletionTimestamp.IsZero() }

// phase is one step before the aggregation.
type phase interface {
	run(ctx context.Context, s *scope) error
}

// phases lists the steps in order.
func (r *Reconciler) phases() []phase {
	return []phase{
		locate{namespace: r.namespace, cluster: r.cluster, platform: r.platform},
		adopt{patch: r.patch, own: r.own},
		gather{reports: r.reports, siblings: r.pools},
		check{},
	}
}

// locate finds what the pool belongs to: its Cluster, and the Platform of that.
type locate struct {
	namespace func(ctx context.Context, name string) (namespaces.Namespace, error)
	cluster   func(ctx context.Context, key client.ObjectKey) (*fleetv1.Cluster, error)
	platform  func(ctx context.Context, name string) (*fleetv1.Platform, error)
}

func (p locate) run(ctx context.Context, s *scope) error {
	var err error
	if s.namespace, err = p.namespace(ctx, s.pool.Namespace); err != nil {
		return err
	}
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
	patch func(ctx context.Context, before, after *fleetv1.NodePool) error
	own   func(cluster *fleetv1.Cluster, pool *fleetv1.NodePool) (bool, error)
}

func (p adopt) run(ctx context.Context, s *scope) error {
	if s.deleting() {
		return nil
	}
	before := s.pool.DeepCopy()
	changed := controllerutil.AddFinalizer(s.pool, fleetv1.NodePoolFinalizer)
	if s.pool.Labels[fleetv1.LabelID] == "" {
		metav1.SetMetaDataLabel(&s.pool.ObjectMeta, fleetv1.LabelID, string(s.pool.UID))
		changed = true
	}
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

// gather reads what is reported about a NodePool, and the other pools of its Cluster.
type gather struct {
	reports  func(ctx context.Context, pool *fleetv1.NodePool) ([]aggregate.AdapterReport, error)
	siblings func(ctx context.Context, pool *fleetv1.NodePool) ([]fleetv1.NodePool, error)
}

func (p gather) run(ctx context.Context, s *scope) error {
	var err error
	if s.reports, err = p.reports(ctx, s.pool); err != nil {
		return err
	}
	s.siblings, err = p.siblings(ctx, s.pool)
	return err
}

// check finds what has to come first, and what stands in the way for good.
type check struct{}

func (check) run(_ context.Context, s *scope) error {
	name := s.pool.Spec.ClusterName
	switch {
	case s.deleting():
		return nil
	case s.cluster == nil:
		s.hold = &aggregate.Fault{
			Reason:  fleetv1.ReasonClusterNotFound,
			Message: fmt.Sprintf("Waiting for Cluster %s, which does not exist", name),
		}
	case !s.cluster.DeletionTimestamp.IsZero():
		s.fault = &aggregate.Fault{
			Reason:  fleetv1.ReasonClusterDeleting,
			Message: fmt.Sprintf("Cluster %s is being deleted, and this node pool with it", name),
		}
	case s.cluster.Spec.PlatformName == "":
		s.hold = &aggregate.Fault{
			Reason:  fleetv1.ReasonPlatformNotFound,
			Message: fmt.Sprintf("Waiting for Cluster %s to be put on a Platform; its own conditions say what is missing", name),
		}
	case s.platform == nil:
		s.fault = &aggregate.Fault{
			Reason: fleetv1.ReasonPlatformNotFound,
			Message: fmt.Sprintf("Platform %s of Cluster %s does not exist; ask an administrator to create it",
				s.cluster.Spec.PlatformName, name),
		}
	default:
		if faults := limits.NodePool(s.pool, s.platform, s.siblings); len(faults) > 0 {
			s.fault = &aggregate.Fault{Reason: fleetv1.ReasonInvalidSpec, Message: params.Join(faults)}
		}
	}
	return nil
}

func (r *Reconciler) namespace(ctx context.Context, name string) (namespaces.Namespace, error) {
	return namespaces.Get(ctx, r.Client, name)
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
	platform := &fleetv1.Platform{}
	if err := r.Client.Get(ctx, client.ObjectKey{Name: name}, platform); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, fmt.Errorf("reading Platform %s: %w", name, err)
	}
	return platform, nil
}

func (r *Reconciler) patch(ctx context.Context, before, after *fleetv1.NodePool) error {
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, after, patch); err != nil {
		return fmt.Errorf("patching NodePool %s: %w", client.ObjectKeyFromObject(after), err)
	}
	return nil
}

// publish records events about a NodePool. A terminating namespace takes none.
func (r *Reconciler) publish(s *scope, list ...events.Event) {
	if !s.namespace.Terminating {
		events.Publish(r.Recorder, s.pool, list...)
	}
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

func (r *Reconciler) reports(ctx context.Context, pool *fleetv1.NodePool) ([]aggregate.AdapterReport, error) {
	return reports.About(ctx, r.Client, fleetv1.KindNodePool, pool)
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
