package cce

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// TestTemplate is a template with all its members.
func TestTemplate(t *testing.T) {
	h := newFakeHub()
	h.catalogue[0].Labels = map[string]string{fleetv1.LabelRequired: "true"}
	got := ask{method: "GET", path: "/addontemplates?version=1.14.0"}.do(t, h)
	want := `{"kind":"Addon","apiVersion":"v3","items":[{"kind":"Addon","apiVersion":"v3",` +
		`"metadata":{"uid":"33333333-3333-3333-3333-333333333333","name":"npd","alias":"Node Problem Detector",` +
		`"creationTimestamp":"2018-10-23T13:14:55Z","updateTimestamp":"2018-10-23T13:14:55Z"},` +
		`"spec":{"type":"helm","require":true,"labels":["Monitoring"],"logoURL":"https://logo.example/npd.png","readmeURL":"https://readme.example/npd",` +
		`"description":"Finds ill nodes.","versions":[{"version":"1.14.0","input":{"basic":{"replicas":1},"parameters":{}},"stable":true,` +
		`"translate":{"en_US":{"addon":{"description":"d"}}},"supportVersions":[{"clusterType":"VirtualMachine","clusterVersion":["v1\\.33\\..*"]}],` +
		`"creationTimestamp":"2018-10-23T13:14:55Z","updateTimestamp":"2018-10-23T13:14:55Z"}]}}]}`
	if diff := cmp.Diff(want, got.text); diff != "" {
		t.Error(diff)
	}
}

// TestTemplateFilters is which versions of which templates are listed.
func TestTemplateFilters(t *testing.T) {
	all := map[string]any{"npd": []any{"2.0.0-rc.1", "1.14.0", "1.13.5"}, "dns": []any{"1.0.0"}}
	only := func(versions ...any) map[string]any { return map[string]any{"npd": versions} }
	for query, row := range map[string]struct {
		want   map[string]any
		status int
	}{
		"":                         {all, 200},
		"?addon_template_name=npd": {only("2.0.0-rc.1", "1.14.0", "1.13.5"), 200},
		"?addon_template_name=Node+Problem+Detector": {only("2.0.0-rc.1", "1.14.0", "1.13.5"), 200},
		"?addon_template_name=np":                    {map[string]any{}, 200},
		"?version=1.13.5":                            {only("1.13.5"), 200},
		"?version=9.9.9":                             {map[string]any{}, 200},
		"?newest=true":                               {only("1.14.0"), 200},
		"?newest=false":                              {all, 200},
		"?cluster_id=prod":                           {map[string]any{"npd": []any{"1.14.0", "1.13.5"}, "dns": []any{"1.0.0"}}, 200},
		"?cluster_id=edge&newest=true":               {only("1.13.5"), 200},
		"?base_update_addon_version=1.13.5":          {only("2.0.0-rc.1", "1.14.0"), 200},
		"?base_update_addon_version=1.13.5&cluster_id=prod&newest=true&addon_template_name=npd": {only("1.14.0"), 200},
		"?newest=perhaps":                {nil, 400},
		"?base_update_addon_version=new": {nil, 400},
		"?cluster_id=nothing":            {nil, 404},
		"?version=1.13.5&version=1.14.0": {nil, 400},
	} {
		t.Run(query, func(t *testing.T) {
			h := newFakeHub()
			h.catalogue = append(h.catalogue, &fleetv1.AddonTemplate{ObjectMeta: metav1.ObjectMeta{Name: "dns"},
				Spec: fleetv1.AddonTemplateSpec{Versions: []fleetv1.AddonVersion{{Version: "1.0.0"}}}})
			h.clusters[1].Cluster.Status.KubernetesVersion = "v1.29.4"
			// The host never filters.
			got := ask{method: "GET", path: "/addontemplates" + query, host: "edge.cce.example"}.do(t, h)
			if got.status != row.status {
				t.Fatalf("%d %s", got.status, got.text)
			}
			if row.want == nil {
				return
			}
			shown := map[string]any{}
			for _, item := range got.body["items"].([]any) {
				one := answer{body: item.(map[string]any)}
				versions := []any{}
				for _, version := range one.at("spec/versions").([]any) {
					versions = append(versions, version.(map[string]any)["version"])
				}
				shown[one.at("metadata/name").(string)] = versions
			}
			if diff := cmp.Diff(row.want, shown); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSupported is which cluster versions a version is said to be for.
func TestSupported(t *testing.T) {
	for name, row := range map[string]struct {
		version fleetv1.AddonVersion
		offered []string
		want    []string
	}{
		"its own expressions":           {fleetv1.AddonVersion{ClusterVersions: []string{"v1.33.*"}, KubernetesVersions: ">=1.29"}, []string{"v1.29.1"}, []string{"v1.33.*"}},
		"no range":                      {fleetv1.AddonVersion{}, []string{"v1.33.1", "v1.29.4", "v1.29.9"}, []string{`v1\.29\..*`, `v1\.33\..*`}},
		"a range":                       {fleetv1.AddonVersion{KubernetesVersions: ">=1.30.0 <1.34.0"}, []string{"v1.34.0", "v1.33.1", "v1.29.4"}, []string{`v1\.33\..*`}},
		"nothing is offered":            {fleetv1.AddonVersion{}, nil, []string{}},
		"what is offered is no version": {fleetv1.AddonVersion{}, []string{"new"}, []string{}},
		"minors are sorted by number":   {fleetv1.AddonVersion{}, []string{"v1.10.1", "v1.9.1"}, []string{`v1\.9\..*`, `v1\.10\..*`}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(row.want, supported(&row.version, row.offered)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestDocument holds that the document is served to everybody, and without our own hints.
func TestDocument(t *testing.T) {
	got := ask{method: "GET", path: "/openapi"}.do(t, newFakeHub())
	if got.status != 200 || got.at("openapi") != "3.0.3" || got.at("components/schemas/Addon/properties/kind/x-order") != nil {
		t.Errorf("%d %.200s", got.status, got.text)
	}
	// Every route is described, and nothing else.
	d, err := New(newFakeHub())
	if err != nil {
		t.Fatal(err)
	}
	routes := map[string]bool{}
	for _, route := range d.Routes() {
		routes[base+route.Path] = true
	}
	paths, _ := got.at("paths").(map[string]any)
	for path := range paths {
		if !routes[path] {
			t.Errorf("%s is described and not served", path)
		}
		delete(routes, path)
	}
	if len(routes) > 0 {
		t.Errorf("not described: %v", routes)
	}
}

// TestVersionsAreCompared holds that what is no version comes last.
func TestVersionsAreCompared(t *testing.T) {
	for _, row := range []struct {
		a, b string
		want int
	}{{"1.9.0", "1.10.0", -1}, {"1.0.0", "x", 1}, {"x", "1.0.0", -1}, {"x", "y", -1}, {"1.0.0", "1.0.0", 0}} {
		if got := compareVersions(row.a, row.b); got != row.want {
			t.Errorf("%s and %s: %d", row.a, row.b, got)
		}
	}
}
