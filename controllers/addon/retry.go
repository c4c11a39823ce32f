package addon

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/release"
)

// lostAttempts is how many attempts a release gets whose failures read like those of a connection, although its cluster answers,
// before they count as failures of the release.
const lostAttempts = 3

// keepRequest lets what Flux was last asked for stand, as long as it is about what is rendered now. What is rendered anew is a
// new request, also where it is what an earlier one was about.
func (r *Reconciler) keepRequest(_ context.Context, s *scope) error {
	request := release.Asked(s.current[s.desired.Release])
	if request.Checksum != s.desired.Checksum {
		request = release.Request{Checksum: s.desired.Checksum, Time: r.Clock.Now()}
	}
	s.desired.Ask(request)
	return nil
}

// retry asks Flux for another attempt at a release that failed, when its time has come.
func (r *Reconciler) retry(ctx context.Context, s *scope) error {
	now, deadline := r.Clock.Now(), s.deadline()
	asked := release.Asked(s.desired.Release)
	switch {
	case s.state.Lost && asked.Attempt < lostAttempts:
	case !now.Before(deadline):
		s.state = s.state.AfterDeadline(installed(s.addon))
	case s.state.Retryable():
		s.within(deadline.Sub(now))
	}
	next, wait := release.Next(release.Attempts{
		Asked: asked, State: s.state, Applied: s.addon.Status.LastAppliedTime.Time, Nodes: s.seen(), Now: now,
	})
	if wait > 0 {
		s.within(min(wait, recheckTrouble))
	}
	if next == asked {
		return nil
	}
	s.desired.Ask(next)
	for _, desired := range []*unstructured.Unstructured{s.desired.Source, s.desired.Release} {
		applied, err := s.place.apply(ctx, desired, true)
		if err != nil {
			return err
		}
		s.current[desired] = applied
	}
	retriesTotal.WithLabelValues(s.addon.Spec.TemplateName).Inc()
	ctrl.LoggerFrom(ctx).Info("Asked Flux for another attempt", "attempt", next.Attempt, "reason", s.state.Reason)
	s.state = s.state.Again()
	s.within(recheckTrouble)
	return nil
}

// deadline is when an attempt at what is rendered now counts as failed.
func (s *scope) deadline() time.Time {
	return s.addon.Status.LastAppliedTime.Add(release.Timeout(s.template))
}

// failedBefore returns the reason for which an attempt at what is rendered now counted as a failure; empty if none did since it
// last was ready.
func failedBefore(addon *fleetv1.Addon, checksum string) string {
	stalled := conditions.Get(addon, fleetv1.ConditionStalled)
	if stalled == nil || stalled.Status != metav1.ConditionTrue || stalled.ObservedGeneration != addon.Generation ||
		addon.Status.RenderedChecksum != checksum {
		return ""
	}
	switch stalled.Reason {
	case fleetv1.ReasonInstallFailed, fleetv1.ReasonUpgradeFailed, fleetv1.ReasonRollbackFailed:
		return stalled.Reason
	}
	return ""
}
