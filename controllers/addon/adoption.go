package addon

import (
	"context"
	"errors"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
)

// originKinds are the kinds by whose labels a release of ours is known again: nearly every chart has one of them.
var originKinds = []schema.GroupVersionKind{
	appsv1.SchemeGroupVersion.WithKind("Deployment"),
	corev1.SchemeGroupVersion.WithKind("Service"),
	corev1.SchemeGroupVersion.WithKind("ServiceAccount"),
	corev1.SchemeGroupVersion.WithKind("ConfigMap"),
	appsv1.SchemeGroupVersion.WithKind("DaemonSet"),
	appsv1.SchemeGroupVersion.WithKind("StatefulSet"),
}

// refuseForeign refuses to take over a Helm release that somebody else made: Flux would upgrade it to the add-on's chart, and
// uninstall it with the Addon. It looks before anything is applied for the first time; what was applied before is ours.
func (r *Reconciler) refuseForeign(ctx context.Context, s *scope) error {
	if s.addon.Status.RenderedChecksum != "" || s.current[s.desired.Release] != nil {
		return nil
	}
	s.within(recheckTrouble)
	tenant, err := r.Tenants.Get(s.kubeconfig)
	if err != nil {
		return fmt.Errorf("reaching Cluster %s: %w", s.cluster.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	taken, err := foreign(ctx, tenant, s)
	switch err = remote.Classify(err); {
	case errors.Is(err, remote.ErrUnreachable):
		return &hold{
			reason: fleetv1.ReasonClusterUnreachable, ready: metav1.ConditionUnknown,
			message: release.Scrub(fmt.Sprintf("Cluster %s cannot be reached: %s", s.cluster.Name, err)),
		}
	case errors.Is(err, remote.ErrUnauthorized):
		// Who may not look may not install either: Flux's own words about it will come.
		return nil
	case err != nil:
		return fmt.Errorf("looking for a Helm release on Cluster %s: %w", s.cluster.Name, err)
	case taken:
		return stall(fleetv1.ReasonReleaseTaken, "the cluster has a Helm release %s in namespace %s that Slipway did not make; "+
			"uninstall it, or give this Addon another instance name", s.addon.InstanceName(), release.Namespace(s.template))
	}
	return nil
}

// foreign tells whether the cluster has a release of the wished name and nothing in it says that it is this Addon's.
func foreign(ctx context.Context, tenant client.Reader, s *scope) (bool, error) {
	records := &metav1.PartialObjectMetadataList{}
	records.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("SecretList"))
	err := tenant.List(ctx, records, client.InNamespace(release.Namespace(s.template)), client.Limit(maxListed),
		client.MatchingLabels{"owner": "helm", "name": s.addon.InstanceName()})
	if err != nil {
		return false, fmt.Errorf("listing Helm's records: %w", err)
	}
	exists := false
	for i := range records.Items {
		exists = exists || records.Items[i].Labels["status"] != "uninstalled"
	}
	if !exists {
		return false, nil
	}
	for _, kind := range originKinds {
		mine, err := hasOrigin(ctx, tenant, kind, s)
		if mine || err != nil {
			return false, err
		}
	}
	return true, nil
}

// hasOrigin tells whether the cluster has an object of a kind that belongs to the release and that Flux made for this Addon.
func hasOrigin(ctx context.Context, tenant client.Reader, kind schema.GroupVersionKind, s *scope) (bool, error) {
	list := &metav1.PartialObjectMetadataList{}
	list.SetGroupVersionKind(kind.GroupVersion().WithKind(kind.Kind + "List"))
	labels := client.MatchingLabels{labelOriginName: s.desired.Release.GetName()}
	if err := tenant.List(ctx, list, labels, client.Limit(maxListed)); err != nil {
		return false, fmt.Errorf("listing objects of kind %s: %w", kind.Kind, err)
	}
	// Before its delivery changed, the Flux of the other place may have made it.
	places := []string{s.addon.Namespace, release.TenantNamespace}
	for i := range list.Items {
		object := &list.Items[i]
		if slices.Contains(places, object.Labels[labelOriginNamespace]) && object.Annotations["meta.helm.sh/release-name"] == s.addon.InstanceName() {
			return true, nil
		}
	}
	return false, nil
}
