package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestGate(t *testing.T) {
	for name, test := range map[string]struct {
		kubernetesVersions string
		clusterVersions    []string
		cluster            string
		want               string
	}{
		"without conditions every cluster will do":          {cluster: ""},
		"a cluster that has not reported is waited for":     {kubernetesVersions: ">=1.29", want: "the cluster has not reported its version yet"},
		"within the range":                                  {kubernetesVersions: ">=1.29.0 <1.34.0", cluster: "v1.33.1"},
		"at the lower end":                                  {kubernetesVersions: ">=1.29.0 <1.34.0", cluster: "1.29.0"},
		"below the range":                                   {kubernetesVersions: ">=1.29.0 <1.34.0", cluster: "v1.28.9", want: "version 2.0.0 needs Kubernetes >=1.29.0 <1.34.0; the cluster runs v1.28.9"},
		"at the upper end":                                  {kubernetesVersions: ">=1.29.0 <1.34.0", cluster: "v1.34.0", want: "version 2.0.0 needs Kubernetes >=1.29.0 <1.34.0; the cluster runs v1.34.0"},
		"a distribution's suffix names the same version":    {kubernetesVersions: ">=1.33.1", cluster: "v1.33.1-eks-1a2b3c"},
		"a distribution's suffix does not lower the bound":  {kubernetesVersions: "<1.33.1", cluster: "v1.33.1-gke.100", want: "version 2.0.0 needs Kubernetes <1.33.1; the cluster runs v1.33.1-gke.100"},
		"build metadata does not matter":                    {kubernetesVersions: "=1.33.1", cluster: "v1.33.1+k3s1"},
		"a release candidate comes before the release":      {kubernetesVersions: ">=1.34.0", cluster: "v1.34.0-rc.1", want: "version 2.0.0 needs Kubernetes >=1.34.0; the cluster runs v1.34.0-rc.1"},
		"a release candidate comes after the minor before":  {kubernetesVersions: ">=1.33.0", cluster: "v1.34.0-rc.1"},
		"alternatives":                                      {kubernetesVersions: "~1.29.0 || ~1.31.0", cluster: "v1.31.7"},
		"a version that is none":                            {kubernetesVersions: ">=1", cluster: "latest", want: `the cluster's version cannot be compared: "latest" is not a version: invalid semantic version`},
		"a pattern has to match the whole text":             {clusterVersions: []string{"1\\.3"}, cluster: "v1.33.1", want: "version 2.0.0 needs a cluster version that matches 1\\.3; the cluster runs v1.33.1"},
		"a pattern matches with and without the v":          {clusterVersions: []string{`1\.33\..*`}, cluster: "v1.33.1"},
		"a pattern with the v matches a version without":    {clusterVersions: []string{`v1\.33\..*`}, cluster: "1.33.1"},
		"one pattern of several is enough":                  {clusterVersions: []string{"a", `v1\.33\..*`}, cluster: "v1.33.1"},
		"an alternative in a pattern keeps to the ends":     {clusterVersions: []string{`v1|v2`}, cluster: "v1.33.1", want: "version 2.0.0 needs a cluster version that matches v1|v2; the cluster runs v1.33.1"},
		"both conditions have to hold":                      {kubernetesVersions: ">=1.29.0", clusterVersions: []string{`.*-eks-.*`}, cluster: "v1.33.1", want: "version 2.0.0 needs a cluster version that matches .*-eks-.*; the cluster runs v1.33.1"},
		"patterns serve versions that are no semantic ones": {clusterVersions: []string{`release-\d+`}, cluster: "release-7"},
	} {
		t.Run(name, func(t *testing.T) {
			version := &fleetv1.AddonVersion{Version: "2.0.0", KubernetesVersions: test.kubernetesVersions, ClusterVersions: test.clusterVersions}
			got := ""
			if err := Gate(version, test.cluster); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func template(versions ...fleetv1.AddonVersion) *fleetv1.AddonTemplate {
	t := &fleetv1.AddonTemplate{}
	t.Name = "notebooks"
	t.Spec.Source = fleetv1.ChartSource{Type: "OCIRepository", URL: "oci://registry.example.com/charts"}
	t.Spec.Versions = versions
	return t
}

func v(version string, stable bool) fleetv1.AddonVersion {
	return fleetv1.AddonVersion{Version: version, Stable: stable}
}

func TestNewest(t *testing.T) {
	for name, test := range map[string]struct {
		versions []fleetv1.AddonVersion
		want     string
	}{
		"the newest stable one":                  {[]fleetv1.AddonVersion{v("1.9.0", true), v("1.10.0", true), v("2.0.0", false)}, "1.10.0"},
		"the newest where none is stable":        {[]fleetv1.AddonVersion{v("1.0.0", false), v("2.0.0", false)}, "2.0.0"},
		"no pre-release where there is a choice": {[]fleetv1.AddonVersion{v("2.0.0-rc.1", true), v("1.0.0", true)}, "1.0.0"},
		"a pre-release where there is none":      {[]fleetv1.AddonVersion{v("2.0.0-rc.1", false), v("2.0.0-rc.2", false)}, "2.0.0-rc.2"},
		"nothing of nothing":                     {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Newest(template(test.versions...)); got != test.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestTargets(t *testing.T) {
	gated := fleetv1.AddonVersion{Version: "3.0.0", KubernetesVersions: ">=1.34.0"}
	versions := template(v("2.0.0", false), gated, v("1.10.0", true), v("1.9.0", true), v("v2.1.0", true))
	for name, test := range map[string]struct {
		from, cluster string
		want          []string
	}{
		"ascending, and only what the cluster can run": {"1.9.0", "v1.33.1", []string{"1.10.0", "2.0.0", "v2.1.0"}},
		"more on a newer cluster":                      {"2.0.0", "v1.34.0", []string{"v2.1.0", "3.0.0"}},
		"none above the newest":                        {"3.0.0", "v1.34.0", nil},
		"none from what is no version":                 {"", "v1.34.0", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Targets(versions, test.from, test.cluster)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestMissing(t *testing.T) {
	needs := &fleetv1.AddonVersion{DependsOn: []fleetv1.AddonDependency{{TemplateName: "b", Versions: ">=1.2.0"}, {TemplateName: "a"}}}
	for name, test := range map[string]struct {
		present []Deployed
		want    []string
	}{
		"all met":             {present: []Deployed{{"a", "0.1.0", true}, {"b", "1.2.0", true}}},
		"one of two is met":   {present: []Deployed{{"a", "0.1.0", true}, {"b", "1.0.0", true}, {"b", "1.3.0", true}}},
		"none there":          {want: []string{"a is not installed on the cluster", "b >=1.2.0 is not installed on the cluster"}},
		"too old":             {present: []Deployed{{"a", "1.0.0", true}, {"b", "1.1.9", true}}, want: []string{"b >=1.2.0 is at version 1.1.9"}},
		"not ready":           {present: []Deployed{{"a", "1.0.0", false}, {"b", "1.2.0", true}}, want: []string{"a is not ready"}},
		"not deployed before": {present: []Deployed{{"a", "", false}, {"b", "", false}}, want: []string{"a is not ready", "b >=1.2.0 is not ready"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Missing(needs, test.present)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzGate holds that no version and no condition makes the gate panic, and that a cluster passes or is told why not.
func FuzzGate(f *testing.F) {
	f.Add(">=1.29.0 <1.34.0", `v1\..*`, "v1.33.1-eks-1")
	f.Add("~1 || ^2", "(", "1.x")
	f.Fuzz(func(t *testing.T, kubernetesVersions, pattern, cluster string) {
		version := &fleetv1.AddonVersion{Version: "1.0.0", KubernetesVersions: kubernetesVersions, ClusterVersions: []string{pattern}}
		if err := Gate(version, cluster); err != nil && err.Error() == "" {
			t.Fatal("refused without a reason")
		}
	})
}
