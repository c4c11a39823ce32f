package addon

import (
	"context"
	"errors"
	"fmt"
	"time"

	ctrl "sigs.k8s.io/controller-runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/remote"
)

const (
	// lookTimeout bounds everything that one pass reads of a tenant cluster's workloads.
	lookTimeout = 5 * time.Second
	// maxListed bounds each list of them.
	maxListed = 500
	// maxExplained is for how many workloads in trouble the cause is looked for.
	maxExplained = 3

	labelOriginName      = "helm.toolkit.fluxcd.io/name"
	labelOriginNamespace = "helm.toolkit.fluxcd.io/namespace"
	labelInstance        = "app.kubernetes.io/instance"
	annotationHook       = "helm.sh/hook"
)

// gatherHealth looks at what the release runs on the tenant cluster: whether it works, and if not, why. Where an attempt has just
// begun there is nothing to see yet, and nobody is asked.
func (r *Reconciler) gatherHealth(ctx context.Context, s *scope) error {
	if !s.worthALook(r.Clock.Now()) {
		return nil
	}
	tenant, err := r.Tenants.Get(s.kubeconfig)
	if err != nil {
		return fmt.Errorf("reaching Cluster %s: %w", s.cluster.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	look := &look{tenant: tenant, scope: s}
	err = look.all(ctx)
	if errors.Is(err, remote.ErrUnreachable) {
		// One request that fails is no outage.
		err = remote.Classify(look.again(ctx))
	}
	switch {
	case errors.Is(err, remote.ErrUnreachable):
		s.state = s.state.Reached(err)
	case err != nil:
		ctrl.LoggerFrom(ctx).V(1).Info("Looking at the workloads failed", "reason", err.Error())
		s.state = s.state.Reached(nil)
	default:
		s.health, s.looked = look.health, true
		s.state = s.state.Reached(nil)
	}
	return nil
}

// worthALook tells whether the tenant cluster has anything to say: about a release that is deployed or in trouble always, about
// one that Flux works on once that has taken a while.
func (s *scope) worthALook(now time.Time) bool {
	switch s.state.Phase {
	case release.Installing, release.Upgrading:
		s.within(s.glance())
		return !now.Before(s.addon.Status.LastAppliedTime.Add(s.glance()))
	case release.SourceFailed:
		return false
	}
	return true
}

// glance is how often a release that Flux works on is looked at.
func (s *scope) glance() time.Duration {
	return min(max(release.Timeout(s.template)/5, 5*time.Second), time.Minute)
}

// seen is what a request for another attempt remembers of the tenant cluster: when it changes, what held the last attempt up
// may be gone. Workloads that became fine count as long as they are those of the attempt.
func (s *scope) seen() string {
	if !s.looked || s.health.nodes == "" {
		return ""
	}
	if s.health.AllFine() && !s.state.Restored {
		return s.health.nodes + "-fine"
	}
	return s.health.nodes
}

// handled tells whether the present generation was ready or failed before.
func handled(addon *fleetv1.Addon) bool { return addon.Status.ObservedGeneration >= addon.Generation }
