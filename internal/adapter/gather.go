package adapter

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Key names a target.
type Key struct {
	// Kind is fleetv1.KindCluster or fleetv1.KindNodePool.
	Kind string
	types.NamespacedName
}

// errNothingToDo tells that a target does not concern the adapter, or not now. A watch brings it back.
var errNothingToDo = errors.New("nothing to do")

// scope is one reconciliation: the target, and the report that stands about it.
type scope struct {
	target Target
	// status is the adapter's AdapterStatus about the target, or nil.
	status *fleetv1.AdapterStatus
	addons []fleetv1.Addon
}

// stored is the report that stands, or nil.
func (s *scope) stored() *fleetv1.Report {
	if s.status == nil {
		return nil
	}
	return s.status.Report
}

// gather reads everything a reconciliation needs. It returns errNothingToDo if there is no such target, or its Cluster or
// Platform is not known (yet).
func (r *reconciler) gather(ctx context.Context, key Key) (*scope, error) {
	s := &scope{target: Target{Kind: key.Kind}}
	clusterName := key.NamespacedName
	if key.Kind == fleetv1.KindNodePool {
		s.target.NodePool = &fleetv1.NodePool{}
		if err := r.get(ctx, key.NamespacedName, s.target.NodePool); err != nil {
			return nil, err
		}
		clusterName.Name = s.target.NodePool.Spec.ClusterName
	}
	s.target.Cluster = &fleetv1.Cluster{}
	if err := r.get(ctx, clusterName, s.target.Cluster); err != nil {
		return nil, err
	}
	if err := r.children(ctx, s); err != nil {
		return nil, err
	}
	if err := r.report(ctx, s); err != nil {
		return nil, err
	}
	return s, r.platform(ctx, s)
}

// get reads one object; that it does not exist is nothing to do.
func (r *reconciler) get(ctx context.Context, name types.NamespacedName, object client.Object) error {
	err := r.client.Get(ctx, name, object)
	if apierrors.IsNotFound(err) {
		return errNothingToDo
	}
	if err != nil {
		return fmt.Errorf("reading %T %s: %w", object, name, err)
	}
	return nil
}

func (r *reconciler) children(ctx context.Context, s *scope) error {
	of := []client.ListOption{
		client.InNamespace(s.target.Cluster.Namespace),
		client.MatchingFields{fleetv1.FieldClusterName: s.target.Cluster.Name},
	}
	var pools fleetv1.NodePoolList
	if err := r.client.List(ctx, &pools, of...); err != nil {
		return fmt.Errorf("listing the node pools of cluster %s: %w", client.ObjectKeyFromObject(s.target.Cluster), err)
	}
	s.target.NodePools = pools.Items
	var addons fleetv1.AddonList
	if err := r.client.List(ctx, &addons, of...); err != nil {
		return fmt.Errorf("listing the add-ons of cluster %s: %w", client.ObjectKeyFromObject(s.target.Cluster), err)
	}
	s.addons = addons.Items
	return nil
}

func (r *reconciler) report(ctx context.Context, s *scope) error {
	status := &fleetv1.AdapterStatus{}
	name := types.NamespacedName{
		Namespace: s.target.Cluster.Namespace,
		Name:      fleetv1.AdapterStatusName(s.target.Ref(), r.name),
	}
	switch err := r.client.Get(ctx, name, status); {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("reading AdapterStatus %s: %w", name, err)
	}
	s.status = status
	return nil
}

// platform finds the Platform and whether it concerns the adapter. An adapter that is not required, or whose Platform is gone,
// still cleans up behind itself.
func (r *reconciler) platform(ctx context.Context, s *scope) error {
	leftover := s.target.Deleting() && s.status != nil
	name := s.target.Cluster.Spec.PlatformName
	if name == "" {
		return errNothingToDo
	}
	platform := &fleetv1.Platform{}
	err := r.get(ctx, types.NamespacedName{Name: name}, platform)
	switch {
	case errors.Is(err, errNothingToDo) && leftover:
		return nil
	case err != nil:
		return err
	case !slices.Contains(platform.Required(s.target.Kind), r.name) && !leftover:
		return errNothingToDo
	}
	s.target.Platform = platform
	return nil
}

// held tells whether the adapter must not be called now: for a suspended Cluster, while a restore is at work, and while something has
// to go first.
func (s *scope) held() bool {
	cluster := s.target.Cluster
	switch {
	case fleetv1.Restoring(s.target.Object()), fleetv1.Restoring(cluster):
		return true
	case !s.target.Deleting():
		return cluster.Spec.Suspend
	case s.target.Kind == fleetv1.KindCluster:
		return len(s.addons) > 0 || len(s.target.NodePools) > 0
	default:
		return !cluster.DeletionTimestamp.IsZero() && len(s.addons) > 0
	}
}
