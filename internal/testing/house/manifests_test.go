package house

import (
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/catalog"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// The catalogue entries that the project ships can be used, and the add-ons that it ships fit them.
func TestShippedCatalogueIsUsable(t *testing.T) {
	templates := load[fleetv1.AddonTemplate](t, "config/samples/addontemplate.yaml",
		"config/samples/catalog/jupyterhub.yaml", "config/samples/catalog/kuberay.yaml", "hack/local/catalog/*.yaml")
	for file, template := range templates {
		if faults := catalog.CheckTemplate(template); len(faults) > 0 {
			t.Errorf("%s: %s", file, params.Join(faults))
		}
	}
	for addonFile, templateFile := range map[string]string{
		"config/samples/addon.yaml":       "config/samples/addontemplate.yaml",
		"config/samples/local/addon.yaml": "hack/local/catalog/jupyterhub.yaml",
	} {
		addon, template := load[fleetv1.Addon](t, addonFile)[addonFile], templates[templateFile]
		if template == nil || addon.Spec.TemplateName != template.Name {
			t.Fatalf("%s is not made from %s", addonFile, templateFile)
		}
		version := template.Version(addon.Spec.Version)
		if version == nil {
			t.Fatalf("%s: the template has no version %s", addonFile, addon.Spec.Version)
		}
		effective, faults := params.Resolve(version, addon.Spec.Params, "spec.params")
		if len(faults) == 0 {
			_, faults = effective.Values(version)
		}
		if len(faults) > 0 {
			t.Errorf("%s: %s", addonFile, params.Join(faults))
		}
	}
}

// load reads manifests into a type, by their path from the root of the checkout.
func load[T any](t *testing.T, patterns ...string) map[string]*T {
	t.Helper()
	found := map[string]*T{}
	for _, pattern := range patterns {
		files, err := filepath.Glob(filepath.Join(testenv.Root(), filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("found nothing at %s: %v", pattern, err)
		}
		for _, file := range files {
			object := new(T)
			if err := yaml.UnmarshalStrict([]byte(read(t, file)), object); err != nil {
				t.Fatalf("reading %s: %v", file, err)
			}
			found[filepath.ToSlash(strings.TrimPrefix(file, testenv.Root()+string(filepath.Separator)))] = object
		}
	}
	return found
}
