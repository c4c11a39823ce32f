package phase_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/phase"
)

// picture is an Addon in the few words that its phase depends on.
type picture struct {
	// generation is that of the object, handled the one that was handled last.
	generation, handled int64
	installed           bool
	// ready is the status of Ready, and why; at is the generation that it is about, that of the object if it is 0.
	ready  metav1.ConditionStatus
	reason string
	at     int64
	// stalled is the reason of Stalled, empty if it is False; stalledAt is the generation that it is about, or 0.
	stalled   string
	stalledAt int64
	suspended bool
	deleted   bool
	// rollback is the generation that a rollback made, 0 if there was none.
	rollback int64
}

func (p picture) addon() *fleetv1.Addon {
	addon := &fleetv1.Addon{ObjectMeta: metav1.ObjectMeta{Generation: p.generation}}
	addon.Spec.Suspend = p.suspended
	addon.Status.ObservedGeneration = p.handled
	set := func(conditionType string, status metav1.ConditionStatus, reason string, at int64) {
		if at == 0 {
			at = p.generation
		}
		addon.Status.Conditions = append(addon.Status.Conditions, metav1.Condition{
			Type: conditionType, Status: status, Reason: reason, ObservedGeneration: at,
		})
	}
	if p.installed {
		set(fleetv1.ConditionInstalled, metav1.ConditionTrue, fleetv1.ReasonInstalled, 1)
	}
	if p.ready != "" {
		set(fleetv1.ConditionReady, p.ready, p.reason, p.at)
	}
	if p.stalled != "" {
		set(fleetv1.ConditionStalled, metav1.ConditionTrue, p.stalled, p.stalledAt)
	} else {
		set(fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled, p.at)
	}
	if p.deleted {
		addon.DeletionTimestamp = &metav1.Time{}
	}
	if p.rollback != 0 {
		addon.Spec.Operation = &fleetv1.OperationRequest{Type: fleetv1.OperationAddonRollback, Generation: p.rollback}
	}
	return addon
}

const (
	yes     = metav1.ConditionTrue
	no      = metav1.ConditionFalse
	unknown = metav1.ConditionUnknown
)

// The rows are in the order in which the phases are looked for. Each also has what a later phase asks for, so that the order
// shows.
func TestAddon(t *testing.T) {
	for name, test := range map[string]struct {
		addon picture
		want  phase.Phase
	}{
		"a deletion that is stuck": {
			addon: picture{generation: 3, handled: 3, installed: true, deleted: true, ready: no, stalled: "UninstallFailed"}, want: phase.DeleteFailed,
		},
		"a deletion of what never got there, stuck": {
			addon: picture{generation: 2, handled: 2, deleted: true, suspended: true, ready: no, stalled: "UninstallFailed"}, want: phase.DeleteFailed,
		},
		"a deletion": {
			addon: picture{generation: 3, handled: 2, installed: true, deleted: true, ready: yes, at: 2}, want: phase.Deleting,
		},
		"a deletion of what was stuck before": {
			addon: picture{generation: 3, handled: 2, installed: true, deleted: true, ready: no, at: 2, stalled: "UpgradeFailed", stalledAt: 2},
			want:  phase.Deleting,
		},
		"suspended before the first success": {
			addon: picture{generation: 1, handled: -1, suspended: true, ready: no}, want: phase.Pending,
		},
		"suspended after the installation failed": {
			addon: picture{generation: 2, handled: 1, suspended: true, ready: no, stalled: "InstallFailed"}, want: phase.Pending,
		},
		"an installation that failed": {
			addon: picture{generation: 1, handled: 1, ready: no, stalled: "InstallFailed"}, want: phase.InstallFailed,
		},
		"an installation that failed, and a change after it": {
			addon: picture{generation: 2, handled: 1, ready: no, at: 1, stalled: "InstallFailed", stalledAt: 1}, want: phase.Installing,
		},
		"one that nobody has looked at": {addon: picture{generation: 1, handled: -1}, want: phase.Installing},
		"an installation under way":     {addon: picture{generation: 1, handled: -1, ready: no}, want: phase.Installing},
		"an installation that never shows as degraded": {
			addon: picture{generation: 1, handled: 1, ready: no, reason: "Unhealthy"}, want: phase.Installing,
		},
		"a rollback before anybody has looked at it": {
			addon: picture{generation: 3, handled: 2, installed: true, ready: yes, at: 2, rollback: 3}, want: phase.RollingBack,
		},
		"a rollback of an upgrade that failed": {
			addon: picture{generation: 3, handled: 2, installed: true, ready: no, at: 2, stalled: "UpgradeFailed", stalledAt: 2, rollback: 3},
			want:  phase.RollingBack,
		},
		"a rollback that something else was changed after": {
			addon: picture{generation: 4, handled: 2, installed: true, ready: no, at: 3, rollback: 3}, want: phase.Upgrading,
		},
		"a change before anybody has looked at it": {
			addon: picture{generation: 2, handled: 1, installed: true, ready: yes, at: 1}, want: phase.Upgrading,
		},
		"a change after one that failed": {
			addon: picture{generation: 3, handled: 2, installed: true, ready: no, at: 2, stalled: "UpgradeFailed", stalledAt: 2}, want: phase.Upgrading,
		},
		"a change under way": {
			addon: picture{generation: 2, handled: 1, installed: true, ready: unknown}, want: phase.Upgrading,
		},
		"a change that does not go on, and is not handled": {
			addon: picture{generation: 2, handled: 1, installed: true, ready: no, stalled: "UpgradeFailed"}, want: phase.Upgrading,
		},
		"an upgrade that failed, and was taken back without success": {
			addon: picture{generation: 2, handled: 2, installed: true, ready: no, stalled: fleetv1.ReasonRollbackFailed}, want: phase.RollbackFailed,
		},
		"an upgrade that failed": {
			addon: picture{generation: 2, handled: 2, installed: true, ready: no, stalled: "UpgradeFailed"}, want: phase.UpgradeFailed,
		},
		"an upgrade that failed, of which nothing is known now": {
			addon: picture{generation: 2, handled: 2, installed: true, ready: unknown, stalled: "UpgradeFailed"}, want: phase.UpgradeFailed,
		},
		"a rollback that failed": {
			addon: picture{generation: 3, handled: 3, installed: true, ready: no, stalled: "UpgradeFailed", rollback: 3}, want: phase.UpgradeFailed,
		},
		"one that runs":                       {addon: picture{generation: 2, handled: 2, installed: true, ready: yes}, want: phase.Running},
		"one that runs after a rollback":      {addon: picture{generation: 3, handled: 3, installed: true, ready: yes, rollback: 3}, want: phase.Running},
		"one that recovered from a failure":   {addon: picture{generation: 2, handled: 2, installed: true, ready: yes, at: 2}, want: phase.Running},
		"one that runs and is suspended":      {addon: picture{generation: 2, handled: 2, installed: true, suspended: true, ready: yes}, want: phase.Running},
		"one that part of is not ready":       {addon: picture{generation: 2, handled: 2, installed: true, ready: no, reason: fleetv1.ReasonPartiallyReady}, want: phase.Partial},
		"one that lost its health":            {addon: picture{generation: 2, handled: 2, installed: true, ready: no, reason: "Unhealthy"}, want: phase.Degraded},
		"one that nobody can reach":           {addon: picture{generation: 2, handled: 2, installed: true, ready: unknown}, want: phase.Unknown},
		"one that nothing is said about":      {addon: picture{generation: 2, handled: 2, installed: true}, want: phase.Unknown},
		"a partly ready one, while it moves":  {addon: picture{generation: 3, handled: 2, installed: true, ready: no, reason: fleetv1.ReasonPartiallyReady, at: 2}, want: phase.Upgrading},
		"a partly ready one, before it was":   {addon: picture{generation: 1, handled: 1, ready: no, reason: fleetv1.ReasonPartiallyReady}, want: phase.Installing},
		"one that cannot be reached, at once": {addon: picture{generation: 1, handled: -1, ready: unknown}, want: phase.Installing},
	} {
		t.Run(name, func(t *testing.T) {
			addon := test.addon.addon()
			if got := phase.Addon(addon); got != test.want {
				t.Errorf("the phase is %s, want %s", got, test.want)
			}
			if got := phase.Undeleted(addon); !test.addon.deleted && got != test.want {
				t.Errorf("the phase without deletion is %s, want the same", got)
			}
		})
	}
}

