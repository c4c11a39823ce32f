package params

import (
	"maps"
	"slices"
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

// Split parts a decoded params document into what may be seen and what the schema calls writeOnly. Neither half shares an object
// with the document, both are never nil, and laying visible and then secret over something (see Merge) is the same as laying the
// document over it.
//
// An array with a writeOnly value anywhere in it is secret as a whole: its elements have no names by which the two halves could
// be put together again, and a client that sent the visible half back changed would be given the old whole instead.
func (s *Schema) Split(document map[string]any) (visible, secret map[string]any) {
	return split([]*jsonschema.Schema{s.root}, document)
}

// WithoutSecrets returns the visible half of Split.
func (s *Schema) WithoutSecrets(document map[string]any) map[string]any {
	visible, _ := s.Split(document)
	return visible
}

// Secrets returns the JSON pointers of the values in a decoded document that Split finds secret, in order, and none for a
// document without. A pointer leads to what is secret as a whole: not into a secret object, and to the array if an element is
// secret.
func (s *Schema) Secrets(document map[string]any) []string {
	_, secret := s.Split(document)
	pointers := leaves([]*jsonschema.Schema{s.root}, secret, "")
	slices.Sort(pointers)
	return pointers
}

// leaves returns the pointers of what is in a secret half.
func leaves(at []*jsonschema.Schema, secret map[string]any, to string) []string {
	var pointers []string
	for key, value := range secret {
		next, pointer := step(at, key), to+"/"+escape(key)
		if object, isObject := value.(map[string]any); isObject && !writeOnly(next) {
			pointers = append(pointers, leaves(next, object, pointer)...)
		} else {
			pointers = append(pointers, pointer)
		}
	}
	return pointers
}

// split parts an object that the schemas describe. An object all of which is secret leaves an empty one to see.
func split(at []*jsonschema.Schema, object map[string]any) (visible, secret map[string]any) {
	visible, secret = map[string]any{}, map[string]any{}
	if writeOnly(at) {
		return visible, maps.Clone(object)
	}
	for key, value := range object {
		next := step(at, key)
		child, isObject := value.(map[string]any)
		switch {
		case isObject && !writeOnly(next):
			seen, hidden := split(next, child)
			visible[key] = seen
			if len(hidden) > 0 {
				secret[key] = hidden
			}
		case holdsSecret(next, value):
			secret[key] = value
		default:
			visible[key] = value
		}
	}
	return visible, secret
}

// holdsSecret tells whether a value that the schemas describe is writeOnly or has such a value in it.
func holdsSecret(at []*jsonschema.Schema, value any) bool {
	if writeOnly(at) {
		return true
	}
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			if holdsSecret(step(at, key), child) {
				return true
			}
		}
	case []any:
		for i, child := range v {
			if holdsSecret(step(at, strconv.Itoa(i)), child) {
				return true
			}
		}
	}
	return false
}

func writeOnly(at []*jsonschema.Schema) bool {
	for _, s := range applicable(at) {
		if s.WriteOnly {
			return true
		}
	}
	return false
}
