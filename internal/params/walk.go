package params

import (
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// applicable returns the schemas and all that may apply to the same value through references and combinations.
func applicable(at []*jsonschema.Schema) []*jsonschema.Schema { return closure(at, combined) }

// descriptive is applicable without the schemas that say what a value is not, or when something else applies.
func descriptive(at []*jsonschema.Schema) []*jsonschema.Schema { return closure(at, composed) }

// combined returns the schemas that a schema brings to the same value.
func combined(s *jsonschema.Schema) []*jsonschema.Schema { return append(composed(s), s.If, s.Not) }

func composed(s *jsonschema.Schema) []*jsonschema.Schema {
	next := []*jsonschema.Schema{s.Ref, s.RecursiveRef, s.Then, s.Else}
	if s.DynamicRef != nil {
		next = append(next, s.DynamicRef.Ref)
	}
	next = append(next, s.AllOf...)
	next = append(next, s.AnyOf...)
	next = append(next, s.OneOf...)
	for _, dependent := range s.DependentSchemas {
		next = append(next, dependent)
	}
	for _, dependent := range s.Dependencies {
		if schema, isSchema := dependent.(*jsonschema.Schema); isSchema {
			next = append(next, schema)
		}
	}
	return next
}

// closure returns the schemas and all that follow from them, each once.
func closure(at []*jsonschema.Schema, follow func(*jsonschema.Schema) []*jsonschema.Schema) []*jsonschema.Schema {
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
		queue = append(queue, follow(s)...)
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
