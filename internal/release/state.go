package release

import (
	"strings"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Phase is where a release is on its way.
type Phase string

// The phases of a release.
const (
	// Installing: the first installation is under way.
	Installing Phase = "Installing"
	// Upgrading: a change is under way.
	Upgrading Phase = "Upgrading"
	// Deployed: what was asked for is deployed.
	Deployed Phase = "Deployed"
	// Retrying: the last attempt failed, and Flux tries again.
	Retrying Phase = "Retrying"
	// Failed: the last attempt failed and counts as a failure. There will be more, when Next says so.
	Failed Phase = "Failed"
	// Unreachable: the tenant cluster does not answer.
	Unreachable Phase = "Unreachable"
	// SourceFailed: the chart cannot be fetched.
	SourceFailed Phase = "SourceFailed"
)

// State is where a release is, and why.
type State struct {
	// Phase is where the release is.
	Phase Phase
	// Reason is the reason of the Addon's Ready condition.
	Reason string
	// Message says what is going on or what went wrong, in Flux's words where it has any.
	Message string
	// Since is when Flux gave the last attempt up; zero if it did not.
	Since time.Time
	// Trying tells that another attempt is under way after one that counted as a failure.
	Trying bool
	// Restored tells that the release before was restored after a failure.
	Restored bool
	// Lost tells that the failure reads like one of the connection to the cluster.
	Lost bool
	// Late tells that the deadline for what went wrong is over.
	Late bool
}

// Stalled tells whether the state counts as a failure.
func (s State) Stalled() bool { return s.Phase == Failed || s.Late }

// Retryable tells whether something failed that another attempt may mend.
func (s State) Retryable() bool {
	return !s.Trying && (s.Phase == Failed || s.Phase == Retrying || s.Phase == SourceFailed)
}

// Reached corrects a state by what a ping of the cluster said, nil if it answers. What fails because the cluster cannot be
// reached has not failed; and what failed because it could not be reached is about to be tried again.
func (s State) Reached(err error) State {
	switch {
	case err != nil:
		return State{Phase: Unreachable, Reason: fleetv1.ReasonClusterUnreachable, Message: Scrub(err.Error())}
	case s.Phase == Unreachable, s.Lost && s.Phase == Failed && !s.Trying:
		s.Phase, s.Reason = Retrying, fleetv1.ReasonRetrying
		s.Message = Scrub("the cluster answers; before that: " + s.Message)
	}
	return s
}

// AfterDeadline returns what becomes of a state once the time that an attempt may take is over: what still fails counts as a
// failure.
func (s State) AfterDeadline(installed bool) State {
	switch s.Phase {
	case Retrying:
		s.Phase, s.Reason = Failed, FailedReason(installed)
	case SourceFailed:
		s.Late = true
	}
	return s
}

// Again is the state once another attempt was asked for.
func (s State) Again() State {
	s.Trying, s.Restored = true, false
	if s.Phase == Failed {
		s.Message = trying + strings.TrimSuffix(s.Message, Restored)
	}
	return s
}

// trying begins the message while another attempt is under way.
const trying = "trying again: "

// FailedReason is the reason of an attempt that counts as a failure: of a change of what was ready before, or of an installation.
func FailedReason(installed bool) string {
	if installed {
		return fleetv1.ReasonUpgradeFailed
	}
	return fleetv1.ReasonInstallFailed
}
