package params

import (
	"errors"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// ValidatePartial is Validate for a document to which more will be added: what is missing is no fault, and neither is what an
// addition may put right.
func (s *Schema) ValidatePartial(document any, at string) []Fault {
	var invalid *jsonschema.ValidationError
	if !errors.As(s.root.Validate(document), &invalid) {
		return nil
	}
	lasting := incurable(invalid)
	if lasting == nil {
		return nil
	}
	return sorted(explain(lasting, explanation{origin: origin{at: at, document: document}, schema: s}))
}

// incurable returns what of a validation error stays whatever is added to the document, nil if nothing does.
func incurable(e *jsonschema.ValidationError) *jsonschema.ValidationError {
	switch e.ErrorKind.(type) {
	case *kind.Required, *kind.DependentRequired, *kind.Dependency, *kind.MinProperties, *kind.Not:
		return nil
	}
	if conditional(e.SchemaURL) {
		return nil
	}
	left := *e
	left.Causes = nil
	for _, cause := range e.Causes {
		if lasting := incurable(cause); lasting != nil {
			left.Causes = append(left.Causes, lasting)
		}
	}
	switch e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		// One form that an addition may make fit is enough, and what fits two may fit only one with more in it.
		if len(e.Causes) == 0 || len(left.Causes) < len(e.Causes) {
			return nil
		}
	default:
		if len(e.Causes) > 0 && len(left.Causes) == 0 {
			return nil
		}
	}
	return &left
}

// named are the keywords below which names stand that are no keywords.
var named = []string{"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}

// conditional tells whether a part of a schema applies only as long as something else holds, which an addition may change.
func conditional(schemaURL string) bool {
	_, fragment, _ := strings.Cut(schemaURL, "#")
	keywords := strings.Split(strings.TrimPrefix(fragment, "/"), "/")
	for i, keyword := range keywords {
		if i > 0 && slices.Contains(named, keywords[i-1]) && (i < 2 || !slices.Contains(named, keywords[i-2])) {
			continue
		}
		switch keyword {
		case "then", "else", "unevaluatedProperties", "unevaluatedItems":
			return true
		}
	}
	return false
}
