package kwokadapter

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/remote"
)

func kubeconfigSecret(cluster *fleetv1.Cluster) string { return cluster.Name + "-kubeconfig" }

func caSecret(cluster *fleetv1.Cluster) string { return cluster.Name + "-ca" }

// tenantRole is the ClusterRole that lets the adapter use the Secrets of a namespace in which it is bound.
const tenantRole = "slipway-kwok-adapter-tenant"

// notOpen is the report about a Cluster in a namespace where nobody bound that role.
func notOpen(cluster *fleetv1.Cluster, err error) adapter.Report {
	remedy := namespaces.Remedy(err, cluster.Namespace, tenantRole)
	return adapter.Report{Available: adapter.False(fleetv1.ReasonNamespaceNotOpen, remedy), RequeueAfter: recheckClosed}
}

// checkSecrets makes sure that the names of the Secrets are free or ours, before anything is started.
func (a *Adapter) checkSecrets(ctx context.Context, cluster *fleetv1.Cluster) error {
	for _, name := range []string{kubeconfigSecret(cluster), caSecret(cluster)} {
		if _, err := a.ownSecret(ctx, cluster, name); err != nil {
			return err
		}
	}
	return nil
}

// applySecrets writes the Secrets that say how to reach the tenant: the kubeconfig, and the certificate authority.
func (a *Adapter) applySecrets(ctx context.Context, cluster *fleetv1.Cluster, plane *controlplane.ControlPlane, kubeconfig *remote.Kubeconfig) error {
	certificate, key, err := plane.CA()
	if err != nil {
		return fmt.Errorf("reading the certificate authority: %w", err)
	}
	err = a.applySecret(ctx, cluster, caSecret(cluster), corev1.SecretTypeTLS, map[string][]byte{
		corev1.TLSCertKey: certificate, corev1.TLSPrivateKeyKey: key,
	})
	if err != nil {
		return err
	}
	return a.applySecret(ctx, cluster, kubeconfigSecret(cluster), corev1.SecretTypeOpaque, map[string][]byte{
		fleetv1.KubeconfigKey: kubeconfig.Bytes(),
	})
}

func (a *Adapter) applySecret(ctx context.Context, cluster *fleetv1.Cluster, name string, secretType corev1.SecretType, data map[string][]byte) error {
	found, err := a.ownSecret(ctx, cluster, name)
	if err != nil {
		return err
	}
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.Namespace, Name: name}, Type: secretType}
	if found != nil {
		secret = found.DeepCopy()
	}
	if secret.Labels == nil {
		secret.Labels = map[string]string{}
	}
	secret.Labels[fleetv1.LabelCluster] = cluster.Name
	secret.Data = data
	if err := controllerutil.SetControllerReference(cluster, secret, a.client.Scheme(), controllerutil.WithBlockOwnerDeletion(false)); err != nil {
		return fmt.Errorf("setting the owner of Secret %s: %w", name, err)
	}
	switch {
	case found == nil:
		err = a.client.Create(ctx, secret)
	case !equality.Semantic.DeepEqual(found, secret):
		err = a.client.Patch(ctx, secret, client.MergeFromWithOptions(found, client.MergeFromWithOptimisticLock{}))
	}
	if err != nil {
		return fmt.Errorf("writing Secret %s: %w", name, err)
	}
	return nil
}

// ownSecret returns a Secret of the Cluster, or nil if there is none. One that is not ours is left alone for good.
func (a *Adapter) ownSecret(ctx context.Context, cluster *fleetv1.Cluster, name string) (*corev1.Secret, error) {
	secret := &corev1.Secret{}
	err := a.client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: name}, secret)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading Secret %s: %w", name, err)
	case !metav1.IsControlledBy(secret, cluster):
		return nil, adapter.Terminal(fmt.Errorf("the Secret %s exists and does not belong to this Cluster; delete or rename it", name))
	}
	return secret, nil
}

func (a *Adapter) deleteSecrets(ctx context.Context, cluster *fleetv1.Cluster) error {
	for _, name := range []string{kubeconfigSecret(cluster), caSecret(cluster)} {
		secret, err := a.ownSecret(ctx, cluster, name)
		if adapter.IsTerminal(err) || namespaces.Closed(err) || err == nil && secret == nil {
			continue // nothing of ours, or nothing that can be reached: that goes with its owner, the Cluster
		}
		if err != nil {
			return err
		}
		if err := a.client.Delete(ctx, secret, client.Preconditions{UID: &secret.UID}); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("deleting Secret %s: %w", name, err)
		}
	}
	return nil
}
