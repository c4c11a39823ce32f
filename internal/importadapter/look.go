package importadapter

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/namespaces"
	"github.com/slipway-dev/slipway/internal/remote"
)

// view is what was seen of a cluster.
type view struct {
	available adapter.Finding
	// secret is the name of the kubeconfig Secret.
	secret string
	// kubeconfig is nil if it is missing or refused.
	kubeconfig *remote.Kubeconfig
	// version is empty if the cluster does not answer.
	version string
}

// look reads the kubeconfig of a Cluster and asks the cluster for its version. An error is one of the hub.
func (a *Adapter) look(ctx context.Context, cluster *fleetv1.Cluster) (view, error) {
	seen := view{secret: cmp.Or(cluster.Spec.KubeconfigSecretName, cluster.Name+"-kubeconfig")}
	secret := &corev1.Secret{}
	err := a.secrets.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: seen.secret}, secret)
	switch {
	case apierrors.IsNotFound(err):
		seen.available = adapter.False(fleetv1.ReasonKubeconfigMissing, fmt.Sprintf(
			"Secret %s does not exist; create it with the kubeconfig of the cluster under the key %s", seen.secret, fleetv1.KubeconfigKey))
		return seen, nil
	case namespaces.Closed(err):
		seen.available = adapter.False(fleetv1.ReasonNamespaceNotOpen, namespaces.Remedy(err, cluster.Namespace, namespaces.ManagerRole))
		return seen, nil
	case err != nil:
		return seen, fmt.Errorf("reading Secret %s: %w", seen.secret, err)
	}
	content, found := secret.Data[fleetv1.KubeconfigKey]
	if !found {
		seen.available = adapter.False(fleetv1.ReasonKubeconfigMissing, fmt.Sprintf(
			"Secret %s has no key %s; put the kubeconfig of the cluster there", seen.secret, fleetv1.KubeconfigKey))
		return seen, nil
	}
	kubeconfig, err := remote.Parse(content)
	if err != nil {
		seen.available = adapter.False(fleetv1.ReasonKubeconfigInvalid, fmt.Sprintf(
			"Secret %s, key %s: %s", seen.secret, fleetv1.KubeconfigKey, err))
		return seen, nil
	}
	seen.kubeconfig = kubeconfig
	if previous := cluster.Status.KubeconfigChecksum; previous != kubeconfig.Checksum() {
		a.clients.Drop(previous)
	}
	seen.version, err = remote.Ping(ctx, kubeconfig)
	seen.available = verdict(cluster, kubeconfig, err)
	return seen, ctx.Err()
}

// verdict says what the answer of a cluster, or the lack of one, means.
func verdict(cluster *fleetv1.Cluster, kubeconfig *remote.Kubeconfig, err error) adapter.Finding {
	switch {
	case err == nil:
		return adapter.True(fleetv1.ReasonClusterAnswers, "the cluster answers at "+kubeconfig.Endpoint())
	case errors.Is(err, remote.ErrUnauthorized):
		return adapter.False(fleetv1.ReasonCredentialsRefused, err.Error())
	case cluster.Status.KubernetesVersion == "":
		// Nobody has ever seen it: more likely the kubeconfig is wrong than the cluster down.
		return adapter.False(fleetv1.ReasonClusterUnreachable, err.Error())
	}
	return adapter.Unknown(fleetv1.ReasonClusterUnreachable, err.Error())
}

// stalled says what nobody but the owner of the kubeconfig can change. A Secret that is missing may well be on its way.
func (v view) stalled() string {
	if v.available.Reason == fleetv1.ReasonKubeconfigInvalid {
		return v.available.Message
	}
	return ""
}

// clusterReport is the report about a Cluster. Without a kubeconfig the facts last reported
// stand.
func (v view) clusterReport(cluster *fleetv1.Cluster) adapter.Report {
	report := adapter.Report{Available: v.available, Stalled: v.stalled()}
	if v.kubeconfig != nil {
		report.Cluster = &fleetv1.ClusterFacts{
			APIEndpoint:          v.kubeconfig.Endpoint(),
			KubernetesVersion:    cmp.Or(v.version, cluster.Status.KubernetesVersion), // what it was last, while it does not answer
			KubeconfigSecretName: v.secret,
			KubeconfigChecksum:   v.kubeconfig.Checksum(),
		}
	}
	return report
}
