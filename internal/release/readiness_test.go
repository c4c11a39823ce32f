package release

import (
	"testing"

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
	return Observed{Release: hr, Repository: source, Version: &fleetv1.AddonVersion{Version: "3.3.8"}}
}

func is(kind, reason, message string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: reason, Message: message}
}

func not(kind, reason, message string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: metav1.ConditionFalse, Reason: reason, Message: message}
}

func TestReadiness(t *testing.T) {
	good := is("Ready", "InstallSucceeded", "Helm install succeeded")
	working := metav1.Condition{Type: "Ready", Status: metav1.ConditionUnknown, Reason: "Progressing", Message: "Running 'install'"}
	reconciling := is("Reconciling", "Progressing", "Running 'install' action with timeout of 5m0s")
	failed := not("Released", "UpgradeFailed", "timed out")
	stalled := is("Stalled", "RetriesExceeded", "Failed to upgrade after 4 attempt(s)")

	for name, test := range map[string]struct {
		in     Observed
		change func(*Observed)
		want   State
	}{
		"nothing yet": {
			in: Observed{}, want: State{Installing, "Installing", "waiting for the HelmRelease to be created"},
		},
		"Flux has not looked yet": {in: observed(), want: State{Installing, "Installing", "waiting for Flux to act on the release"}},
		"deployed":                {in: observed(good), want: State{Deployed, "Deployed", "Helm install succeeded"}},
		"deployed, while Flux looks again": {
			in: observed(good, is("Reconciling", "Progressing", "Fulfilling prerequisites")), want: State{Deployed, "Deployed", "Helm install succeeded"},
		},
		"ready at the spec before": {
			in:     observed(good),
			change: func(o *Observed) { o.Release.Generation, o.Installed = 3, true },
			want:   State{Upgrading, "Upgrading", "waiting for Flux to act on the release"},
		},
		"ready at the present spec by name, handled at the one before": {
			in:     observed(good),
			change: func(o *Observed) { o.Release.Status.ObservedGeneration, o.Installed = 1, true },
			want:   State{Upgrading, "Upgrading", "waiting for Flux to act on the release"},
		},
		"ready with the values before": {
			in:     observed(good),
			change: func(o *Observed) { o.Release.Status.LastHandledReconcileAt, o.Installed = "r1", true },
			want:   State{Upgrading, "Upgrading", "waiting for Flux to act on the release"},
		},
		"ready with the chart before": {
			in:     observed(good),
			change: func(o *Observed) { o.Version.Version, o.Installed = "3.3.9", true },
			want:   State{Upgrading, "Upgrading", "waiting for Flux to take the chart"},
		},
		"ready with the chart of the source before": {
			in:     observed(good),
			change: func(o *Observed) { o.Repository.Generation, o.Installed = 2, true },
			want:   State{Upgrading, "Upgrading", "waiting for Flux to take the chart"},
		},
		"ready with another content of the same tag": {
			in:     observed(good),
			change: func(o *Observed) { o.Repository.Status.Artifact.Revision, o.Installed = "3.3.8@sha256:ffff", true },
			want:   State{Upgrading, "Upgrading", "waiting for Flux to take the chart"},
		},
		"a chart from a HelmRepository has no digest": {
			in:     observed(good),
			change: func(o *Observed) { o.Repository, o.Release.Status.LastAttemptedRevision = nil, "3.3.8" },
			want:   State{Deployed, "Deployed", "Helm install succeeded"},
		},
		"installing":        {in: observed(working, reconciling), want: State{Installing, "Installing", reconciling.Message}},
		"upgrading":         {in: observed(working, reconciling), change: func(o *Observed) { o.Installed = true }, want: State{Upgrading, "Upgrading", reconciling.Message}},
		"waiting for chart": {in: observed(not("Ready", "SourceNotReady", "does not have an artifact")), want: State{Installing, "Installing", "waiting for the chart to be fetched"}},
		"a chart that is gone": {
			in:     observed(not("Ready", "SourceNotReady", "does not have an artifact")),
			change: func(o *Observed) { o.Sources = [][]metav1.Condition{nil, {not("Ready", "FetchFailed", "404")}} },
			want:   State{SourceFailed, "SourceFailed", "404"},
		},
		"a chart that cannot be loaded": {
			in: observed(not("Ready", "ArtifactFailed", "Could not load chart")), want: State{SourceFailed, "SourceFailed", "Could not load chart"},
		},
		"retrying, between attempts": {
			in:     observed(not("Ready", "InstallFailed", "timed out")),
			change: func(o *Observed) { o.Release.Status.InstallFailures = 2 },
			want:   State{Retrying, "Retrying", "attempt 2 of 4 failed: timed out"},
		},
		"retrying, in the next attempt": {
			in:     observed(working, reconciling, failed),
			change: func(o *Observed) { o.Release.Status.UpgradeFailures = 1 },
			want:   State{Retrying, "Retrying", "attempt 2 of 4: Running 'install' action with timeout of 5m0s; before that: timed out"},
		},
		"values that are missing": {
			in: observed(not("Ready", "ValuesError", "Secret mine not found")), want: State{Retrying, "Retrying", "Secret mine not found"},
		},
		"given up": {
			in: observed(not("Ready", "InstallFailed", "timed out"), stalled), want: State{Failed, "InstallFailed", "timed out"},
		},
		"given up and rolled back": {
			in:     observed(not("Ready", "RollbackSucceeded", "rolled back"), failed, stalled, is("Remediated", "RollbackSucceeded", "rolled back")),
			change: func(o *Observed) { o.Installed = true },
			want:   State{Failed, "UpgradeFailed", "timed out; the release before was restored"},
		},
		"given up, and not rolled back either": {
			in:     observed(not("Ready", "RollbackFailed", "no"), failed, stalled, not("Remediated", "RollbackFailed", "no")),
			change: func(o *Observed) { o.Installed = true },
			want:   State{Failed, "RollbackFailed", "timed out; then: no"},
		},
		"given up about the values before": {
			in:     observed(not("Ready", "InstallFailed", "timed out"), stalled),
			change: func(o *Observed) { o.Release.Status.LastHandledReconcileAt = "r1" },
			want:   State{Installing, "Installing", "waiting for Flux to act on the release"},
		},
		"given up about the chart before": {
			in:     observed(not("Ready", "UpgradeFailed", "timed out"), stalled),
			change: func(o *Observed) { o.Version.Version, o.Installed = "3.3.9", true },
			want:   State{Upgrading, "Upgrading", "waiting for Flux to take the chart"},
		},
		"unreachable": {
			in: observed(not("Ready", "StateError", "connection refused")), want: State{Unreachable, "ClusterUnreachable", "connection refused"},
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
