package hyperfleet

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Names of rules, which clients may rely on.
const (
	constraintRequired  = "required"
	constraintType      = "type"
	constraintEnum      = "enum"
	constraintPattern   = "pattern"
	constraintMinLength = "min_length"
	constraintMaxLength = "max_length"
	constraintMinimum   = "minimum"
	constraintMaximum   = "maximum"
	constraintFormat    = "format"
	constraintDuplicate = "duplicate"
	constraintReserved  = "reserved"
	constraintSchema    = "schema"
)

// malformed is the error of a body that cannot be read: 400 VAL-006. It is the detail of the answer.
type malformed string

// Error implements error.
func (e malformed) Error() string { return string(e) }

// validate checks a body against a schema of the document and returns all rules that it breaks. Errors: malformed (an unknown
// member where the schema allows none), badRequest (no member where it demands one).
func (d document) validate(schema string, body map[string]any) ([]fault, error) {
	err := d.schemas[schema].Validate(body)
	if err == nil {
		return nil, nil
	}
	invalid, ok := errors.AsType[*jsonschema.ValidationError](err)
	if !ok {
		return nil, fmt.Errorf("validating a body: %w", err)
	}
	found := findings{body: body}
	found.collect(invalid)
	switch {
	case found.malformed != "":
		return nil, found.malformed
	case found.empty != "":
		return nil, found.empty
	}
	slices.SortFunc(found.faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Constraint, b.Constraint))
	})
	return found.faults, nil
}

// findings are what a validation found.
type findings struct {
	body      map[string]any
	faults    []fault
	malformed malformed
	empty     badRequest
}

// collect takes what the leaves of a validation error say.
func (f *findings) collect(e *jsonschema.ValidationError) {
	field, value := f.locate(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			f.faults = append(f.faults, fault{Field: below(field, name), Constraint: constraintRequired, Message: "is required"})
		}
		return
	case *kind.AdditionalProperties:
		slices.Sort(k.Properties)
		f.malformed = malformed("The body has a member that is not known here: " + clip(k.Properties[0]) + ".")
		return
	case *kind.MinProperties:
		f.empty = "The body changes nothing: give spec, labels or both."
		return
	}
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			f.collect(cause)
		}
		return
	}
	constraint, message := ruleOf(e.ErrorKind, lastName(e.InstanceLocation))
	// What is free-form may hold secrets, whatever it was sent as.
	if freeForm[field] {
		value = nil
	}
	f.faults = append(f.faults, fault{Field: field, Constraint: constraint, Message: message, Value: plain(value)})
}

var freeForm = map[string]bool{"spec": true, "data": true, "metadata": true}

// locate returns the path of a member as answers show it, conditions[0].type, and its value.
func (f *findings) locate(tokens []string) (string, any) {
	field, value := "", any(f.body)
	for _, token := range tokens {
		switch v := value.(type) {
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(v) {
				return field, nil
			}
			field, value = fmt.Sprintf("%s[%d]", field, index), v[index]
		case map[string]any:
			field, value = below(field, token), v[token]
		}
	}
	return field, value
}

// below is the path of a member of what stands at a path.
func below(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

func lastName(tokens []string) string {
	if len(tokens) == 0 {
		return ""
	}
	return tokens[len(tokens)-1]
}

// plain is what an answer repeats of a request: short plain values only.
func plain(value any) any {
	switch v := value.(type) {
	case string:
		return clip(v)
	case json.Number, bool:
		return v
	default:
		return nil
	}
}

// instead holds members for which a wrong type is no rule of its own: the value is none of those that the member may have, or not
// in its form.
var instead = map[string]string{
	"kind": constraintEnum, "status": constraintEnum, "adapter": constraintPattern, "observed_time": constraintFormat,
}

// ruleOf names the rule of a keyword, and says what it asks for. The name is that of the member.
func ruleOf(keyword jsonschema.ErrorKind, name string) (constraint, message string) {
	switch k := keyword.(type) {
	case *kind.Type:
		constraint, special := instead[name]
		if !special {
			constraint = constraintType
		}
		return constraint, "must be " + article(k.Want)
	case *kind.Enum:
		return constraintEnum, "must be " + oneOfThese(k.Want)
	case *kind.Pattern:
		return constraintPattern, "must match " + k.Want
	case *kind.MinLength:
		if k.Want == 1 {
			return constraintRequired, "must not be empty"
		}
		return constraintMinLength, fmt.Sprintf("must have at least %d characters", k.Want)
	case *kind.MaxLength:
		return constraintMaxLength, fmt.Sprintf("must have at most %d characters", k.Want)
	case *kind.Minimum:
		return constraintMinimum, "must be at least " + k.Want.RatString()
	case *kind.Format:
		if k.Want == "int32" {
			return constraintType, "must be a 32-bit integer, without fraction or exponent"
		}
		return constraintFormat, "must be a time as in RFC 3339: 2026-01-01T00:00:00Z"
	default:
		return constraintSchema, "does not satisfy " + strings.Join(k.KeywordPath(), "/")
	}
}

// article names a type: "an object".
func article(types []string) string {
	switch name := types[0]; name {
	case "object", "array", "integer":
		return "an " + name
	default:
		return "a " + name
	}
}

// oneOfThese lists values: "one of A, B".
func oneOfThese(values []any) string {
	texts := make([]string, 0, len(values))
	for _, value := range values {
		texts = append(texts, fmt.Sprint(value))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "one of " + strings.Join(texts, ", ")
}
