package release

import (
	"errors"
	"testing"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// observed returns a release that Flux has handled: generation 2, its request answered, the wished chart tried.
func observed(conditions ...metav1.Condition) Observed {
	hr := &helmv2.HelmRelease{}
	hr.Generation = 2
	hr.Annotations = map[string]string{fluxmeta.ReconcileRequestAnnotation: "r2"}
	hr.Status.ObservedGeneration = 2
	hr.Status.LastHandledReconcileAt = "r2"
	hr.Status.LastAttemptedRevision = "3.3.8+0123456789ab"
	hr.Status.LastAttemptedRevisionDigest = "sha256:0123456789ab"
	for _, c := range conditions {
		if c.ObservedGeneration == 0 {
			c.ObservedGeneration = 2
		}
		hr.Status.Conditions = append(hr.Status.Conditions, c)
	}
	source := &sourcev1.OCIRepository{}
	source.Generation, source.Status.ObservedGeneration = 1, 1
	source.Status.Artifact = &fluxmeta.Artifact{Revision: "3.3.8@sha256:0123456789ab"}
	return Observed{Release: hr, Repository: source, Version: &fleetv1.AddonVersion{Version: "3.3.8", Chart: fleetv1.Chart{Name: "hub"}}}
}

// since is when the conditions of the tests came about.
var since = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func is(kind, reason, message string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: reason, Message: message, LastTransitionTime: metav1.NewTime(since)}
}

func not(kind, reason, message string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: metav1.ConditionFalse, Reason: reason, Message: message}
}

