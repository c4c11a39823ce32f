package iaas

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
)

var phases = []phase.Phase{
	phase.DeleteFailed, phase.Deleting, phase.Pending, phase.InstallFailed, phase.Installing, phase.RollingBack, phase.Upgrading,
	phase.RollbackFailed, phase.UpgradeFailed, phase.Running, phase.Partial, phase.Degraded, phase.Unknown,
}

// drawAddon draws an add-on in any state.
func drawAddon(t *rapid.T) *hub.Addon {
	addon := newAddon(rapid.StringMatching(`[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?`).Draw(t, "instance"))
	addon.Phase, addon.Undeleted = rapid.SampledFrom(phases).Draw(t, "phase"), rapid.SampledFrom(phases[2:]).Draw(t, "undeleted")
	addon.Object.CreationTimestamp = metav1.Unix(rapid.Int64Range(0, 4e9).Draw(t, "created"), 0)
	addon.Object.Status.Outputs = rapid.MapOf(rapid.StringMatching(`[a-z_]{1,9}`), rapid.String()).Draw(t, "outputs")
	for _, conditionType := range []string{fleetv1.ConditionReady, fleetv1.ConditionStalled, fleetv1.ConditionInstalled} {
		if rapid.Bool().Draw(t, "has "+conditionType) {
			addon.Object.Status.Conditions = append(addon.Object.Status.Conditions, metav1.Condition{
				Type: conditionType, Reason: rapid.StringMatching(`[A-Z][a-z]{2,9}`).Draw(t, "reason"), Message: rapid.String().Draw(t, "message"),
				LastTransitionTime: metav1.Unix(rapid.Int64Range(0, 4e9).Draw(t, "transition"), 0),
			})
		}
	}
	return addon
}

// TestInstancesKeepTheirPromises: keys in their order, three words, a message where and only where there must be one, info with
// deployed and nothing else, times in order, and nothing lost.
func TestInstancesKeepTheirPromises(t *testing.T) {
	order := regexp.MustCompile(`^\{"name":.*,"addon_type":.*,"status":.*,"version":.*,"cluster_id":.*(,"info":\{.*)?,"message":.*,"created_at":.*,"updated_at":.*\}$`)
	rapid.Check(t, func(t *rapid.T) {
		addon := drawAddon(t)
		text := string(reply.Encode(shownInstance(addon, "abc-123")))
		if !order.MatchString(text) {
			t.Fatalf("keys are out of order: %s", text)
		}
		var got struct {
			Name, Status, Message string
			Info                  map[string]string
			Created               time.Time `json:"created_at"`
			Updated               time.Time `json:"updated_at"`
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		status := []string{statusPending, statusDeployed, statusFailed}
		removed := addon.Phase == phase.Deleting
		switch {
		case !slices.Contains(status, got.Status):
			t.Fatalf("status %q", got.Status)
		case (got.Message != "") != (got.Status == statusFailed || removed):
			t.Fatalf("message %q with %s in phase %s", got.Message, got.Status, addon.Phase)
		case removed && got.Message != messageUninstalling:
			t.Fatalf("message %q while being removed", got.Message)
		case strings.Contains(text, `"info":`) != (got.Status == statusDeployed):
			t.Fatalf("info with %s: %s", got.Status, text)
		case got.Status == statusDeployed && !maps.Equal(got.Info, addon.Object.Status.Outputs):
			t.Fatalf("info is %v, outputs are %v", got.Info, addon.Object.Status.Outputs)
		case got.Name != addon.Instance, !got.Created.Equal(addon.Object.CreationTimestamp.Time), got.Updated.Before(got.Created):
			t.Fatalf("shown %s", text)
		}
	})
}

// TestNamesAreNamesOfReleases whatever the template is called.
func TestNamesAreNamesOfReleases(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	rapid.Check(t, func(t *rapid.T) {
		template := rapid.StringMatching(`[a-z0-9]([-a-z0-9.]{0,80}[a-z0-9])?`).Draw(t, "template")
		random := rapid.SliceOfN(rapid.ByteMax(251), 4, 4).Draw(t, "random")
		name, err := drawName(template, strings.NewReader(string(random)))
		if err != nil || len(name) > 53 || !form.MatchString(name) {
			t.Fatalf("%s is named %q: %v", template, name, err)
		}
	})
}
