package addon

import (
	"bytes"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/release"
)

// maxHistory is how many deployed versions are remembered.
const maxHistory = 10

// setStatus computes the status from what the pass found out. held is what held it up, nil if it went through.
func setStatus(s *scope, held *hold, now metav1.Time) {
	if held == nil {
		held = fromState(s.state)
	}
	if held == nil {
		recordDeployed(s, now)
	}
	setConditions(s.addon, held, s.state.Message, now)
	if s.outputs != nil {
		s.addon.Status.Outputs = s.outputs
	}
	setTargets(s)
}

// fromState turns the state of a release into what holds the add-on up, nil if it is deployed.
func fromState(state release.State) *hold {
	held := &hold{reason: state.Reason, message: state.Message, ready: metav1.ConditionFalse}
	switch state.Phase {
	case release.Deployed:
		return nil
	case release.Unreachable:
		held.ready = metav1.ConditionUnknown
	case release.Failed:
		held.stalled = true
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

// recordDeployed remembers what is deployed.
func recordDeployed(s *scope, now metav1.Time) {
	status, version := &s.addon.Status, s.addon.Spec.Version
	if status.CurrentVersion != version {
		status.PreviousVersion, status.CurrentVersion = status.CurrentVersion, version
	}
	entry := fleetv1.AddonHistoryEntry{
		Version: version, Generation: s.addon.Generation, DeployedTime: now, Params: s.effective.Visible(s.addon.Spec.Params),
	}
	if len(status.History) > 0 && status.History[0].Version == version && sameDocument(status.History[0].Params, entry.Params) {
		return
	}
	status.History = slices.Insert(status.History, 0, entry)
	status.History = status.History[:min(len(status.History), maxHistory)]
}

func sameDocument(a, b *runtime.RawExtension) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(a.Raw, b.Raw)
}

// setTargets says where the add-on can go from here. Without a template or cluster to ask it leaves what it said before.
func setTargets(s *scope) {
	if s.cluster == nil || s.template == nil {
		return
	}
	status, running := &s.addon.Status, clusterVersion(s.cluster)
	from := status.CurrentVersion
	if from == "" {
		from = s.addon.Spec.Version
	}
	status.TargetVersions = catalog.Targets(s.template, from, running)
	previous := s.template.Version(status.PreviousVersion)
	status.Rollbackable = previous != nil && catalog.Gate(previous, running) == nil
}
