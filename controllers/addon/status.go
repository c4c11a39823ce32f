package addon

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/release"
	"github.com/slipway-dev/slipway/internal/workload"
)

// setStatus computes the status from what the pass found out. held is what held it up, nil if it went through.
func setStatus(s *scope, held *hold, now metav1.Time) {
	if held == nil {
		held = s.verdict(now)
		s.failed = held != nil && held.stalled
	}
	if held == nil {
		recordDeployed(s, now)
	} else if s.kubeconfig != nil {
		s.within(recheckTrouble)
	}
	if held != nil && held.reason == fleetv1.ReasonNamespaceNotOpen {
		s.within(recheckClosed)
	}
	if held != nil {
		held.message = release.Scrub(held.message, s.secrets...)
	}
	setConditions(s.addon, held, release.Scrub(s.state.Message, s.secrets...), now)
	if s.outputs != nil {
		s.addon.Status.Outputs = s.outputs
	}
	setTargets(s)
}

// verdict says what keeps the add-on from being ready after a pass that went through, nil if it is ready.
func (s *scope) verdict(now metav1.Time) *hold {
	held := s.fromState()
	if held == nil {
		held = s.fromHealth(now)
	}
	if s.refused == nil {
		return held
	}
	// The version may not be changed to, but it is what is installed: how that does is said all the same.
	refused := *s.refused
	if held == nil {
		refused.message += "; what is installed stays"
	} else {
		refused.message += "; what is installed: " + held.message
		refused.ready = held.ready
	}
	return &refused
}

// fromState turns the state of a release into what holds the add-on up, nil if it is deployed.
func (s *scope) fromState() *hold {
	state := s.state
	held := &hold{reason: state.Reason, message: s.explained(), ready: metav1.ConditionFalse, stalled: state.Stalled()}
	switch state.Phase {
	case release.Deployed:
		return nil
	case release.Unreachable:
		held.ready = metav1.ConditionUnknown
	}
	return held
}

// explained is the message of the state, or, where the workloads tell it better, their cause. A cause that was seen during an
// attempt outlives it: while the release before is being restored, and afterwards, there is nothing left to see.
func (s *scope) explained() string {
	switch s.state.Phase {
	case release.Deployed, release.Unreachable, release.SourceFailed:
		return s.state.Message
	}
	cause, before := release.Scrub(s.health.cause), s.causeBefore()
	// While the release before is being restored the same workload is in trouble, and no pod says why any more.
	if strings.HasPrefix(before, cause) {
		cause = before
	}
	switch {
	case cause == "":
		return s.state.Message
	case s.state.Restored:
		return cause + release.Restored
	}
	return cause
}

// causeBefore is the cause that was told of the present generation at the last pass, empty if none was.
func (s *scope) causeBefore() string {
	ready := conditions.Get(s.before, fleetv1.ConditionReady)
	if ready == nil || ready.ObservedGeneration != s.addon.Generation || !workload.IsCause(ready.Message) {
		return ""
	}
	return strings.TrimSuffix(ready.Message, release.Restored)
}

// fromHealth is what holds up an add-on whose release is deployed: workloads that are not ready, or outputs that are missing.
// Before the generation was ready once, that is part of getting there, for as long as an attempt may take; from then on it is a
// failure.
func (s *scope) fromHealth(now metav1.Time) *hold {
	held := &hold{ready: metav1.ConditionFalse}
	switch {
	case !s.health.AllFine() && s.health.Broken():
		held.reason, held.message = fleetv1.ReasonDegraded, release.Scrub(s.health.cause)
	case !s.health.AllFine():
		held.reason, held.message = fleetv1.ReasonPartiallyReady, release.Scrub(s.health.cause)
	case len(s.missing) > 0:
		held.reason, held.message = fleetv1.ReasonPartiallyReady, release.Scrub(strings.Join(s.missing, "; "))
	default:
		return nil
	}
	before, late := failedBefore(s.before, s.desired.Checksum), !now.Time.Before(s.deadline())
	switch {
	case before != "":
		held.reason, held.stalled = before, true
	case !handled(s.addon) && late:
		held.reason, held.stalled = release.FailedReason(installed(s.addon)), true
	case !handled(s.addon):
		s.within(s.deadline().Sub(now.Time))
		s.within(s.glance())
	}
	return held
}

// setConditions sets Ready, Reconciling, Stalled and Installed, and moves the observed generation where the present one is
// handled: deployed, or given up.
func setConditions(addon *fleetv1.Addon, held *hold, deployed string, now metav1.Time) {
	ready := metav1.Condition{Type: fleetv1.ConditionReady, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonDeployed, Message: deployed}
	reconciling := metav1.Condition{Type: fleetv1.ConditionReconciling, Status: metav1.ConditionFalse, Reason: fleetv1.ReasonReconciled}
	stalled := metav1.Condition{Type: fleetv1.ConditionStalled, Status: metav1.ConditionFalse, Reason: fleetv1.ReasonNotStalled}
	switch {
	case held == nil:
		conditions.Set(addon, metav1.Condition{
			Type: fleetv1.ConditionInstalled, Status: metav1.ConditionTrue, Reason: fleetv1.ReasonInstalled,
			Message: "deployed at least once",
		}, now)
	case held.stalled:
		stalled.Status, stalled.Reason, stalled.Message = metav1.ConditionTrue, held.reason, held.message
	case held.reason == fleetv1.ReasonSuspended:
		reconciling.Reason, reconciling.Message = held.reason, held.message
	default:
		reconciling.Status, reconciling.Reason, reconciling.Message = metav1.ConditionTrue, fleetv1.ReasonProgressing, held.message
	}
	if held != nil {
		ready.Status, ready.Reason, ready.Message = held.ready, held.reason, held.message
	}
	conditions.Set(addon, ready, now)
	conditions.Set(addon, reconciling, now)
	conditions.Set(addon, stalled, now)
	if held == nil || held.stalled {
		addon.Status.ObservedGeneration = addon.Generation
	}
}

// installed tells whether the add-on was deployed before.
func installed(addon *fleetv1.Addon) bool {
	return conditions.IsTrue(addon, fleetv1.ConditionInstalled)
}
