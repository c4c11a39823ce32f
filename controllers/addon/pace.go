package addon

import (
	"context"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	ctrl "sigs.k8s.io/controller-runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/release"
)

const (
	// pollFirst and pollLast are how often a tenant cluster is looked at at first, and after a while.
	pollFirst, pollLast = 2 * time.Second, time.Minute
	// pollShare is which part of the time that something has taken already the next look waits.
	pollShare = 8
	// fluxPatience is how long a tenant's Flux may leave a HelmRelease without a word before it counts as missing.
	fluxPatience = time.Minute
)

// pollEvery is when to look again at what happens on a tenant cluster, which is not watched: soon after something changed, and
// less and less often while it does not.
func (r *Reconciler) pollEvery(addon *fleetv1.Addon) time.Duration {
	var changed time.Time
	if ready := conditions.Get(addon, fleetv1.ConditionReady); ready != nil {
		changed = ready.LastTransitionTime.Time
	}
	if applied := addon.Status.LastAppliedTime; applied != nil && applied.After(changed) {
		changed = applied.Time
	}
	return pollAfter(r.Clock.Since(changed))
}

func pollAfter(elapsed time.Duration) time.Duration {
	return min(max(elapsed/pollShare, pollFirst), pollLast)
}

// pace says when to look at a release on a tenant cluster again, and notices that no Flux acts there.
func (r *Reconciler) pace(_ context.Context, s *scope) error {
	if s.place.delivery != fleetv1.DeliveryTenant {
		return nil
	}
	if s.state.Phase == release.Deployed {
		s.poll = false
		s.within(pollLast)
		return nil
	}
	hr := &helmv2.HelmRelease{}
	if err := decode(s.current[s.desired.Release], hr); err != nil {
		return err
	}
	if applied := s.addon.Status.LastAppliedTime; !heard(hr) && applied != nil && r.Clock.Since(applied.Time) >= fluxPatience {
		return fluxMissing(s.cluster.Name, "nothing acts on its HelmReleases")
	}
	return nil
}

// heard tells whether Flux has said anything about the present generation of a HelmRelease.
func heard(hr *helmv2.HelmRelease) bool {
	for _, c := range hr.Status.Conditions {
		if c.ObservedGeneration == hr.Generation {
			return true
		}
	}
	return hr.Status.ObservedGeneration == hr.Generation ||
		hr.Status.LastHandledReconcileAt == hr.Annotations[fluxmeta.ReconcileRequestAnnotation]
}

// untilNextLook is when to look at an uninstallation again at the latest.
func (r *Reconciler) untilNextLook(addon *fleetv1.Addon, v verdict) time.Duration {
	if recorded(addon) == fleetv1.DeliveryHub && addon.Status.MovedFrom == "" {
		return v.again
	}
	return min(v.again, pollAfter(r.Clock.Since(addon.DeletionTimestamp.Time)))
}

// outcome is what follows from an error. On a tenant cluster nothing tells when an object came, went or changed: there even an
// error that needs nothing more on the hub calls for another look.
func (r *Reconciler) outcome(addon *fleetv1.Addon, err error) (ctrl.Result, error) {
	result, failed := outcome.Of(err)
	onTenant := recorded(addon) == fleetv1.DeliveryTenant || addon.Status.MovedFrom != ""
	if err != nil && failed == nil && onTenant {
		result.RequeueAfter = pollFirst
	}
	return result, failed
}
