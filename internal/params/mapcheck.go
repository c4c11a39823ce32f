package params

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// CheckMapping returns what keeps the paramMapping of a version from putting params where they are wanted: params that the schema
// does not know or that cannot be taken as the type, defaults and constants of another type, places that there cannot be or that
// two rules want. at is the version, for example spec.versions[0]. Faults of the schema and of other documents are not among them.
func CheckMapping(version *fleetv1.AddonVersion, at string) []Fault {
	c := &mapCheck{at: path{text: at}}
	c.schema, _ = CompileSchema(rawJSON(version.ParamsSchema))
	c.defaults, _ = DecodeObject(rawJSON(version.Defaults), "")
	if c.values, _ = DecodeObject(rawJSON(version.Values), ""); c.values == nil {
		c.values = map[string]any{}
	}
	for i := range version.ParamMapping {
		c.rule(version.ParamMapping[i])
	}
	return sorted(c.faults)
}

// mapCheck goes through the rules of a mapping and keeps what the next one has to be compared with.
type mapCheck struct {
	at       path
	schema   *Schema
	defaults map[string]any
	values   map[string]any
	placed   []place
	faults   []Fault
}

// place is where a rule puts a value, and of which types that may be, empty if it may be of any.
type place struct {
	tokens []string
	types  []string
}

func (p place) holds() bool {
	return len(p.types) == 0 || slices.Contains(p.types, "object") || slices.Contains(p.types, "array")
}

func (c *mapCheck) fault(at path, format string, args ...any) {
	c.faults = append(c.faults, Fault{Path: at.text, Message: fmt.Sprintf(format, args...)})
}

func (c *mapCheck) rule(m fleetv1.ParamMapping) {
	at := c.at.key("paramMapping").index(len(c.placed))
	var types []string
	switch {
	case m.Param == "" && m.Constant == nil:
		c.fault(at, "needs param or constant")
	case m.Param != "" && m.Constant != nil:
		c.fault(at, "must have only one of param and constant")
	case m.Constant != nil && m.Default != nil:
		c.fault(at.key("default"), "has no meaning beside a constant")
	case m.Constant != nil:
		types = c.fixed(m.Constant, m.Type, at.key("constant"))
	default:
		types = c.param(m, at)
	}
	c.place(m.Value, types, at.key("value"))
}

// fixed checks a constant or a default and returns its type.
func (c *mapCheck) fixed(document *runtime.RawExtension, want string, at path) []string {
	value, faults := Decode(document.Raw, at.text)
	if len(faults) > 0 {
		c.faults = append(c.faults, faults...)
		return nil
	}
	is := typeOf(value)
	if want != "" && is != want && (is != "integer" || want != "number") {
		c.fault(at, "must be %s, as type says", nouns([]string{want}))
	}
	return []string{is}
}

// param checks the param of a rule and returns the types of what it puts into place.
func (c *mapCheck) param(m fleetv1.ParamMapping, at path) []string {
	tokens, err := pointer(m.Param)
	if err != nil {
		c.fault(at.key("param"), "%s", err)
		return nil
	}
	var schemas []*jsonschema.Schema
	if c.schema != nil {
		if !c.schema.Knows(m.Param) {
			c.fault(at.key("param"), "%s is nothing that the paramsSchema allows", m.Param)
			return nil
		}
		schemas = c.schema.at(tokens)
	}
	types, _ := saysOf(schemas)
	if m.Type != "" {
		if len(types) > 0 && !slices.ContainsFunc(types, func(is string) bool { return convertible(is, m.Type) }) {
			c.fault(at.key("type"), "%s is %s, which cannot be taken as %s", m.Param, nouns(types), nouns([]string{m.Type}))
		}
		if value, given := lookup(c.defaults, tokens); given {
			if _, ok := convert(value, m.Type); !ok {
				c.fault(locate(c.at.key("defaults").text, any(c.defaults), tokens), "cannot be taken as %s, as %s says", nouns([]string{m.Type}), at.key("type").text)
			}
		}
		types = []string{m.Type}
	}
	if m.Default != nil {
		c.fallback(m, schemas, at.key("default"))
	}
	return types
}

// fallback checks the default of a rule: against the type, else against the schema of the param that it stands in for.
func (c *mapCheck) fallback(m fleetv1.ParamMapping, schemas []*jsonschema.Schema, at path) {
	before := len(c.faults)
	c.fixed(m.Default, m.Type, at)
	if m.Type != "" || len(schemas) != 1 || len(c.faults) > before {
		return
	}
	value, _ := Decode(m.Default.Raw, at.text)
	c.faults = append(c.faults, (&Schema{root: schemas[0]}).Validate(value, at.text)...)
}

// place checks where a rule puts its value, against the fixed values and the rules before it.
func (c *mapCheck) place(text string, types []string, at path) {
	tokens, err := pointer(text)
	if err == nil && len(tokens) == 0 {
		err = fmt.Errorf("%q is no place in the values", text)
	}
	if err != nil {
		c.fault(at, "%s", err)
		c.placed = append(c.placed, place{})
		return
	}
	here := place{tokens: tokens, types: types}
	inside := c.compare(here, at)
	c.placed = append(c.placed, here)
	if inside {
		return
	}
	var value any = "value"
	if here.holds() {
		value = map[string]any{}
	}
	if err := put(c.values, tokens, value); err != nil {
		c.fault(at, "%s", err)
	}
}

// compare holds a place against those before it, and tells whether it lies inside one of them. A token - is never the same
// place twice.
func (c *mapCheck) compare(here place, at path) bool {
	inside := false
	for i, earlier := range c.placed {
		if len(earlier.tokens) == 0 || slices.Contains(earlier.tokens, "-") || slices.Contains(here.tokens, "-") {
			continue
		}
		rule := path{text: "paramMapping"}.index(i).text
		shorter := min(len(earlier.tokens), len(here.tokens))
		switch {
		case !slices.Equal(earlier.tokens[:shorter], here.tokens[:shorter]):
		case len(earlier.tokens) == len(here.tokens):
			c.fault(at, "%s is where %s puts its value already", written(here.tokens), rule)
			return true
		case len(here.tokens) == shorter:
			c.fault(at, "%s would replace what %s puts at %s; put this rule before it", written(here.tokens), rule, written(earlier.tokens))
			return true
		case !earlier.holds():
			c.fault(at, "%s lies inside %s, where %s puts %s", written(here.tokens), written(earlier.tokens), rule, nouns(earlier.types))
			return true
		default:
			inside = true
		}
	}
	return inside
}

// at returns the schemas that may apply to the value at the tokens.
func (s *Schema) at(tokens []string) []*jsonschema.Schema {
	at := []*jsonschema.Schema{s.root}
	for _, token := range tokens {
		at = step(at, token)
	}
	return at
}

// convertible tells whether some values of a type can be taken as another.
func convertible(is, as string) bool {
	switch as {
	case "string":
		return is == "string" || is == "number" || is == "integer" || is == "boolean"
	case "boolean":
		return is == "boolean" || is == "string"
	default:
		return is == "number" || is == "integer" || is == "string"
	}
}

// typeOf returns the JSON Schema type of a decoded value.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if _, whole := number(v, true); whole {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	default:
		return "object"
	}
}

// written writes tokens as a JSON pointer.
func written(tokens []string) string {
	var text strings.Builder
	for _, token := range tokens {
		text.WriteString("/" + escape(token))
	}
	return text.String()
}
