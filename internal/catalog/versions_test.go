package catalog

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestNewestAllowed(t *testing.T) {
	gated := v("3.0.0", true)
	gated.KubernetesVersions = ">=1.34.0"
	offered := template(gated, v("2.0.0", true), v("2.1.0-rc.1", true), v("2.2.0", false))
	for name, test := range map[string]struct {
		template *fleetv1.AddonTemplate
		cluster  string
		want     string
	}{
		"the newest stable one that the cluster allows": {offered, "v1.33.1", "2.0.0"},
		"a newer one on a newer cluster":                {offered, "v1.34.0", "3.0.0"},
		"all are allowed before the version is known":   {offered, "", "3.0.0"},
		"a pre-release where nothing else is stable":    {template(v("1.0.0-rc.1", true), v("1.0.0", false)), "v1.33.1", "1.0.0-rc.1"},
		"none where none is stable":                     {template(v("1.0.0", false)), "v1.33.1", ""},
		"none where the cluster allows none":            {template(gated), "v1.33.1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := NewestAllowed(test.template, test.cluster); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestUpgrades(t *testing.T) {
	gated := v("1.3.0", true)
	gated.KubernetesVersions = ">=1.34.0"
	offered := template(v("1.1.2", true), v("1.1.1", true), v("1.1.3", false), v("1.1.4-rc.1", true), v("1.2.0", true), gated, v("2.0.0", true), v("1.0.9", true))
	for name, test := range map[string]struct {
		policy        fleetv1.UpgradePolicy
		from, cluster string
		want          []string
	}{
		"Manual takes nothing":                    {fleetv1.UpgradeManual, "1.1.0", "v1.33.1", nil},
		"no policy takes nothing":                 {"", "1.1.0", "v1.33.1", nil},
		"Patch keeps to the minor":                {fleetv1.UpgradePatch, "1.1.0", "v1.33.1", []string{"1.1.2", "1.1.1"}},
		"Minor keeps to the major":                {fleetv1.UpgradeMinor, "1.1.0", "v1.33.1", []string{"1.2.0", "1.1.2", "1.1.1"}},
		"more on a newer cluster":                 {fleetv1.UpgradeMinor, "1.1.2", "v1.34.0", []string{"1.3.0", "1.2.0"}},
		"nothing above the newest":                {fleetv1.UpgradePatch, "1.1.2", "v1.33.1", nil},
		"nothing from what is no version":         {fleetv1.UpgradeMinor, "latest", "v1.33.1", nil},
		"nothing of what the catalogue took away": {fleetv1.UpgradePatch, "1.4.0", "v1.33.1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := Upgrades(test.policy, offered, test.from, test.cluster)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("Upgrades (-want +got):\n%s", diff)
			}
			first := ""
			if len(got) > 0 {
				first = got[0]
			}
			if to := UpgradeTo(test.policy, offered, test.from, test.cluster); to != first {
				t.Errorf("UpgradeTo: got %q, want %q", to, first)
			}
		})
	}
}

func TestGateErrorTellsWhatIsNeeded(t *testing.T) {
	for name, test := range map[string]struct {
		version fleetv1.AddonVersion
		want    string
	}{
		"a range":  {fleetv1.AddonVersion{KubernetesVersions: ">=1.25.0", ClusterVersions: []string{`v1\.99\..*`}}, ">=1.25.0"},
		"patterns": {fleetv1.AddonVersion{KubernetesVersions: ">=1.20.0", ClusterVersions: []string{`v1\.25\..*`, `.*-eks-.*`}}, `a version that matches v1\.25\..* or .*-eks-.*`},
	} {
		t.Run(name, func(t *testing.T) {
			gate, is := errors.AsType[*GateError](Gate(&test.version, "v1.23.3"))
			if !is {
				t.Fatal("the gate let it pass")
			}
			if got := gate.Needs(); got != test.want || gate.Running != "v1.23.3" {
				t.Errorf("got %q on %q, want %q", got, gate.Running, test.want)
			}
		})
	}
	if err := Gate(&fleetv1.AddonVersion{KubernetesVersions: ">=1.25.0"}, ""); !errors.Is(err, ErrNoVersion) {
		t.Errorf("got %v", err)
	}
}
