package params

import (
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// secret tells whether the value at the tokens lies in a part that the schema calls writeOnly.
func (s *Schema) secret(tokens []string) bool {
	if s == nil {
		return false
	}
	at := []*jsonschema.Schema{s.root}
	for _, token := range tokens {
		if writeOnly(at) {
			return true
		}
		at = step(at, token)
	}
	return writeOnly(at)
}

// WithoutSecrets returns a copy of a decoded document without the values that the schema calls writeOnly.
func (s *Schema) WithoutSecrets(document map[string]any) map[string]any {
	visible, _ := reveal([]*jsonschema.Schema{s.root}, document).(map[string]any)
	return visible
}

// reveal copies what may be seen of a value that the schemas describe. A writeOnly element of an array becomes null, so
// that the others keep their places.
func reveal(at []*jsonschema.Schema, value any) any {
	switch v := value.(type) {
	case map[string]any:
		visible := make(map[string]any, len(v))
		for key, child := range v {
			if next := step(at, key); !writeOnly(next) {
				visible[key] = reveal(next, child)
			}
		}
		return visible
	case []any:
		visible := make([]any, len(v))
		for i, child := range v {
			if next := step(at, strconv.Itoa(i)); !writeOnly(next) {
				visible[i] = reveal(next, child)
			}
		}
		return visible
	default:
		return value
	}
}

func writeOnly(at []*jsonschema.Schema) bool {
	for _, s := range applicable(at) {
		if s.WriteOnly {
			return true
		}
	}
	return false
}

// applicable returns the schemas and all that may apply to the same value through references and combinations.
func applicable(at []*jsonschema.Schema) []*jsonschema.Schema {
	seen := map[*jsonschema.Schema]bool{}
	var all []*jsonschema.Schema
	queue := append([]*jsonschema.Schema(nil), at...)
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if s == nil || seen[s] {
			continue
		}
		seen[s] = true
		all = append(all, s)
		queue = append(queue, s.Ref, s.RecursiveRef, s.If, s.Then, s.Else, s.Not)
		if s.DynamicRef != nil {
			queue = append(queue, s.DynamicRef.Ref)
		}
		queue = append(queue, s.AllOf...)
		queue = append(queue, s.AnyOf...)
		queue = append(queue, s.OneOf...)
		for _, dependent := range s.DependentSchemas {
			queue = append(queue, dependent)
		}
	}
	return all
}

// step returns the schemas that may apply to the property or element that the token names.
func step(at []*jsonschema.Schema, token string) []*jsonschema.Schema {
	var next []*jsonschema.Schema
	add := func(s *jsonschema.Schema) {
		if s != nil && !never(s) {
			next = append(next, s)
		}
	}
	for _, s := range applicable(at) {
		property := s.Properties[token]
		add(property)
		for pattern, schema := range s.PatternProperties {
			if pattern.MatchString(token) {
				property = schema
				add(schema)
			}
		}
		if additional, isSchema := s.AdditionalProperties.(*jsonschema.Schema); isSchema && property == nil {
			add(additional)
		}
		add(s.UnevaluatedProperties)
		elements(s, token, add)
	}
	return next
}

func elements(s *jsonschema.Schema, token string, add func(*jsonschema.Schema)) {
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 {
		return
	}
	if i < len(s.PrefixItems) {
		add(s.PrefixItems[i])
	}
	add(s.Items2020)
	add(s.UnevaluatedItems)
	add(s.Contains)
	switch items := s.Items.(type) {
	case *jsonschema.Schema:
		add(items)
	case []*jsonschema.Schema:
		if i < len(items) {
			add(items[i])
		}
	}
	if additional, isSchema := s.AdditionalItems.(*jsonschema.Schema); isSchema {
		add(additional)
	}
}

// never tells whether a schema is the one that nothing satisfies.
func never(s *jsonschema.Schema) bool { return s.Bool != nil && !*s.Bool }

// open tells whether a property that no schema names is allowed.
func open(at []*jsonschema.Schema) bool {
	for _, s := range applicable(at) {
		if s.AdditionalProperties == false {
			return false
		}
		if s.UnevaluatedProperties != nil && never(s.UnevaluatedProperties) {
			return false
		}
	}
	return true
}
