package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// reference is how schemas of an OpenAPI document refer to each other.
const reference = "#/components/schemas/"

// convertOpenAPI writes the schema of each kind of an OpenAPI document, with those that it refers to.
func convertOpenAPI(document []byte, out string) error {
	var parsed struct {
		Components struct {
			Schemas map[string]map[string]any `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(document, &parsed); err != nil {
		return fmt.Errorf("parsing an OpenAPI document: %w", err)
	}
	all := parsed.Components.Schemas
	if len(all) == 0 {
		return errors.New("an OpenAPI document without schemas")
	}
	for _, one := range all {
		closeObjects(one)
	}
	for name, one := range all {
		kind, ok := kindOf(one)
		if !ok {
			continue
		}
		needed := map[string]any{}
		if err := gather(name, all, needed); err != nil {
			return err
		}
		tree := map[string]any{"$ref": reference + name, "components": map[string]any{"schemas": needed}}
		if err := write(tree, kind, out); err != nil {
			return err
		}
	}
	return nil
}

// kindOf returns the kind that a schema describes. Those of many kinds, such as the options of a deletion, are no objects.
func kindOf(one map[string]any) (schema.GroupVersionKind, bool) {
	kinds, _ := one["x-kubernetes-group-version-kind"].([]any)
	if len(kinds) != 1 {
		return schema.GroupVersionKind{}, false
	}
	fields, _ := kinds[0].(map[string]any)
	word := func(name string) string { text, _ := fields[name].(string); return text }
	return schema.GroupVersionKind{Group: word("group"), Version: word("version"), Kind: word("kind")}, true
}

// gather adds a schema and all that it refers to.
func gather(name string, all map[string]map[string]any, needed map[string]any) error {
	if needed[name] != nil {
		return nil
	}
	one, known := all[name]
	if !known {
		return fmt.Errorf("nothing is called %s, though a schema refers to it", name)
	}
	needed[name] = one
	for _, other := range references(one) {
		if err := gather(other, all, needed); err != nil {
			return err
		}
	}
	return nil
}

// references are the names that a schema refers to.
func references(node any) []string {
	var found []string
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			found = append(found, references(item)...)
		}
	case map[string]any:
		if text, is := node["$ref"].(string); is {
			found = append(found, strings.TrimPrefix(text, reference))
		}
		for _, child := range node {
			found = append(found, references(child)...)
		}
	}
	return found
}
