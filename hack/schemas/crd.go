package main

import (
	"encoding/json"
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// convertCRD writes the schema of each version of a kind.
func convertCRD(crd *apiextensionsv1.CustomResourceDefinition, out string) error {
	for _, version := range crd.Spec.Versions {
		if version.Schema == nil {
			continue
		}
		tree, err := closed(version.Schema.OpenAPIV3Schema)
		if err != nil {
			return fmt.Errorf("the schema of %s: %w", crd.Spec.Names.Kind, err)
		}
		kind := schema.GroupVersionKind{Group: crd.Spec.Group, Version: version.Name, Kind: crd.Spec.Names.Kind}
		if err := write(tree, kind, out); err != nil {
			return err
		}
	}
	return nil
}

// closed turns an OpenAPI schema into a JSON schema, which differ in what is said of unknown fields.
func closed(openAPI *apiextensionsv1.JSONSchemaProps) (map[string]any, error) {
	encoded, err := json.Marshal(openAPI)
	if err != nil {
		return nil, err
	}
	tree := map[string]any{}
	if err := json.Unmarshal(encoded, &tree); err != nil {
		return nil, err
	}
	properties, _ := tree["properties"].(map[string]any)
	for _, property := range properties {
		closeObjects(property)
	}
	if properties != nil {
		// The API server knows the fields of these; CRDs only name them, or leave them out.
		properties["apiVersion"] = map[string]any{"type": "string"}
		properties["kind"] = map[string]any{"type": "string"}
		properties["metadata"] = map[string]any{"type": "object"}
		tree["additionalProperties"] = false
	}
	return tree, nil
}
