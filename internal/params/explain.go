package params

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// required is the message about a property that is missing.
const required = "is required"

// explanation is what is needed to put a validation error into words.
type explanation struct {
	origin
	schema *Schema
}

// explain turns the tree of a validation error into faults, one per leaf.
func explain(e *jsonschema.ValidationError, in explanation) []Fault {
	where := in.locate(e.InstanceLocation)
	switch k := e.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		if len(e.Causes) > 0 {
			return []Fault{{Path: where.text, Message: alternatives(e, in)}}
		}
	case *kind.Required:
		faults := make([]Fault, 0, len(k.Missing))
		for _, name := range k.Missing {
			faults = append(faults, Fault{Path: where.key(name).text, Message: required})
		}
		return faults
	case *kind.AdditionalProperties:
		faults := make([]Fault, 0, len(k.Properties))
		for _, name := range k.Properties {
			unknown := in.locate(append(slices.Clone(e.InstanceLocation), name))
			faults = append(faults, Fault{Path: unknown.text, Message: "is unknown" + in.known(e.InstanceLocation)})
		}
		return faults
	}
	if len(e.Causes) == 0 {
		return []Fault{{Path: where.text, Message: in.message(e)}}
	}
	var faults []Fault
	for _, cause := range e.Causes {
		faults = append(faults, explain(cause, in)...)
	}
	return faults
}

// alternatives explains why none of several forms fits.
func alternatives(e *jsonschema.ValidationError, in explanation) string {
	reasons := make([]string, 0, len(e.Causes))
	for _, cause := range e.Causes {
		reasons = append(reasons, Join(sorted(explain(cause, in))))
	}
	return "satisfies none of the allowed forms (" + strings.Join(reasons, "; or ") + ")"
}

// known lists the properties that an object may have.
func (in explanation) known(tokens []string) string {
	if in.schema == nil {
		return ""
	}
	at := []*jsonschema.Schema{in.schema.root}
	for _, token := range tokens {
		at = step(at, token)
	}
	names := map[string]bool{}
	for _, s := range applicable(at) {
		for name := range s.Properties {
			names[name] = true
		}
	}
	if len(names) == 0 || len(names) > 32 {
		return ""
	}
	return "; known are " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// message says what one keyword asks for. It quotes what was given only if that is a plain value and no secret.
func (in explanation) message(e *jsonschema.ValidationError) string {
	text := requirement(e.ErrorKind)
	if in.schema == nil || in.hidden(e.InstanceLocation) || in.schema.secret(e.InstanceLocation) {
		return text
	}
	if _, isType := e.ErrorKind.(*kind.Type); isType {
		return text
	}
	value, found := lookup(in.document, e.InstanceLocation)
	if !found {
		return text
	}
	if quoted := quoteScalar(value); quoted != "" {
		return text + ", not " + quoted
	}
	return text
}

// requirement says what a keyword asks for, in words that hold no part of the document.
func requirement(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return "must be " + nouns(k.Want)
	case *kind.Enum:
		return "must be one of " + list(k.Want)
	case *kind.Const:
		return "must be " + quote(k.Want)
	case *kind.Format:
		return "must be in the format " + k.Want
	case *kind.Pattern:
		return "must match the pattern " + k.Want
	case *kind.FalseSchema:
		return "is not allowed"
	case *kind.Not:
		return "is of a form that is not allowed"
	case *kind.OneOf:
		return "satisfies more than one of the allowed forms"
	case *kind.PropertyNames:
		return "has a name that is not allowed"
	case *kind.DependentRequired:
		return fmt.Sprintf("needs %s beside %s", strings.Join(k.Missing, ", "), k.Prop)
	case *kind.UniqueItems:
		return fmt.Sprintf("has equal elements at %d and %d", k.Duplicates[0], k.Duplicates[1])
	default:
		if text := bound(k); text != "" {
			return text
		}
		return "does not satisfy " + strings.Join(k.KeywordPath(), "/")
	}
}

// bound says what the keywords that limit a size or a number ask for.
func bound(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Minimum:
		return "must be at least " + k.Want.RatString()
	case *kind.Maximum:
		return "must be at most " + k.Want.RatString()
	case *kind.ExclusiveMinimum:
		return "must be greater than " + k.Want.RatString()
	case *kind.ExclusiveMaximum:
		return "must be less than " + k.Want.RatString()
	case *kind.MultipleOf:
		return "must be a multiple of " + k.Want.RatString()
	case *kind.MinLength:
		return fmt.Sprintf("must be at least %d characters long", k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("must be at most %d characters long", k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %d elements", k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %d elements", k.Want)
	case *kind.MinProperties:
		return fmt.Sprintf("must have at least %d properties", k.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("must have at most %d properties", k.Want)
	default:
		return ""
	}
}

func list(values []any) string {
	quoted := make([]string, 0, len(values))
	for _, v := range values {
		quoted = append(quoted, quote(v))
	}
	return strings.Join(quoted, ", ")
}

// articles holds the types of JSON as words.
var articles = map[string]string{
	"array": "an array", "boolean": "a boolean", "integer": "an integer", "null": "null",
	"number": "a number", "object": "an object", "string": "a string",
}

func nouns(types []string) string {
	words := make([]string, 0, len(types))
	for _, name := range types {
		words = append(words, cmp.Or(articles[name], name))
	}
	return strings.Join(words, " or ")
}

// quoteScalar quotes a plain value that is short enough for a message.
func quoteScalar(value any) string {
	switch value.(type) {
	case string, json.Number, bool:
		if quoted := quote(value); len(quoted) <= 128 {
			return quoted
		}
	}
	return ""
}

func quote(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return "a value"
	}
	return string(text)
}
