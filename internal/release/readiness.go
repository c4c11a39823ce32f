package release

import (
	"fmt"
	"strings"

	"github.com/Masterminds/semver/v3"
	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	// Retrying: the last attempt failed and Flux tries again.
	Retrying Phase = "Retrying"
	// Failed: Flux gave up. Only a change helps.
	Failed Phase = "Failed"
	// Unreachable: the tenant cluster does not answer.
	Unreachable Phase = "Unreachable"
	// SourceFailed: the chart cannot be fetched.
	SourceFailed Phase = "SourceFailed"
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
}

// State is where a release is, and why.
type State struct {
	// Phase is where the release is.
	Phase Phase
	// Reason is the reason of the Addon's Ready condition.
	Reason string
	// Message says what is going on or what went wrong, in Flux's words where it has any.
	Message string
}

// Readiness reads the state of a release from its HelmRelease. What Flux says counts only if it says it about the present
// spec, the present values and the present chart: about the spec Flux tells by the generation, about the values by answering
// the request that Render put into an annotation, about the chart by the revision it last tried.
func Readiness(in Observed) State {
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
		return State{Phase: Deployed, Reason: fleetv1.ReasonDeployed, Message: clip(ready.Message)}
	case metav1.ConditionFalse:
		return in.failure(ready)
	default:
		return in.running()
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
		return State{Phase: Upgrading, Reason: fleetv1.ReasonUpgrading, Message: clip(message)}
	}
	return State{Phase: Installing, Reason: fleetv1.ReasonInstalling, Message: clip(message)}
}

// running is a release that Flux is working on.
func (in Observed) running() State {
	now := activity(in.Release, "Flux is working on the release")
	if failures := attempts(in.Release); failures > 0 {
		return State{
			Phase:   Retrying,
			Reason:  fleetv1.ReasonRetrying,
			Message: clip(fmt.Sprintf("attempt %d of %d: %s; before that: %s", failures+1, retries+1, now, cause(in.Release, nil))),
		}
	}
	return in.progress(now)
}

// failure is a release about which Flux says that it is not ready.
func (in Observed) failure(ready *metav1.Condition) State {
	if stalled := apimeta.FindStatusCondition(in.Release.Status.Conditions, fluxmeta.StalledCondition); stalled != nil && stalled.Status == metav1.ConditionTrue {
		if stalled.Reason == reasonRetriesExceeded && !in.chartTried() {
			return in.progress("waiting for Flux to take the chart")
		}
		return in.givenUp(ready)
	}
	switch ready.Reason {
	case reasonStateError, reasonRESTClientError, reasonResourceManagerError, reasonFactoryError:
		return State{Phase: Unreachable, Reason: fleetv1.ReasonClusterUnreachable, Message: clip(ready.Message)}
	case reasonSourceNotReady, helmv2.ArtifactFailedReason:
		if message := sourceFailure(in.Sources); message != "" {
			return State{Phase: SourceFailed, Reason: fleetv1.ReasonSourceFailed, Message: clip(message)}
		}
		if ready.Reason == helmv2.ArtifactFailedReason {
			return State{Phase: SourceFailed, Reason: fleetv1.ReasonSourceFailed, Message: clip(ready.Message)}
		}
		return in.progress("waiting for the chart to be fetched")
	case fluxmeta.HealthCheckCanceledReason:
		return in.progress(ready.Message)
	}
	message := cause(in.Release, ready)
	if failures := attempts(in.Release); failures > 0 {
		message = fmt.Sprintf("attempt %d of %d failed: %s", failures, retries+1, message)
	}
	return State{Phase: Retrying, Reason: fleetv1.ReasonRetrying, Message: clip(message)}
}

// givenUp is a release that Flux will not try again by itself.
func (in Observed) givenUp(ready *metav1.Condition) State {
	reason := fleetv1.ReasonInstallFailed
	if in.Installed || in.Release.Status.LastAttemptedReleaseAction == helmv2.ReleaseActionUpgrade {
		reason = fleetv1.ReasonUpgradeFailed
	}
	message := cause(in.Release, ready)
	remediated := apimeta.FindStatusCondition(in.Release.Status.Conditions, helmv2.RemediatedCondition)
	switch {
	case remediated == nil:
	case remediated.Reason == helmv2.RollbackFailedReason:
		reason = fleetv1.ReasonRollbackFailed
		message = fmt.Sprintf("%s; then: %s", message, remediated.Message)
	case remediated.Reason == helmv2.RollbackSucceededReason:
		message += "; the release before was restored"
	}
	return State{Phase: Failed, Reason: reason, Message: clip(message)}
}

// attempts is how many installations or upgrades of what is wished have failed.
func attempts(hr *helmv2.HelmRelease) int64 {
	return max(hr.Status.InstallFailures, hr.Status.UpgradeFailures)
}

// cause returns why the last attempt failed: Flux keeps that in Released, while Ready may tell of the remediation already.
func cause(hr *helmv2.HelmRelease, ready *metav1.Condition) string {
	released := apimeta.FindStatusCondition(hr.Status.Conditions, helmv2.ReleasedCondition)
	if released != nil && released.Status == metav1.ConditionFalse && released.Message != "" {
		return released.Message
	}
	if ready != nil && ready.Message != "" {
		return ready.Message
	}
	if stalled := apimeta.FindStatusCondition(hr.Status.Conditions, fluxmeta.StalledCondition); stalled != nil {
		return stalled.Message
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

// maxMessage bounds what is taken over of a message of Flux: Helm's errors can hold whole manifests.
const maxMessage = 1024

func clip(message string) string {
	runes := []rune(message)
	if len(runes) <= maxMessage {
		return message
	}
	return string(runes[:maxMessage-1]) + "…"
}
