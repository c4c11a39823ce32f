package kwokadapter

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/remote"
)

// reconcileControlPlane makes the control plane of a Cluster run and publishes how to reach it.
func (a *Adapter) reconcileControlPlane(ctx context.Context, target adapter.Target) (adapter.Report, error) {
	cluster := target.Cluster
	if err := a.checkSecrets(ctx, cluster); err != nil {
		return adapter.Report{}, err
	}
	plane, err := a.tenants.open(cluster, wantsFlux(target))
	if err != nil {
		return adapter.Report{}, err
	}
	if ended := endedOf(plane); len(ended) > 0 && a.tenants.wasUp(plane.Dir()) {
		// Say so before the restart, which takes a while.
		a.tenants.setUp(plane.Dir(), false)
		message := strings.Join(ended, ", ") + " ended and is started again"
		return adapter.Report{Available: adapter.False(reasonControlPlaneDown, message), RequeueAfter: time.Millisecond}, nil
	}
	starting, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if err := a.start(starting, cluster, plane); err != nil {
		return adapter.Report{}, err
	}
	facts, err := a.publish(ctx, cluster, plane)
	if err != nil {
		return adapter.Report{}, err
	}
	a.tenants.setUp(plane.Dir(), true)
	return adapter.Report{
		Available:    adapter.True(reasonControlPlaneReady, "the control plane answers at "+facts.APIEndpoint),
		Cluster:      facts,
		Further:      fluxFindings(plane),
		RequeueAfter: a.nextCheck(cluster),
	}, nil
}

// start starts what does not run, and renews certificates when asked to.
func (a *Adapter) start(ctx context.Context, cluster *fleetv1.Cluster, plane *controlplane.ControlPlane) error {
	if err := plane.Start(ctx); err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	due, err := a.renewalDue(cluster, plane)
	if err != nil || !due {
		return err
	}
	ctrl.LoggerFrom(ctx).Info("Renewing certificates")
	if err := plane.RotateCertificates(ctx, validity(cluster)); err != nil {
		return fmt.Errorf("renewing certificates: %w", err)
	}
	return nil
}

// renewalDue tells whether spec.certificates.renewAfter has come and the certificates are older.
func (a *Adapter) renewalDue(cluster *fleetv1.Cluster, plane *controlplane.ControlPlane) (bool, error) {
	after := renewAfter(cluster)
	if after.IsZero() || after.After(a.clock.Now()) {
		return false, nil
	}
	issued, err := plane.CertificatesIssued()
	if err != nil {
		return false, fmt.Errorf("reading when certificates were made: %w", err)
	}
	return issued.Before(after), nil
}

func renewAfter(cluster *fleetv1.Cluster) time.Time {
	if cluster.Spec.Certificates == nil || cluster.Spec.Certificates.RenewAfter == nil {
		return time.Time{}
	}
	return cluster.Spec.Certificates.RenewAfter.Time
}

// nextCheck is when to look again: soon, or when certificates are to be renewed.
func (a *Adapter) nextCheck(cluster *fleetv1.Cluster) time.Duration {
	if until := renewAfter(cluster).Sub(a.clock.Now()); until > 0 {
		return min(until, checkEvery)
	}
	return checkEvery
}

// publish writes the Secrets and returns the facts about a control plane that runs.
func (a *Adapter) publish(ctx context.Context, cluster *fleetv1.Cluster, plane *controlplane.ControlPlane) (*fleetv1.ClusterFacts, error) {
	admin, err := plane.AdminKubeconfig()
	if err != nil {
		return nil, fmt.Errorf("making the kubeconfig: %w", err)
	}
	kubeconfig, err := remote.Parse(admin)
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	version, err := remote.Ping(ctx, kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("asking the control plane for its version: %w", err)
	}
	expiry, err := plane.CertificateExpiry()
	if err != nil {
		return nil, fmt.Errorf("reading when certificates expire: %w", err)
	}
	if err := a.applySecrets(ctx, cluster, plane, kubeconfig); err != nil {
		return nil, err
	}
	expires := metav1.NewTime(expiry.UTC().Truncate(time.Second))
	return &fleetv1.ClusterFacts{
		APIEndpoint:          plane.Endpoint(),
		KubernetesVersion:    cmp.Or(cluster.Spec.KubernetesVersion, version),
		KubeconfigSecretName: kubeconfigSecret(cluster),
		KubeconfigChecksum:   kubeconfig.Checksum(),
		CertificateExpiry:    &expires,
	}, nil
}

// removeControlPlane ends the control plane and takes away everything that was made for it.
func (a *Adapter) removeControlPlane(ctx context.Context, cluster *fleetv1.Cluster) (adapter.Report, error) {
	if err := a.tenants.destroy(ctx, identityOf(cluster)); err != nil {
		return adapter.Report{}, err
	}
	if err := a.deleteSecrets(ctx, cluster); err != nil {
		return adapter.Report{}, err
	}
	return adapter.Report{
		Available: adapter.False(reasonControlPlaneRemoved, "the control plane and its Secrets are gone"),
		Finalized: true,
	}, nil
}

// endedOf returns the components that should run and do not.
func endedOf(plane *controlplane.ControlPlane) []string {
	var ended []string
	for component, running := range plane.Running() {
		if !running {
			ended = append(ended, component)
		}
	}
	slices.Sort(ended)
	return ended
}