func TestUndeleted(t *testing.T) {
	for name, test := range map[string]struct {
		addon picture
		want  phase.Phase
	}{
		"one that ran, before the controller saw the deletion": {
			addon: picture{generation: 3, handled: 2, installed: true, ready: yes, at: 2}, want: phase.Running,
		},
		"one that failed, before the controller saw the deletion": {
			addon: picture{generation: 3, handled: 2, installed: true, ready: no, at: 2, stalled: "UpgradeFailed", stalledAt: 2}, want: phase.UpgradeFailed,
		},
		"one on its way, before the controller saw the deletion": {
			addon: picture{generation: 3, handled: 1, installed: true, ready: yes, at: 1}, want: phase.Upgrading,
		},
		"one on its way back, before the controller saw the deletion": {
			addon: picture{generation: 4, handled: 2, installed: true, ready: no, at: 2, rollback: 3}, want: phase.RollingBack,
		},
		"one that nobody has looked at": {addon: picture{generation: 2, handled: -1}, want: phase.Installing},
		"one that failed to install, before the controller saw the deletion": {
			addon: picture{generation: 2, handled: 1, ready: no, at: 1, stalled: "InstallFailed", stalledAt: 1}, want: phase.InstallFailed,
		},
		"one that was deployed, being uninstalled": {
			addon: picture{generation: 3, handled: 2, installed: true, ready: no, reason: fleetv1.ReasonUninstalling}, want: phase.Running,
		},
		"one that was never deployed, being uninstalled": {
			addon: picture{generation: 2, handled: -1, ready: no, reason: fleetv1.ReasonUninstalling}, want: phase.Installing,
		},
		"one that could not be installed, being uninstalled": {
			addon: picture{generation: 2, handled: 1, ready: no, reason: fleetv1.ReasonUninstalling}, want: phase.InstallFailed,
		},
		"one that was on its way, being uninstalled": {
			addon: picture{generation: 3, handled: 1, installed: true, ready: no, reason: fleetv1.ReasonUninstalling}, want: phase.Upgrading,
		},
		"one that was on its way back, being uninstalled": {
			addon: picture{generation: 4, handled: 2, installed: true, ready: no, reason: fleetv1.ReasonUninstalling, rollback: 3}, want: phase.RollingBack,
		},
	} {
		t.Run(name, func(t *testing.T) {
			test.addon.deleted = true
			if got := phase.Undeleted(test.addon.addon()); got != test.want {
				t.Errorf("the phase without deletion is %s, want %s", got, test.want)
			}
		})
	}
}
