package addon

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// claim gives the Addon its finalizer, its id and, once the Cluster exists, its owner, in one patch.
func (r *Reconciler) claim(ctx context.Context, s *scope) error {
	claimed := s.addon.DeepCopy()
	controllerutil.AddFinalizer(claimed, fleetv1.AddonFinalizer)
	if claimed.Labels[fleetv1.LabelID] == "" {
		if claimed.Labels == nil {
			claimed.Labels = map[string]string{}
		}
		claimed.Labels[fleetv1.LabelID] = string(claimed.UID)
	}
	if err := r.own(ctx, claimed); err != nil {
		return err
	}
	if !equality.Semantic.DeepEqual(s.addon.ObjectMeta, claimed.ObjectMeta) {
		patch := client.MergeFromWithOptions(s.addon, client.MergeFromWithOptimisticLock{})
		if err := r.Client.Patch(ctx, claimed, patch); err != nil {
			return fmt.Errorf("setting finalizer, id and owner of Addon %s: %w", client.ObjectKeyFromObject(claimed), err)
		}
	}
	s.addon, s.before = claimed, claimed.DeepCopy()
	return nil
}

// own makes the Cluster the owner of the Addon. It is no controller reference: what rolls an Addon out, say GitOps, may be
// its controller.
func (r *Reconciler) own(ctx context.Context, addon *fleetv1.Addon) error {
	cluster := &fleetv1.Cluster{}
	key := client.ObjectKey{Namespace: addon.Namespace, Name: addon.Spec.ClusterName}
	switch err := r.Client.Get(ctx, key, cluster); {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("reading Cluster %s: %w", key, err)
	}
	err := controllerutil.SetOwnerReference(cluster, addon, r.Client.Scheme(), controllerutil.WithBlockOwnerDeletion(true))
	if err != nil {
		return fmt.Errorf("making Cluster %s the owner of Addon %s: %w", key, addon.Name, err)
	}
	return nil
}
