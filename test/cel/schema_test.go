package cel

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// definitions reads every CRD of config/crd/bases, by kind.
func definitions(t *testing.T) map[string]*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testenv.Root(), "config", "crd", "bases", "*.yaml"))
	if err != nil {
		t.Fatalf("listing the CRDs: %v", err)
	}
	found := map[string]*apiextensionsv1.CustomResourceDefinition{}
	for _, file := range files {
		definition := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(read(t, "config", "crd", "bases", filepath.Base(file)), definition); err != nil {
			t.Fatalf("reading %s: %v", filepath.Base(file), err)
		}
		found[definition.Spec.Names.Kind] = definition
	}
	if len(found) != len(tables) {
		t.Fatalf("there are %d CRDs and rows for %d kinds", len(found), len(tables))
	}
	return found
}

// schema returns the schema of the one version of a CRD.
func schema(definition *apiextensionsv1.CustomResourceDefinition) *apiextensionsv1.JSONSchemaProps {
	return definition.Spec.Versions[0].Schema.OpenAPIV3Schema
}

// walk visits a schema and all that is below it. Paths look like spec.versions[].chart.name.
func walk(props *apiextensionsv1.JSONSchemaProps, path string, visit func(path string, props *apiextensionsv1.JSONSchemaProps)) {
	visit(path, props)
	for _, name := range sortedKeys(props.Properties) {
		child := props.Properties[name]
		below := name
		if path != "" {
			below = path + "." + name
		}
		walk(&child, below, visit)
	}
	if props.Items != nil && props.Items.Schema != nil {
		walk(props.Items.Schema, path+"[]", visit)
	}
	if props.AdditionalProperties != nil && props.AdditionalProperties.Schema != nil {
		walk(props.AdditionalProperties.Schema, path+"{}", visit)
	}
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
