package addon

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
)

// tenant is the place of add-ons that the tenant cluster's own Flux installs. Nothing there is watched: all reads are live.
func (r *Reconciler) tenant(addon *fleetv1.Addon, kubeconfig *remote.Kubeconfig) (place, error) {
	reached, err := r.Tenants.Get(kubeconfig)
	if err != nil {
		return place{}, unreachable(addon.Spec.ClusterName, err)
	}
	c := &tenantClient{
		Client: reached, cluster: addon.Spec.ClusterName, outages: &r.outages, checksum: kubeconfig.Checksum(), clock: r.Clock,
	}
	return place{delivery: fleetv1.DeliveryTenant, namespace: release.TenantNamespace, client: c, live: c, owns: labelledOnTenant}, nil
}

// tenantByName is the place on the tenant cluster of an Addon of which nothing was gathered yet.
func (r *Reconciler) tenantByName(ctx context.Context, addon *fleetv1.Addon) (place, error) {
	name, cluster := addon.Spec.ClusterName, &fleetv1.Cluster{}
	switch err := r.Client.Get(ctx, client.ObjectKey{Namespace: addon.Namespace, Name: name}, cluster); {
	case apierrors.IsNotFound(err):
		return place{}, wait(fleetv1.ReasonClusterNotFound, "waiting for Cluster %s to be created", name)
	case err != nil:
		return place{}, fmt.Errorf("reading Cluster %s: %w", name, err)
	}
	kubeconfig, err := r.readKubeconfig(ctx, cluster)
	if err != nil {
		return place{}, err
	}
	return r.tenant(addon, kubeconfig)
}

// labelledOnTenant tells by labels whom an object was made for: owner references do not reach across clusters.
func labelledOnTenant(addon *fleetv1.Addon, object client.Object) bool {
	have := object.GetLabels()
	return have[fleetv1.LabelAddon] == addon.Name && have[fleetv1.LabelAddonUID] == fleetv1.IDOf(addon)
}

// unreachable is what holds an add-on whose cluster does not answer: what is installed there may well work.
func unreachable(cluster string, err error) error {
	held := &hold{
		reason: fleetv1.ReasonClusterUnreachable, message: fmt.Sprintf("Cluster %s: %s", cluster, err), ready: metav1.ConditionUnknown,
	}
	if errors.Is(err, remote.ErrUnauthorized) {
		held.reason = fleetv1.ReasonCredentialsRefused
	}
	return held
}

// fluxMissing is what holds an add-on whose cluster has no Flux that could install it.
func fluxMissing(cluster, why string) error {
	return wait(fleetv1.ReasonFluxMissing, "Cluster %s has no Flux (%s): install Flux 2 with its source-controller and "+
		"helm-controller there, or set addonDelivery to Hub on the Cluster or its Platform", cluster, why)
}

// lacksFlux tells whether a request failed for want of Flux's kinds: then there is no object of them either.
func lacksFlux(err error) bool {
	var held *hold
	return errors.As(err, &held) && held.reason == fleetv1.ReasonFluxMissing
}

// prepare makes the namespace of the objects on the tenant cluster. On the hub it is the Addon's own.
func (p place) prepare(ctx context.Context) error {
	if p.delivery != fleetv1.DeliveryTenant {
		return nil
	}
	namespace := &corev1.Namespace{}
	switch err := p.live.Get(ctx, client.ObjectKey{Name: p.namespace}, namespace); {
	case apierrors.IsNotFound(err):
	case err != nil:
		return fmt.Errorf("reading namespace %s: %w", p.namespace, err)
	default:
		return nil
	}
	namespace = &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: p.namespace}}
	if err := p.client.Create(ctx, namespace); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("creating namespace %s: %w", p.namespace, err)
	}
	return nil
}
