package addon

import (
	"context"
	"fmt"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/release"
)

// defaultAbandonTimeout applies where no Platform says how long to wait.
const defaultAbandonTimeout = 5 * time.Minute

// verdict says what becomes of a release that is being uninstalled.
type verdict struct {
	// abandon tells to give it up.
	abandon bool
	// reason and message are what the conditions say.
	reason  string
	message string
	// again is when to judge again at the latest.
	again time.Duration
}

// tenant is what is known about the tenant cluster when one of its add-ons is deleted.
type tenant struct {
	// cluster tells that the Cluster exists.
	cluster bool
	// kubeconfig tells that its kubeconfig Secret exists, or may exist where nothing can be read.
	kubeconfig bool
	// closed tells that nothing in the namespace can be read any more: it is going, and the binding of our role went first.
	closed bool
	// patience is how long to wait for an uninstallation.
	patience time.Duration
}

// judge decides whether to go on waiting for Flux.
func (r *Reconciler) judge(ctx context.Context, addon *fleetv1.Addon, u uninstallation) (verdict, error) {
	t, err := r.tenantOf(ctx, addon)
	if err != nil {
		return verdict{}, err
	}
	return decideUninstall(addon, u, t, r.Clock.Since(addon.DeletionTimestamp.Time)), nil
}

// decideUninstall gives a release up when the tenant cluster is known to be gone, or when it was not uninstalled in time.
// Where only the kubeconfig Secret is gone, Flux may still get through with its copy, and is given up once it says no. u
// says why the release could not be uninstalled so far.
func decideUninstall(addon *fleetv1.Addon, u uninstallation, t tenant, waited time.Duration) verdict {
	name, failure := addon.Spec.ClusterName, u.failure
	given := verdict{abandon: true, reason: fleetv1.ReasonReleaseAbandoned}
	switch {
	case !t.cluster:
		given.message = fmt.Sprintf("Cluster %s is gone: the release was given up without being uninstalled", name)
		return given
	case t.closed && failure != "":
		given.message = fmt.Sprintf("namespace %s is going, and the right to read its Secrets is gone: the release was given up without being uninstalled",
			addon.Namespace)
		return given
	case !t.kubeconfig && failure != "":
		given.message = fmt.Sprintf("the kubeconfig of Cluster %s is gone: the release was given up without being uninstalled", name)
		return given
	case waited >= t.patience:
		given.message = fmt.Sprintf("Cluster %s did not let the release be uninstalled within %s: it was given up%s", name, t.patience, because(failure))
		return given
	}
	waiting := verdict{
		reason:  fleetv1.ReasonUninstalling,
		message: fmt.Sprintf("waiting for Flux to uninstall release %s from Cluster %s%s", addon.InstanceName(), name, because(failure)),
		again:   max(t.patience-waited, time.Second),
	}
	if u.refused {
		waiting.reason = fleetv1.ReasonUninstallFailed
	}
	return waiting
}

func because(failure string) string {
	if failure == "" {
		return ""
	}
	return "; " + failure
}

// uninstallFailure returns why Flux could not uninstall a release, or nothing if it does not say so.
func uninstallFailure(hr *helmv2.HelmRelease) string {
	for _, conditionType := range []string{helmv2.ReleasedCondition, fluxmeta.ReadyCondition} {
		c := apimeta.FindStatusCondition(hr.Status.Conditions, conditionType)
		if c != nil && c.Status == metav1.ConditionFalse && c.Reason == helmv2.UninstallFailedReason {
			return release.Scrub(c.Message)
		}
	}
	return ""
}

// tenantOf looks after the tenant cluster of an add-on.
func (r *Reconciler) tenantOf(ctx context.Context, addon *fleetv1.Addon) (tenant, error) {
	t := tenant{patience: defaultAbandonTimeout}
	cluster := &fleetv1.Cluster{}
	switch err := r.Client.Get(ctx, client.ObjectKey{Namespace: addon.Namespace, Name: addon.Spec.ClusterName}, cluster); {
	case apierrors.IsNotFound(err):
		return t, nil
	case err != nil:
		return t, fmt.Errorf("reading Cluster %s: %w", addon.Spec.ClusterName, err)
	}
	t.cluster = true
	var err error
	t.kubeconfig, err = r.secretExists(ctx, addon.Namespace, cluster.Status.KubeconfigSecretName)
	if namespaces.Closed(err) {
		var namespace namespaces.Namespace
		namespace, err = namespaces.Get(ctx, r.Client, addon.Namespace)
		t.kubeconfig, t.closed = true, namespace.Terminating
	}
	if err != nil {
		return t, err
	}
	platform, err := r.platformOf(ctx, cluster)
	if err != nil {
		return t, err
	}
	if platform.Spec.ReleaseAbandonTimeout != nil {
		t.patience = platform.Spec.ReleaseAbandonTimeout.Duration
	}
	return t, nil
}

// secretExists looks for a Secret past the cache, without reading what is in it.
func (r *Reconciler) secretExists(ctx context.Context, namespace, name string) (bool, error) {
	if name == "" {
		return false, nil
	}
	secret := &metav1.PartialObjectMetadata{}
	secret.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	err := r.APIReader.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, secret)
	if client.IgnoreNotFound(err) != nil {
		return false, fmt.Errorf("looking for Secret %s: %w", name, err)
	}
	return err == nil, nil
}
