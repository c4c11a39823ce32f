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
	// One look at the clock decides about the renewal and about what is said of it.
	until := renewAfter(cluster).Sub(a.clock.Now())
	if err := a.start(starting, cluster, plane, until <= 0); err != nil {
		return adapter.Report{}, err
	}
	facts, err := a.publish(ctx, cluster, plane)
	if err != nil {
		return adapter.Report{}, err
	}
	a.tenants.setUp(plane.Dir(), true)
	tenant, err := a.tenant(ctx, cluster)
	if err != nil {
		return adapter.Report{}, err
	}
	all, late, err := a.furnish(ctx, tenant, target)
	if err != nil {
		return adapter.Report{}, err
	}
	report := adapter.Report{
		Available:    adapter.True(reasonControlPlaneReady, "the control plane answers at "+facts.APIEndpoint),
		Cluster:      facts,
		Further:      fluxFindings(plane),
		RequeueAfter: checkEvery,
	}
	if until > 0 {
		report.RequeueAfter = min(until, checkEvery)
	}
	switch {
	case until > 0 && until <= soon:
		report.Available = adapter.False(reasonRenewalAwaited, "the certificates are renewed in a moment")
	case late > 0:
		report.Available = adapter.False(reasonNodesBehind, fmt.Sprintf("%d of %d nodes run %s", all-late, all, networkOf(cluster)))
		report.Applied = adapter.True(reasonNodesBehind, "the nodes are being changed")
		report.RequeueAfter = progressEvery
	}
	return report, nil
}

// soon is how far ahead a time may be that was written as "now" by somebody whose clock is ahead. What lies farther ahead is meant
// as an appointment, which is no reason to be not available until then.
const soon = time.Minute

// start starts what does not run, and renews certificates that are too old where the time for that has come.
func (a *Adapter) start(ctx context.Context, cluster *fleetv1.Cluster, plane *controlplane.ControlPlane, renew bool) error {
	if err := plane.Start(ctx); err != nil {
		return fmt.Errorf("starting the control plane: %w", err)
	}
	if !renew {
		return nil
	}
	issued, err := plane.CertificatesIssued()
	if err != nil {
		return fmt.Errorf("reading when certificates were made: %w", err)
	}
	if !issued.Before(renewAfter(cluster)) {
		return nil
	}
	ctrl.LoggerFrom(ctx).Info("Renewing certificates")
	if err := plane.RotateCertificates(ctx, validity(cluster)); err != nil {
		return fmt.Errorf("renewing certificates: %w", err)
	}
	return nil
}

// renewAfter returns spec.certificates.renewAfter; the zero time, which is before all certificates, where it is not given.
func renewAfter(cluster *fleetv1.Cluster) time.Time {
	if cluster.Spec.Certificates == nil || cluster.Spec.Certificates.RenewAfter == nil {
		return time.Time{}
	}
	return cluster.Spec.Certificates.RenewAfter.Time
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
	version = cmp.Or(cluster.Spec.KubernetesVersion, version)
	if err := a.tenants.upgraded(cluster, version); err != nil {
		return nil, err
	}
	expires := metav1.NewTime(expiry.UTC().Truncate(time.Second))
	return &fleetv1.ClusterFacts{
		APIEndpoint:          plane.Endpoint(),
		KubernetesVersion:    version,
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
