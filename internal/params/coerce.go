package params

import (
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Coerce returns a copy of a decoded document in which strings are what they are the text of, wherever the schema says integer,
// number or boolean and not also string: some CCE clients send every scalar as a string (docs/rest/cce.md). A string that is not
// the text of such a value stays, for the check to refuse. Where the schema lists the string as one of the choices it stays too.
func (s *Schema) Coerce(document map[string]any) map[string]any {
	coerced, _ := coerce([]*jsonschema.Schema{s.root}, document).(map[string]any)
	return coerced
}

func coerce(at []*jsonschema.Schema, value any) any {
	switch v := value.(type) {
	case map[string]any:
		coerced := make(map[string]any, len(v))
		for key, child := range v {
			coerced[key] = coerce(step(at, key), child)
		}
		return coerced
	case []any:
		coerced := make([]any, len(v))
		for i, child := range v {
			coerced[i] = coerce(step(at, strconv.Itoa(i)), child)
		}
		return coerced
	case string:
		return scalar(at, v)
	default:
		return value
	}
}

// scalar returns what a string is the text of, if the schemas want that, else the string.
func scalar(at []*jsonschema.Schema, text string) any {
	types, choices := saysOf(at)
	if slices.Contains(types, "string") || slices.Contains(choices, any(text)) || strings.TrimSpace(text) != text {
		return text
	}
	for _, want := range []string{"integer", "number", "boolean"} {
		if !slices.Contains(types, want) {
			continue
		}
		if value, ok := convert(text, want); ok {
			return value
		}
	}
	return text
}

// saysOf returns the types that the schemas name for one value, and the values that they list.
func saysOf(at []*jsonschema.Schema) (types []string, choices []any) {
	for _, s := range descriptive(at) {
		if s.Types != nil {
			types = append(types, s.Types.ToStrings()...)
		}
		if s.Enum != nil {
			choices = append(choices, s.Enum.Values...)
		}
		if s.Const != nil {
			choices = append(choices, *s.Const)
		}
	}
	return types, choices
}
