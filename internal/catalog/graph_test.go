package catalog

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// named returns a template with one version for each text: the version, and then pairs of a template and a range that it needs.
func named(name string, versions ...[]string) fleetv1.AddonTemplate {
	t := fleetv1.AddonTemplate{}
	t.Name = name
	for _, words := range versions {
		version := fleetv1.AddonVersion{Version: words[0]}
		for i := 1; i < len(words); i += 2 {
			version.DependsOn = append(version.DependsOn, fleetv1.AddonDependency{TemplateName: words[i], Versions: words[i+1]})
		}
		t.Spec.Versions = append(t.Spec.Versions, version)
	}
	return t
}

func TestCheckDependencies(t *testing.T) {
	for name, test := range map[string]struct {
		template fleetv1.AddonTemplate
		others   []fleetv1.AddonTemplate
		want     string
	}{
		"no dependencies": {template: named("a", []string{"1.0.0"})},
		"a chain of five": {
			template: named("a", []string{"1.0.0", "b", ""}),
			others: []fleetv1.AddonTemplate{
				named("b", []string{"1.0.0", "c", ">=1"}), named("c", []string{"1.0.0", "d", ">=1"}), named("d", []string{"1.0.0", "e", ""}), named("e", []string{"1.0.0"}),
			},
		},
		"what is not there yet": {template: named("a", []string{"1.0.0", "b", ""})},
		"a cycle of two": {
			template: named("a", []string{"1.0.0", "b", ""}), others: []fleetv1.AddonTemplate{named("b", []string{"2.0.0", "a", ">=1.0.0"})},
			want: "spec.versions[0].dependsOn[0]: closes a cycle, in which each would wait for the next: a 1.0.0 → b 2.0.0 → a 1.0.0",
		},
		"a cycle of three, by a second dependency of a second version": {
			template: named("a", []string{"1.0.0"}, []string{"2.0.0", "d", "", "b", ""}),
			others:   []fleetv1.AddonTemplate{named("b", []string{"1.0.0", "c", "1.x"}), named("c", []string{"2.0.0"}, []string{"1.0.0", "a", ""}), named("d", []string{"1.0.0"})},
			want:     "spec.versions[1].dependsOn[1]: closes a cycle, in which each would wait for the next: a 2.0.0 → b 1.0.0 → c 1.0.0 → a 2.0.0",
		},
		"ranges that keep the versions apart are no cycle": {
			template: named("a", []string{"2.0.0", "b", ""}, []string{"1.0.0"}), others: []fleetv1.AddonTemplate{named("b", []string{"1.0.0", "a", "<2.0.0"})},
		},
		"the template replaces what it was": {
			template: named("a", []string{"1.0.0"}), others: []fleetv1.AddonTemplate{named("a", []string{"1.0.0", "b", ""}), named("b", []string{"1.0.0", "a", ""})},
		},
		"a cycle of others is theirs": {
			template: named("a", []string{"1.0.0", "b", ""}), others: []fleetv1.AddonTemplate{named("b", []string{"1.0.0", "c", ""}), named("c", []string{"1.0.0", "b", ""})},
		},
		"itself is refused elsewhere":            {template: named("a", []string{"1.0.0", "a", ""})},
		"a version that is none meets nothing":   {template: named("a", []string{"1.0.0", "b", ""}), others: []fleetv1.AddonTemplate{named("b", []string{"latest", "a", ""})}},
		"a range that is none is met by nothing": {template: named("a", []string{"1.0.0", "b", "new"}), others: []fleetv1.AddonTemplate{named("b", []string{"1.0.0", "a", ""})}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, params.Join(CheckDependencies(&test.template, test.others))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckDependenciesOfALargeCatalogue(t *testing.T) {
	// 40 templates of 10 versions, each of which needs all of the next two: ways multiply, nodes do not.
	var others []fleetv1.AddonTemplate
	for i := range 40 {
		var versions [][]string
		for v := range 10 {
			versions = append(versions, []string{fmt.Sprintf("1.%d.0", v), fmt.Sprintf("t%d", i+1), ">=1", fmt.Sprintf("t%d", i+2), ">=1"})
		}
		others = append(others, named(fmt.Sprintf("t%d", i), versions...))
	}
	first := others[0]
	if faults := CheckDependencies(&first, others); len(faults) > 0 {
		t.Error(params.Join(faults))
	}
	others = append(others, named("t40", []string{"1.0.0", "t0", ""}))
	if faults := CheckDependencies(&first, others); len(faults) != 20 {
		t.Errorf("%d faults, want one for each dependency", len(faults))
	}
}

func TestWaits(t *testing.T) {
	for name, test := range map[string]struct {
		template fleetv1.AddonTemplate
		want     string
	}{
		"met":         {template: named("a", []string{"1.0.0", "b", ">=1.0.0", "c", ""})},
		"no template": {template: named("a", []string{"1.0.0", "x", ""}), want: "spec.versions[0].dependsOn[0].templateName: there is no AddonTemplate x; add-ons of this version wait for one"},
		"no version": {
			template: named("a", []string{"1.0.0"}, []string{"2.0.0", "c", "", "b", ">=2"}),
			want:     `spec.versions[1].dependsOn[1].versions: AddonTemplate b has no version in ">=2", it has 1.0.0, 1.1.0; add-ons of this version wait for one`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			others := []fleetv1.AddonTemplate{named("b", []string{"1.0.0"}, []string{"1.1.0"}), named("c", []string{"3.0.0"})}
			if diff := cmp.Diff(test.want, params.Join(Waits(&test.template, others))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDoubts(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*fleetv1.AddonTemplate, *fleetv1.AddonVersion)
		want   string
	}{
		"none": {change: func(*fleetv1.AddonTemplate, *fleetv1.AddonVersion) {}},
		"nothing stable": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.Stable = false },
			want:   "spec.versions: none is stable: no upgradePolicy takes one, and REST clients are offered the newest",
		},
		"the chart's name in the address": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) { t.Spec.Source.URL += "/hub/" },
			want:   "spec.source.url: ends with the name of the chart, which is added to it: the chart of version 1.0.0 is looked for at oci://registry.example.com/charts/hub/hub",
		},
		"insecure without a registry": {
			change: func(t *fleetv1.AddonTemplate, _ *fleetv1.AddonVersion) {
				t.Spec.Source = fleetv1.ChartSource{Type: "HelmRepository", URL: "http://example.com", Insecure: true}
			},
			want: "spec.source.insecure: has no meaning for a repository that is no registry",
		},
		"everything goes": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) { v.ParamsSchema = nil },
			want:   "spec.versions[0]: has neither paramsSchema nor paramMapping: tenants may set every value of the chart",
		},
		"a secret default": {
			change: func(_ *fleetv1.AddonTemplate, v *fleetv1.AddonVersion) {
				v.ParamsSchema, v.Defaults = raw(`{"properties": {"pin": {"writeOnly": true}}}`), raw(`{"pin": "hunter2"}`)
			},
			want: "spec.versions[0].defaults: /pin is writeOnly, and whoever may read the template can read this default",
		},
	} {
		t.Run(name, func(t *testing.T) {
			template := template(fleetv1.AddonVersion{Version: "1.0.0", Stable: true, Chart: fleetv1.Chart{Name: "hub"}, ParamsSchema: raw(`{"type": "object"}`)})
			test.change(template, &template.Spec.Versions[0])
			if diff := cmp.Diff(test.want, params.Join(Doubts(template))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzCheckDependencies holds that no names, versions and ranges make the search hang or panic, and that a cycle is found from
// both of its ends or from none.
func FuzzCheckDependencies(f *testing.F) {
	f.Add("1.0.0", ">=1", "2.0.0", "")
	f.Add("1.0.0", "<1", "2.0.0", "^1")
	f.Add("v1", "x", "latest", "")
	f.Fuzz(func(t *testing.T, versionA, rangeB, versionB, rangeA string) {
		a, b := named("a", []string{versionA, "b", rangeB}), named("b", []string{versionB, "a", rangeA})
		fromA, fromB := CheckDependencies(&a, []fleetv1.AddonTemplate{b}), CheckDependencies(&b, []fleetv1.AddonTemplate{a})
		if len(fromA) != len(fromB) {
			t.Fatalf("%v, %v", fromA, fromB)
		}
	})
}