func TestReadiness(t *testing.T) {
	good := is("Ready", "InstallSucceeded", "Helm install succeeded")
	working := metav1.Condition{Type: "Ready", Status: metav1.ConditionUnknown, Reason: "Progressing", Message: "Running 'install'"}
	reconciling := is("Reconciling", "Progressing", "Running 'install' action with timeout of 5m0s")
	failed := not("Released", "UpgradeFailed", "timed out")
	stalled := is("Stalled", "RetriesExceeded", "Failed to upgrade after 1 attempt(s)")

	for name, test := range map[string]struct {
		in     Observed
		change func(*Observed)
		want   State
	}{
		"nothing yet": {
			in: Observed{}, want: State{Phase: Installing, Reason: "Installing", Message: "waiting for the HelmRelease to be created"},
		},
		"Flux has not looked yet": {in: observed(), want: State{Phase: Installing, Reason: "Installing", Message: "waiting for Flux to act on the release"}},
		"deployed":                {in: observed(good), want: State{Phase: Deployed, Reason: "Deployed", Message: "Helm install succeeded"}},
		"deployed, while Flux looks again": {
			in: observed(good, is("Reconciling", "Progressing", "Fulfilling prerequisites")), want: State{Phase: Deployed, Reason: "Deployed", Message: "Helm install succeeded"},
		},
		"ready at the spec before": {
			in:     observed(good),
			change: func(o *Observed) { o.Release.Generation, o.Installed = 3, true },
			want:   State{Phase: Upgrading, Reason: "Upgrading", Message: "waiting for Flux to act on the release"},
		},
		"ready at the present spec by name, handled at the one before": {
			in:     observed(good),
			change: func(o *Observed) { o.Release.Status.ObservedGeneration, o.Installed = 1, true },
			want:   State{Phase: Upgrading, Reason: "Upgrading", Message: "waiting for Flux to act on the release"},
		},
		"ready with the values before": {
			in:     observed(good),
			change: func(o *Observed) { o.Release.Status.LastHandledReconcileAt, o.Installed = "r1", true },
			want:   State{Phase: Upgrading, Reason: "Upgrading", Message: "waiting for Flux to act on the release"},
		},
		"ready with the chart before": {
			in:     observed(good),
			change: func(o *Observed) { o.Version.Version, o.Installed = "3.3.9", true },
			want:   State{Phase: Upgrading, Reason: "Upgrading", Message: "waiting for Flux to take the chart"},
		},
		"ready with the chart of the source before": {
			in:     observed(good),
			change: func(o *Observed) { o.Repository.Generation, o.Installed = 2, true },
			want:   State{Phase: Upgrading, Reason: "Upgrading", Message: "waiting for Flux to take the chart"},
		},
		"ready with another content of the same tag": {
			in:     observed(good),
			change: func(o *Observed) { o.Repository.Status.Artifact.Revision, o.Installed = "3.3.8@sha256:ffff", true },
			want:   State{Phase: Upgrading, Reason: "Upgrading", Message: "waiting for Flux to take the chart"},
		},
		"a chart from a HelmRepository has no digest": {
			in:     observed(good),
			change: func(o *Observed) { o.Repository, o.Release.Status.LastAttemptedRevision = nil, "3.3.8" },
			want:   State{Phase: Deployed, Reason: "Deployed", Message: "Helm install succeeded"},
		},
		"installing":        {in: observed(working, reconciling), want: State{Phase: Installing, Reason: "Installing", Message: reconciling.Message}},
		"upgrading":         {in: observed(working, reconciling), change: func(o *Observed) { o.Installed = true }, want: State{Phase: Upgrading, Reason: "Upgrading", Message: reconciling.Message}},
		"waiting for chart": {in: observed(not("Ready", "SourceNotReady", "does not have an artifact")), want: State{Phase: Installing, Reason: "Installing", Message: "waiting for the chart to be fetched"}},
		"a chart that is gone": {
			in:     observed(not("Ready", "SourceNotReady", "does not have an artifact")),
			change: func(o *Observed) { o.Sources = [][]metav1.Condition{nil, {not("Ready", "FetchFailed", "404")}} },
			want:   State{Phase: SourceFailed, Reason: "SourceFailed", Message: "chart hub 3.3.8 cannot be fetched: 404"},
		},
		"a chart that cannot be loaded": {
			in: observed(not("Ready", "ArtifactFailed", "Could not load chart")), want: State{Phase: SourceFailed, Reason: "SourceFailed", Message: "chart hub 3.3.8 cannot be fetched: Could not load chart"},
		},
		"failed, while Flux cleans up": {
			in:   observed(not("Ready", "UpgradeFailed", "timed out"), failed),
			want: State{Phase: Retrying, Reason: "Retrying", Message: "timed out"},
		},
		"trying again after a failure, before Flux looks": {
			in: observed(not("Ready", "InstallFailed", "timed out"), not("Released", "InstallFailed", "timed out"), stalled),
			change: func(o *Observed) {
				o.Release.Status.LastHandledReconcileAt, o.Failed = "r1", "InstallFailed"
			},
			want: State{Phase: Failed, Reason: "InstallFailed", Message: "trying again: timed out", Trying: true},
		},
		"trying again after a failure": {
			in:     observed(working, reconciling, failed),
			change: func(o *Observed) { o.Installed, o.Failed = true, "UpgradeFailed" },
			want:   State{Phase: Failed, Reason: "UpgradeFailed", Message: "trying again: timed out", Trying: true},
		},
		"deployed after a failure": {
			in:     observed(good),
			change: func(o *Observed) { o.Failed = "UpgradeFailed" },
			want:   State{Phase: Deployed, Reason: "Deployed", Message: "Helm install succeeded"},
		},
		"a connection that was lost on the way": {
			in:   observed(not("Ready", "InstallFailed", "Get \"https://t:6443/api\": dial tcp: connection refused")),
			want: State{Phase: Retrying, Reason: "Retrying", Message: "Get \"https://t:6443/api\": dial tcp: connection refused", Lost: true},
		},
		"a webhook of the cluster that does not answer is no lost connection": {
			in:   observed(not("Ready", "InstallFailed", "failed calling webhook \"x\": connection refused")),
			want: State{Phase: Retrying, Reason: "Retrying", Message: "failed calling webhook \"x\": connection refused"},
		},
		"values that are missing": {
			in: observed(not("Ready", "ValuesError", "Secret mine not found")), want: State{Phase: Retrying, Reason: "Retrying", Message: "Secret mine not found"},
		},
		"given up": {
			in:   observed(not("Ready", "InstallFailed", "timed out"), stalled),
			want: State{Phase: Failed, Reason: "InstallFailed", Message: "timed out", Since: since},
		},
		"an installation that was given up a second time counts as one": {
			in:     observed(not("Ready", "UpgradeFailed", "timed out"), is("Stalled", "MissingRollbackTarget", "no")),
			change: func(o *Observed) { o.Release.Status.LastAttemptedReleaseAction = "upgrade" },
			want:   State{Phase: Failed, Reason: "InstallFailed", Message: "timed out", Since: since},
		},
		"given up and rolled back": {
			in:     observed(not("Ready", "RollbackSucceeded", "rolled back"), failed, stalled, is("Remediated", "RollbackSucceeded", "rolled back")),
			change: func(o *Observed) { o.Installed = true },
			want:   State{Phase: Failed, Reason: "UpgradeFailed", Message: "timed out; the release before was restored", Since: since, Restored: true},
		},
		"given up, and not rolled back either": {
			in:     observed(not("Ready", "RollbackFailed", "no"), failed, stalled, not("Remediated", "RollbackFailed", "no")),
			change: func(o *Observed) { o.Installed = true },
			want:   State{Phase: Failed, Reason: "RollbackFailed", Message: "timed out; then: no", Since: since},
		},
		"given up about the values before": {
			in:     observed(not("Ready", "InstallFailed", "timed out"), stalled),
			change: func(o *Observed) { o.Release.Status.LastHandledReconcileAt = "r1" },
			want:   State{Phase: Installing, Reason: "Installing", Message: "waiting for Flux to act on the release"},
		},
		"given up about the chart before": {
			in:     observed(not("Ready", "UpgradeFailed", "timed out"), stalled),
			change: func(o *Observed) { o.Version.Version, o.Installed = "3.3.9", true },
			want:   State{Phase: Upgrading, Reason: "Upgrading", Message: "waiting for Flux to take the chart"},
		},
		"unreachable": {
			in: observed(not("Ready", "StateError", "connection refused")), want: State{Phase: Unreachable, Reason: "ClusterUnreachable", Message: "connection refused", Lost: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if test.change != nil {
				test.change(&test.in)
			}
			if diff := cmp.Diff(test.want, Readiness(test.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReached(t *testing.T) {
	down := errors.New("the cluster does not answer: connection refused")
	for name, test := range map[string]struct {
		in   State
		err  error
		want State
	}{
		"a failure of a cluster that does not answer is none": {
			in:  State{Phase: Failed, Reason: "InstallFailed", Message: "timed out"},
			err: down, want: State{Phase: Unreachable, Reason: "ClusterUnreachable", Message: down.Error()},
		},
		"a failure of a cluster that answers stays one": {
			in: State{Phase: Failed, Reason: "InstallFailed", Message: "timed out"}, want: State{Phase: Failed, Reason: "InstallFailed", Message: "timed out"},
		},
		"a lost connection is made up for once the cluster answers": {
			in:   State{Phase: Failed, Reason: "InstallFailed", Message: "connection refused", Lost: true},
			want: State{Phase: Retrying, Reason: "Retrying", Message: "the cluster answers; before that: connection refused", Lost: true},
		},
		"what Flux cannot reach and Slipway can is tried again": {
			in:   State{Phase: Unreachable, Reason: "ClusterUnreachable", Message: "no such host", Lost: true},
			want: State{Phase: Retrying, Reason: "Retrying", Message: "the cluster answers; before that: no such host", Lost: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.in.Reached(test.err)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAfterDeadline(t *testing.T) {
	for name, test := range map[string]struct {
		phase     Phase
		installed bool
		reason    string
		stalled   bool
	}{
		"an installation that is retried has failed": {phase: Retrying, reason: "InstallFailed", stalled: true},
		"an upgrade that is retried has failed":      {phase: Retrying, installed: true, reason: "UpgradeFailed", stalled: true},
		"a chart that is missing is a failure":       {phase: SourceFailed, reason: "before", stalled: true},
		"a cluster that does not answer is none":     {phase: Unreachable, reason: "before"},
		"what Flux still works on is none":           {phase: Installing, reason: "before"},
	} {
		t.Run(name, func(t *testing.T) {
			got := State{Phase: test.phase, Reason: "before"}.AfterDeadline(test.installed)
			if got.Reason != test.reason || got.Stalled() != test.stalled {
				t.Errorf("got %+v", got)
			}
		})
	}
}
