package release

import (
	"fmt"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Observed is what is known of a release.
type Observed struct {
	// Release is the HelmRelease, nil if there is none.
	Release *helmv2.HelmRelease
	// Sources are the conditions of the objects the chart comes from, one list per object.
	Sources [][]metav1.Condition
	// Repository is the OCIRepository that the chart comes from, nil for a chart from a HelmRepository.
	Repository *sourcev1.OCIRepository
	// Version is the version of the template that is wished.
	Version *fleetv1.AddonVersion
	// Installed tells that the add-on was deployed before.
	Installed bool
	// Failed is the reason for which an earlier attempt at what is wished counted as a failure. Empty if none did.
	Failed string
}

// Readiness reads the state of a release from its HelmRelease. What Flux says counts only if it says it about the present
// spec, the present values and the present chart: about the spec Flux tells by the generation, about the values by answering
// the request that Objects.Ask put into an annotation, about the chart by the revision it last tried.
func Readiness(in Observed) State {
	state := in.read()
	if in.Failed == "" {
		return state
	}
	// A repetition changes nothing about the failure until it ends, or the word would go to and fro.
	switch state.Phase {
	case Installing, Upgrading:
		return State{Phase: Failed, Reason: in.Failed, Message: trying + cause(in.Release, nil), Trying: true}
	case Retrying:
		state.Phase, state.Reason = Failed, in.Failed
	}
	return state
}

func (in Observed) read() State {
	if in.Release == nil {
		return in.progress("waiting for the HelmRelease to be created")
	}
	ready := apimeta.FindStatusCondition(in.Release.Status.Conditions, fluxmeta.ReadyCondition)
	if ready == nil || ready.ObservedGeneration != in.Release.Generation || !answered(in.Release) {
		return in.progress(activity(in.Release, "waiting for Flux to act on the release"))
	}
	switch ready.Status {
	case metav1.ConditionTrue:
		// Flux moves the observed generation only at the end: until then Ready is about the release of the spec before.
		if in.Release.Status.ObservedGeneration != in.Release.Generation {
			return in.progress(activity(in.Release, "waiting for Flux to act on the release"))
		}
		if !in.chartTried() {
			return in.progress("waiting for Flux to take the chart")
		}
		return State{Phase: Deployed, Reason: fleetv1.ReasonDeployed, Message: Scrub(ready.Message)}
	case metav1.ConditionFalse:
		return in.failure(ready)
	default:
		return in.progress(activity(in.Release, "Flux is working on the release"))
	}
}

// answered tells whether Flux has acted on the request in the HelmRelease's annotation.
func answered(hr *helmv2.HelmRelease) bool {
	return hr.Annotations[fluxmeta.ReconcileRequestAnnotation] == hr.Status.LastHandledReconcileAt
}

// chartTried tells whether what Flux last tried is the chart that is wished, and not one it had before: Flux may answer a
// request before it sees the change of the source that came with it.
func (in Observed) chartTried() bool {
	tried := in.Release.Status
	if !sameChart(chartVersion(in.Version), tried.LastAttemptedRevision) {
		return false
	}
	if in.Repository == nil {
		return true
	}
	artifact := in.Repository.Status.Artifact
	return artifact != nil && in.Repository.Status.ObservedGeneration == in.Repository.Generation &&
		tried.LastAttemptedRevisionDigest != "" && strings.HasSuffix(artifact.Revision, tried.LastAttemptedRevisionDigest)
}

// sameChart compares versions without their metadata: Flux puts the digest of the chart there.
func sameChart(wished, tried string) bool {
	a, err := semver.NewVersion(wished)
	if err != nil {
		return wished == tried
	}
	b, err := semver.NewVersion(tried)
	return err == nil && a.Equal(b)
}

// progress is an installation or upgrade that is going well so far.
func (in Observed) progress(message string) State {
	if in.Installed {
		return State{Phase: Upgrading, Reason: fleetv1.ReasonUpgrading, Message: Scrub(message)}
	}
	return State{Phase: Installing, Reason: fleetv1.ReasonInstalling, Message: Scrub(message)}
}

// failure is a release about which Flux says that it is not ready.
func (in Observed) failure(ready *metav1.Condition) State {
	stalled := apimeta.FindStatusCondition(in.Release.Status.Conditions, fluxmeta.StalledCondition)
	if stalled != nil && stalled.Status == metav1.ConditionTrue {
		if stalled.Reason == reasonRetriesExceeded && !in.chartTried() {
			return in.progress("waiting for Flux to take the chart")
		}
		return in.givenUp(ready, stalled.LastTransitionTime.Time)
	}
	switch ready.Reason {
	case reasonStateError, reasonRESTClientError, reasonResourceManagerError, reasonFactoryError:
		return State{Phase: Unreachable, Reason: fleetv1.ReasonClusterUnreachable, Message: Scrub(ready.Message), Lost: true}
	case reasonSourceNotReady, helmv2.ArtifactFailedReason:
		return in.noChart(ready)
	case fluxmeta.HealthCheckCanceledReason:
		return in.progress(ready.Message)
	}
	message := cause(in.Release, ready)
	return State{
		Phase: Retrying, Reason: fleetv1.ReasonRetrying, Message: message, Lost: ConnectionLost(message), Trying: restoring(in.Release),
	}
}

// restoring tells whether Flux is about to restore the release before. Nothing is asked of it until it has.
func restoring(hr *helmv2.HelmRelease) bool {
	if hr.Spec.Upgrade == nil || hr.Status.LastAttemptedReleaseAction != helmv2.ReleaseActionUpgrade || hr.Status.UpgradeFailures == 0 {
		return false
	}
	return apimeta.FindStatusCondition(hr.Status.Conditions, helmv2.RemediatedCondition) == nil
}

// noChart is a release whose chart is not there: not yet, or because it cannot be fetched.
func (in Observed) noChart(ready *metav1.Condition) State {
	message := sourceFailure(in.Sources)
	switch {
	case message != "":
	case ready.Reason == helmv2.ArtifactFailedReason:
		message = ready.Message
	default:
		return in.progress("waiting for the chart to be fetched")
	}
	message = fmt.Sprintf("chart %s %s cannot be fetched: %s", in.Version.Chart.Name, chartVersion(in.Version), message)
	return State{Phase: SourceFailed, Reason: fleetv1.ReasonSourceFailed, Message: Scrub(message)}
}

// givenUp is a release that Flux will not try again before it is asked to.
func (in Observed) givenUp(ready *metav1.Condition, since time.Time) State {
	state := State{Phase: Failed, Reason: FailedReason(in.Installed), Message: cause(in.Release, ready), Since: since}
	state.Lost = ConnectionLost(state.Message)
	remediated := apimeta.FindStatusCondition(in.Release.Status.Conditions, helmv2.RemediatedCondition)
	switch {
	case remediated == nil:
	case remediated.Reason == helmv2.RollbackFailedReason:
		state.Reason = fleetv1.ReasonRollbackFailed
		state.Message = Scrub(fmt.Sprintf("%s; then: %s", state.Message, remediated.Message))
	case remediated.Reason == helmv2.RollbackSucceededReason:
		state.Restored = true
		state.Message += Restored
	}
	return state
}

// Restored ends the message of a failed change after which the release before was restored.
const Restored = "; the release before was restored"

// cause returns why the last attempt failed: Flux keeps that in Released, while Ready may tell of the remediation already.
func cause(hr *helmv2.HelmRelease, ready *metav1.Condition) string {
	var released *metav1.Condition
	if hr != nil {
		released = apimeta.FindStatusCondition(hr.Status.Conditions, helmv2.ReleasedCondition)
	}
	if released != nil && released.Status == metav1.ConditionFalse && released.Message != "" {
		return Scrub(released.Message)
	}
	if ready != nil && ready.Message != "" {
		return Scrub(ready.Message)
	}
	if hr != nil {
		if stalled := apimeta.FindStatusCondition(hr.Status.Conditions, fluxmeta.StalledCondition); stalled != nil {
			return Scrub(stalled.Message)
		}
	}
	return "Flux gives no reason"
}

// activity returns what Flux says it is doing about the present generation.
func activity(hr *helmv2.HelmRelease, otherwise string) string {
	doing := apimeta.FindStatusCondition(hr.Status.Conditions, fluxmeta.ReconcilingCondition)
	if doing == nil || doing.ObservedGeneration != hr.Generation || doing.Message == "" {
		return otherwise
	}
	return doing.Message
}

// sourceFailure returns why the chart cannot be fetched, or nothing if it is only not there yet.
func sourceFailure(sources [][]metav1.Condition) string {
	for _, conditions := range sources {
		if c := apimeta.FindStatusCondition(conditions, fluxmeta.ReadyCondition); c != nil && c.Status == metav1.ConditionFalse {
			return c.Message
		}
	}
	return ""
}
