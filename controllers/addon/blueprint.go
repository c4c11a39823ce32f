package addon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/remote"
)

// gatherBlueprint reads everything that the Addon refers to, save the kubeconfig.
func (r *Reconciler) gatherBlueprint(ctx context.Context, s *scope) error {
	if err := r.gatherCluster(ctx, s); err != nil {
		return err
	}
	return r.gatherTemplate(ctx, s)
}

func (r *Reconciler) gatherCluster(ctx context.Context, s *scope) error {
	name, cluster := s.addon.Spec.ClusterName, &fleetv1.Cluster{}
	switch err := r.Client.Get(ctx, client.ObjectKey{Namespace: s.addon.Namespace, Name: name}, cluster); {
	case apierrors.IsNotFound(err):
		return wait(fleetv1.ReasonClusterNotFound, "waiting for Cluster %s to be created", name)
	case err != nil:
		return fmt.Errorf("reading Cluster %s: %w", name, err)
	case !cluster.DeletionTimestamp.IsZero():
		return stall(fleetv1.ReasonClusterDeleting, "Cluster %s is being deleted: nothing is installed on it any more", name)
	}
	s.cluster = cluster
	var addons fleetv1.AddonList
	if err := r.Client.List(ctx, &addons, client.InNamespace(s.addon.Namespace), client.MatchingFields{fleetv1.FieldClusterName: name}); err != nil {
		return fmt.Errorf("listing the Addons of Cluster %s: %w", name, err)
	}
	s.siblings = slices.DeleteFunc(addons.Items, func(a fleetv1.Addon) bool { return a.UID == s.addon.UID })
	return nil
}

func (r *Reconciler) gatherTemplate(ctx context.Context, s *scope) error {
	name, template := s.addon.Spec.TemplateName, &fleetv1.AddonTemplate{}
	switch err := r.Client.Get(ctx, client.ObjectKey{Name: name}, template); {
	case apierrors.IsNotFound(err):
		return stall(fleetv1.ReasonTemplateNotFound, "there is no AddonTemplate %s", name)
	case err != nil:
		return fmt.Errorf("reading AddonTemplate %s: %w", name, err)
	}
	s.template, s.version = template, template.Version(s.addon.Spec.Version)
	if s.version == nil {
		return stall(fleetv1.ReasonTemplateNotFound, "AddonTemplate %s has no version %s; it has %s",
			name, s.addon.Spec.Version, strings.Join(catalog.Names(template), ", "))
	}
	return nil
}

// platformOf returns the Platform of a Cluster, an empty one where there is none.
func (r *Reconciler) platformOf(ctx context.Context, cluster *fleetv1.Cluster) (*fleetv1.Platform, error) {
	platform := &fleetv1.Platform{}
	if cluster.Spec.PlatformName == "" {
		return platform, nil
	}
	if err := r.Client.Get(ctx, client.ObjectKey{Name: cluster.Spec.PlatformName}, platform); client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("reading Platform %s: %w", cluster.Spec.PlatformName, err)
	}
	return platform, nil
}

// gatherKubeconfig reads the cluster's kubeconfig.
func (r *Reconciler) gatherKubeconfig(ctx context.Context, s *scope) error {
	if !conditions.IsTrue(s.cluster, fleetv1.ConditionProvisioned) {
		return wait(fleetv1.ReasonClusterNotReady, "waiting for Cluster %s to become ready for the first time", s.cluster.Name)
	}
	if s.cluster.Status.KubeconfigSecretName != "" {
		s.again = recheckSecret
	}
	kubeconfig, err := r.readKubeconfig(ctx, s.cluster)
	if err != nil {
		return err
	}
	s.kubeconfig, s.again = kubeconfig, recheck
	return nil
}

// readKubeconfig reads a cluster's kubeconfig, past the cache, and rebuilds it from the allow-list.
func (r *Reconciler) readKubeconfig(ctx context.Context, cluster *fleetv1.Cluster) (*remote.Kubeconfig, error) {
	name := cluster.Status.KubeconfigSecretName
	if name == "" {
		return nil, wait(fleetv1.ReasonClusterNotReady, "waiting for an adapter to report the kubeconfig Secret of Cluster %s", cluster.Name)
	}
	secret := &corev1.Secret{}
	switch err := r.APIReader.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: name}, secret); {
	case apierrors.IsNotFound(err):
		return nil, wait(fleetv1.ReasonClusterNotReady, "waiting for Secret %s with the kubeconfig of Cluster %s", name, cluster.Name)
	case err != nil:
		return nil, fmt.Errorf("reading Secret %s: %w", name, err)
	}
	kubeconfig, err := remote.Parse(secret.Data[fleetv1.KubeconfigKey])
	var refused *remote.RefusedError
	switch {
	case errors.As(err, &refused), errors.Is(err, remote.ErrUnreadable):
		return nil, stall(fleetv1.ReasonKubeconfigInvalid, "Secret %s, key %s: %s", name, fleetv1.KubeconfigKey, err)
	case err != nil:
		return nil, fmt.Errorf("reading the kubeconfig in Secret %s: %w", name, err)
	}
	return kubeconfig, nil
}
