package cce

import (
	"net/http/httptest"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/phase"
)

// User-Agents of clients.
const (
	agentCurl   = "curl/8.5.0"
	agentGolang = "golangsdk/2.0.0"
	agentUSDK   = "huaweicloud-usdk-go/3.0; terraform/1.9"
)

// TestWords is the table of phases and words, for the three kinds of clients.
func TestWords(t *testing.T) {
	for p, want := range map[phase.Phase]struct{ plain, sdk string }{
		phase.DeleteFailed:   {"failed", "deleteFailed"},
		phase.Deleting:       {"running", "deleting"},
		phase.Pending:        {"installing", "installing"},
		phase.InstallFailed:  {"failed", "installFailed"},
		phase.Installing:     {"installing", "installing"},
		phase.RollingBack:    {"upgrading", "rollbacking"},
		phase.Upgrading:      {"upgrading", "upgrading"},
		phase.RollbackFailed: {"failed", "rollbackFailed"},
		phase.UpgradeFailed:  {"failed", "upgradeFailed"},
		phase.Running:        {"running", "running"},
		phase.Partial:        {"running", "available"},
		phase.Degraded:       {"failed", "abnormal"},
		phase.Unknown:        {"failed", "unknown"},
	} {
		for agent, word := range map[string]string{agentCurl: want.plain, "": want.plain, agentGolang: want.sdk, agentUSDK: want.sdk} {
			h := newFakeHub()
			h.addons[0].Phase = p
			got := ask{method: "GET", path: "/addons/" + string(addonID), agent: agent}.do(t, h)
			if got.at("status/status") != word {
				t.Errorf("%s shows %v to %q; want %s", p, got.at("status/status"), agent, word)
			}
		}
	}
}

// An add-on that is being deleted keeps the word that it had, for clients that are no SDKs.
func TestWordsWhileDeleting(t *testing.T) {
	for undeleted, want := range map[phase.Phase]string{
		phase.Installing: "installing", phase.Upgrading: "upgrading", phase.Running: "running", phase.InstallFailed: "failed",
	} {
		if got := (client{}).word(phase.Deleting, undeleted); got != want {
			t.Errorf("%s: got %s; want %s", undeleted, got, want)
		}
	}
}

func TestClient(t *testing.T) {
	for agent, want := range map[string]client{
		"":                            {},
		agentCurl:                     {},
		"golangsdk/0.9.8":             {sdk: true, created: true},
		"HashiCorp/1.0 golangsdk/2.0": {sdk: true, created: true},
		"huaweicloud-usdk-go/3.0":     {sdk: true},
		"huaweicloud-usdk-java/3.0":   {},
		"GolangSDK/2.0":               {},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.Header.Set("User-Agent", agent)
		if got := clientOf(r); got != want {
			t.Errorf("%q: got %+v; want %+v", agent, got, want)
		}
	}
}

// TestCause is which condition's words are shown.
func TestCause(t *testing.T) {
	ready := func(status metav1.ConditionStatus) metav1.Condition {
		return metav1.Condition{Type: fleetv1.ConditionReady, Status: status, Reason: "ReadyReason", Message: "ready message"}
	}
	stalled := metav1.Condition{Type: fleetv1.ConditionStalled, Status: metav1.ConditionTrue, Reason: "StalledReason", Message: "stalled message"}
	for name, row := range map[string]struct {
		phase           phase.Phase
		conditions      []metav1.Condition
		reason, message string
	}{
		"newborn":             {phase: phase.Installing},
		"installing":          {phase.Installing, []metav1.Condition{ready(metav1.ConditionFalse)}, "ReadyReason", "ready message"},
		"running":             {phase.Running, []metav1.Condition{ready(metav1.ConditionTrue)}, "", ""},
		"failed to install":   {phase.InstallFailed, []metav1.Condition{ready(metav1.ConditionFalse), stalled}, "StalledReason", "stalled message"},
		"failed to upgrade":   {phase.UpgradeFailed, []metav1.Condition{ready(metav1.ConditionFalse), stalled}, "StalledReason", "stalled message"},
		"failed to roll back": {phase.RollbackFailed, []metav1.Condition{ready(metav1.ConditionTrue), stalled}, "StalledReason", "stalled message"},
		"failed to go":        {phase.DeleteFailed, []metav1.Condition{stalled}, "StalledReason", "stalled message"},
		"degraded":            {phase.Degraded, []metav1.Condition{ready(metav1.ConditionFalse)}, "ReadyReason", "ready message"},
		"unknown":             {phase.Unknown, []metav1.Condition{ready(metav1.ConditionUnknown)}, "ReadyReason", "ready message"},
		"partly ready":        {phase.Partial, []metav1.Condition{ready(metav1.ConditionFalse)}, "ReadyReason", "ready message"},
		"going":               {phase.Deleting, []metav1.Condition{ready(metav1.ConditionTrue)}, "", "uninstalling"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.addons[0].Phase, h.addons[0].Object.Status.Conditions = row.phase, row.conditions
			got := ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
			if got.at("status/Reason") != row.reason || got.at("status/message") != row.message {
				t.Errorf("got %v, %v; want %s, %s", got.at("status/Reason"), got.at("status/message"), row.reason, row.message)
			}
		})
	}
}
