package params

import (
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Property is what a catalogue tells about one param.
type Property struct {
	// Type is the JSON Schema type: string, number, integer, boolean, array or object. Where the schema names none it is string,
	// where it names several the first of them in JSON Schema's order that is not null.
	Type string
	// Description is the text of the schema; empty if it has none.
	Description string
}

// Describe returns the properties that the schema names at the top of a document, also through references and combinations. It
// is never nil.
func (s *Schema) Describe() map[string]Property {
	root := []*jsonschema.Schema{s.root}
	properties := map[string]Property{}
	for _, part := range descriptive(root) {
		for name := range part.Properties {
			if _, known := properties[name]; !known {
				properties[name] = describe(step(root, name))
			}
		}
	}
	return properties
}

func describe(at []*jsonschema.Schema) Property {
	described := Property{Type: "string"}
	types, _ := saysOf(at)
	for _, name := range types {
		if name != "null" {
			described.Type = name
			break
		}
	}
	for _, s := range descriptive(at) {
		if s.Description != "" {
			described.Description = s.Description
			break
		}
	}
	return described
}

// TakesObjects tells whether some object satisfies the schema, as far as the types at its top tell. Params are an object.
func (s *Schema) TakesObjects() bool {
	if never(s.root) {
		return false
	}
	types, _ := saysOf([]*jsonschema.Schema{s.root})
	return len(types) == 0 || slices.Contains(types, "object")
}
