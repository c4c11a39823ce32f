package cluster

import (
	"context"
	"fmt"

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

// scope is what is known about one Cluster during one reconciliation.
type scope struct {
	// cluster is read by Reconcile and changed by adopt and setStatus.
	cluster *fleetv1.Cluster
	// namespace is read by choosePlatform.
	namespace namespaces.Namespace
	// platform is found by choosePlatform; nil where there is none.
	platform *fleetv1.Platform
	// fault is set by choosePlatform and check.
	fault *aggregate.Fault
	// reports, pools and addons are read by gather.
	reports []aggregate.AdapterReport
	pools   []fleetv1.NodePool
	addons  []fleetv1.Addon
}

func (s *scope) deleting() bool { return !s.cluster.DeletionTimestamp.IsZero() }

// phase is one step before the aggregation.
type phase interface {
	run(ctx context.Context, s *scope) error
}

// phases lists the steps in order.
func (r *Reconciler) phases() []phase {
	return []phase{
		choosePlatform{namespace: r.namespace, platforms: r.platforms},
		adopt{patch: r.patch, publish: r.publish},
		gather{reports: r.reports, children: r.children},
		teardown{remove: r.remove, publish: r.publish},
		check{},
	}
}

// adopt puts finalizer, id and the chosen Platform on a Cluster, in one write.
type adopt struct {
	patch   func(ctx context.Context, before, after *fleetv1.Cluster) error
	publish func(s *scope, list ...events.Event)
}

func (p adopt) run(ctx context.Context, s *scope) error {
	if s.deleting() {
		return nil
	}
	before := s.cluster.DeepCopy()
	changed := controllerutil.AddFinalizer(s.cluster, fleetv1.ClusterFinalizer)
	if s.cluster.Labels[fleetv1.LabelID] == "" {
		metav1.SetMetaDataLabel(&s.cluster.ObjectMeta, fleetv1.LabelID, string(s.cluster.UID))
		changed = true
	}
	chosen := s.platform != nil && s.cluster.Spec.PlatformName == ""
	if chosen {
		s.cluster.Spec.PlatformName = s.platform.Name
	}
	if !changed && !chosen {
		return nil
	}
	if err := p.patch(ctx, before, s.cluster); err != nil {
		return err
	}
	if chosen {
		p.publish(s, platformChosen(s.platform.Name))
	}
	return nil
}

// gather reads what is reported about a Cluster and what belongs to it.
type gather struct {
	reports  func(ctx context.Context, cluster *fleetv1.Cluster) ([]aggregate.AdapterReport, error)
	children func(ctx context.Context, cluster *fleetv1.Cluster) ([]fleetv1.NodePool, []fleetv1.Addon, error)
}

func (p gather) run(ctx context.Context, s *scope) error {
	var err error
	if s.reports, err = p.reports(ctx, s.cluster); err != nil {
		return err
	}
	s.pools, s.addons, err = p.children(ctx, s.cluster)
	return err
}

// check holds the spec against the Platform.
type check struct{}

func (check) run(_ context.Context, s *scope) error {
	if s.fault != nil || s.platform == nil || s.deleting() {
		return nil
	}
	if faults := limits.Cluster(s.cluster, s.platform); len(faults) > 0 {
		s.fault = &aggregate.Fault{Reason: fleetv1.ReasonInvalidSpec, Message: params.Join(faults)}
	}
	return nil
}

func (r *Reconciler) namespace(ctx context.Context, name string) (namespaces.Namespace, error) {
	return namespaces.Get(ctx, r.Client, name)
}

func (r *Reconciler) platforms(ctx context.Context) ([]fleetv1.Platform, error) {
	var list fleetv1.PlatformList
	if err := r.Client.List(ctx, &list); err != nil {
		return nil, fmt.Errorf("listing the Platforms: %w", err)
	}
	return list.Items, nil
}

func (r *Reconciler) patch(ctx context.Context, before, after *fleetv1.Cluster) error {
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if err := r.Client.Patch(ctx, after, patch); err != nil {
		return fmt.Errorf("patching Cluster %s: %w", client.ObjectKeyFromObject(after), err)
	}
	return nil
}

// publish records events about a Cluster. A terminating namespace takes none.
func (r *Reconciler) publish(s *scope, list ...events.Event) {
	if !s.namespace.Terminating {
		events.Publish(r.Recorder, s.cluster, list...)
	}
}

func (r *Reconciler) reports(ctx context.Context, cluster *fleetv1.Cluster) ([]aggregate.AdapterReport, error) {
	return reports.About(ctx, r.Client, fleetv1.KindCluster, cluster)
}

func (r *Reconciler) children(ctx context.Context, cluster *fleetv1.Cluster) ([]fleetv1.NodePool, []fleetv1.Addon, error) {
	options := []client.ListOption{
		client.InNamespace(cluster.Namespace),
		client.MatchingFields{fleetv1.FieldClusterName: cluster.Name},
	}
	var pools fleetv1.NodePoolList
	if err := r.Client.List(ctx, &pools, options...); err != nil {
		return nil, nil, fmt.Errorf("listing the node pools of Cluster %s: %w", client.ObjectKeyFromObject(cluster), err)
	}
	var addons fleetv1.AddonList
	if err := r.Client.List(ctx, &addons, options...); err != nil {
		return nil, nil, fmt.Errorf("listing the add-ons of Cluster %s: %w", client.ObjectKeyFromObject(cluster), err)
	}
	return pools.Items, addons.Items, nil
}
