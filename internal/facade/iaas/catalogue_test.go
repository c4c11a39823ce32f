package iaas

import (
	"net/http"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// TestCatalogueAsPublished wants the answer of the published reference, byte for byte but for white space.
func TestCatalogueAsPublished(t *testing.T) {
	answered(t, ask(t, server(t, newFakeHub()), http.MethodGet, "/addons/catalog", ""), http.StatusOK,
		`[{"name":"jupyterhub","display_name":"JupyterHub","description":"Notebook environment for data science","version":"3.3.8",`+
			`"params":{"cpu_limit":{"type":"number","description":"CPU limit per notebook session"},`+
			`"memory_limit":{"type":"string","description":"Memory limit per notebook session (for example, 4Gi)"}}},`+
			`{"name":"kuberay","display_name":"KubeRay Operator","description":"Ray operator for distributed ML workloads",`+
			`"version":"1.1.0","params":{}}]`)
}

func TestCatalogueEntries(t *testing.T) {
	entry := func(spec fleetv1.AddonTemplateSpec) *fleetv1.AddonTemplate {
		return &fleetv1.AddonTemplate{ObjectMeta: metav1.ObjectMeta{Name: "npd"}, Spec: spec}
	}
	schema := func(text string) *runtime.RawExtension { return &runtime.RawExtension{Raw: []byte(text)} }
	tests := map[string]struct {
		template *fleetv1.AddonTemplate
		want     string
	}{
		"nothing but a version": {
			entry(fleetv1.AddonTemplateSpec{Versions: []fleetv1.AddonVersion{{Version: "1.0.0", Stable: true}}}),
			`[{"name":"npd","display_name":"npd","description":"","version":"1.0.0","params":{}}]`,
		},
		"no version": {entry(fleetv1.AddonTemplateSpec{DisplayName: "x"}), `[]`},
		"none is stable": {
			entry(fleetv1.AddonTemplateSpec{Versions: []fleetv1.AddonVersion{{Version: "1.9.0"}, {Version: "1.10.0"}}}),
			`[{"name":"npd","display_name":"npd","description":"","version":"1.10.0","params":{}}]`,
		},
		"a stable one comes before a newer one": {
			entry(fleetv1.AddonTemplateSpec{Versions: []fleetv1.AddonVersion{{Version: "2.0.0"}, {Version: "1.0.0", Stable: true}}}),
			`[{"name":"npd","display_name":"npd","description":"","version":"1.0.0","params":{}}]`,
		},
		"a param of no type": {
			entry(fleetv1.AddonTemplateSpec{Versions: []fleetv1.AddonVersion{{Version: "1.0.0", ParamsSchema: schema(`{"properties":{"a":{}}}`)}}}),
			`[{"name":"npd","display_name":"npd","description":"","version":"1.0.0","params":{"a":{"type":"string","description":""}}}]`,
		},
		"a schema that is none": {
			entry(fleetv1.AddonTemplateSpec{Versions: []fleetv1.AddonVersion{{Version: "1.0.0", ParamsSchema: schema(`[]`)}}}),
			`[{"name":"npd","display_name":"npd","description":"","version":"1.0.0","params":{}}]`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.templates = []*fleetv1.AddonTemplate{test.template}
			answered(t, ask(t, server(t, h), http.MethodGet, "/addons/catalog/", ""), http.StatusOK, test.want)
		})
	}
	h := newFakeHub()
	h.templates = nil
	answered(t, ask(t, server(t, h), http.MethodGet, "/addons/catalog", ""), http.StatusOK, `[]`)
	h.fail = &hub.Error{Reason: hub.Unavailable}
	answered(t, ask(t, server(t, h), http.MethodGet, "/addons/catalog", ""), http.StatusInternalServerError, `{"detail":"Internal Server Error"}`)
}
