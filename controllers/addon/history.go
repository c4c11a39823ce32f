package addon

import (
	"bytes"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
)

// maxHistory is how many deployments are remembered.
const maxHistory = 10

// recordDeployed remembers what is deployed.
func recordDeployed(s *scope, now metav1.Time) {
	status, version := &s.addon.Status, s.addon.Spec.Version
	if status.CurrentVersion != version {
		status.PreviousVersion, status.CurrentVersion = status.CurrentVersion, version
	}
	status.FailedVersions = slices.DeleteFunc(status.FailedVersions, func(failed string) bool { return failed == version })
	entry := fleetv1.AddonHistoryEntry{
		Version: version, Generation: s.addon.Generation, DeployedTime: now,
		Params: s.effective.Visible(s.addon.Spec.Params), ValuesFrom: s.addon.Spec.ValuesFrom,
	}
	if len(status.History) > 0 && same(status.History[0], entry) {
		return
	}
	status.History = trim(slices.Insert(status.History, 0, entry), status.PreviousVersion)
}

// same tells whether two entries are about the same deployment.
func same(a, b fleetv1.AddonHistoryEntry) bool {
	return a.Version == b.Version && sameDocument(a.Params, b.Params) && equality.Semantic.DeepEqual(a.ValuesFrom, b.ValuesFrom)
}

func sameDocument(a, b *runtime.RawExtension) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(a.Raw, b.Raw)
}

// trim bounds the history. The newest entry of the version that a rollback goes to stays, however often the params changed since.
func trim(history []fleetv1.AddonHistoryEntry, previous string) []fleetv1.AddonHistoryEntry {
	if len(history) <= maxHistory {
		return history
	}
	target := slices.IndexFunc(history, func(e fleetv1.AddonHistoryEntry) bool { return e.Version == previous })
	if target < maxHistory {
		return history[:maxHistory]
	}
	return append(history[:maxHistory-1:maxHistory-1], history[target])
}

// rollbackTarget is the version that a rollback goes to: the one that runs, where another one is wished, else the one before it.
func rollbackTarget(addon *fleetv1.Addon) string {
	if addon.Status.CurrentVersion != addon.Spec.Version {
		return addon.Status.CurrentVersion
	}
	return addon.Status.PreviousVersion
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
	previous := s.template.Version(rollbackTarget(s.addon))
	status.Rollbackable = previous != nil && catalog.Gate(previous, running) == nil
	recordFailed(s)
}

// recordFailed remembers a version whose upgrade failed, until the template changes.
func recordFailed(s *scope) {
	status := &s.addon.Status
	if len(status.FailedVersions) > 0 && status.TemplateGeneration != s.template.Generation {
		status.FailedVersions, status.TemplateGeneration = nil, 0
	}
	version := s.addon.Spec.Version
	if !s.failed || status.CurrentVersion == "" || status.CurrentVersion == version || slices.Contains(status.FailedVersions, version) {
		return
	}
	status.FailedVersions = append(status.FailedVersions, version)
	status.TemplateGeneration = s.template.Generation
}
