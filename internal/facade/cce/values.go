package cce

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/params"
)

// The values of the dialect are sections of params: basic and custom, and every further member is a param of its own.
const (
	sectionBasic  = "basic"
	sectionCustom = "custom"
	// paramFlavor is the param that stands beside the sections where nobody sent it elsewhere.
	paramFlavor = "flavor"
)

// sections are values, decoded.
type sections struct {
	basic, custom, other map[string]any
}

// sectionsOf takes decoded values apart. What should be a section and is no object counts as empty: the schema of requests refuses
// it.
func sectionsOf(values map[string]any) sections {
	made := sections{other: maps.Clone(values)}
	made.basic, _ = values[sectionBasic].(map[string]any)
	made.custom, _ = values[sectionCustom].(map[string]any)
	delete(made.other, sectionBasic)
	delete(made.other, sectionCustom)
	return made
}

// section returns the params of a section; without a name those that stand in none.
func (s sections) section(name string) map[string]any {
	switch name {
	case sectionBasic:
		return s.basic
	case sectionCustom:
		return s.custom
	default:
		return s.other
	}
}

// params are the params that values mean: custom wins over basic, and basic over what stands beside them.
func (s sections) params() map[string]any {
	made := map[string]any{}
	for _, section := range []map[string]any{s.other, s.basic, s.custom} {
		maps.Copy(made, section)
	}
	return made
}

// standsIn returns the section in which the value of a param stands that counts.
func (s sections) standsIn(name string) (section string, found bool) {
	for _, section := range []string{sectionCustom, sectionBasic, ""} {
		if _, found := s.section(section)[name]; found {
			return section, true
		}
	}
	return "", false
}

// secrets returns the JSON pointers, within values, of what a schema calls writeOnly.
func (s sections) secrets(schema *params.Schema) []string {
	pointers := schema.Secrets(s.other)
	for _, name := range []string{sectionBasic, sectionCustom} {
		for _, pointer := range schema.Secrets(s.section(name)) {
			pointers = append(pointers, "/"+name+pointer)
		}
	}
	return pointers
}

// valuesOf are the values that answers show of params. sent are those that the client sent and that are kept, as text; nil if there
// are none. Where they mean the same params they are shown as they are, else what changed is changed where it stands, what is gone
// is left out, and what is new is put into basic.
func valuesOf(sent []byte, shown map[string]any) []byte {
	if sent == nil {
		return freshValues(shown)
	}
	decoded, faults := params.DecodeObject(sent, fieldValues)
	if len(faults) > 0 {
		return freshValues(shown)
	}
	in := sectionsOf(decoded)
	if means(in.params(), shown) {
		return member.Compact(sent)
	}
	return member.Compact(edited(sent, in, shown))
}

// freshValues are the values of params that nobody sent as values.
func freshValues(shown map[string]any) []byte {
	basic := maps.Clone(shown)
	if basic == nil {
		basic = map[string]any{}
	}
	flavor, found := basic[paramFlavor]
	delete(basic, paramFlavor)
	values := map[string]any{sectionBasic: basic}
	if found {
		values[paramFlavor] = flavor
	}
	return reply.Encode(values)
}

// edited are values that were sent, changed so that they mean other params.
func edited(sent []byte, in sections, shown map[string]any) []byte {
	var fresh []string
	for name := range shown {
		if _, found := in.standsIn(name); !found {
			fresh = append(fresh, name)
		}
	}
	slices.Sort(fresh)
	var values objectText
	member.Each(sent, func(name, raw, value []byte) bool {
		switch text := string(name); text {
		case sectionBasic:
			values.add(raw, editedSection(value, text, in, shown, fresh))
			fresh = nil
		case sectionCustom:
			values.add(raw, editedSection(value, text, in, shown, nil))
		default:
			if kept := editedParam(text, "", value, in, shown); kept != nil {
				values.add(raw, kept)
			}
		}
		return true
	})
	if len(fresh) > 0 {
		values.add(reply.Encode(sectionBasic), editedSection(nil, sectionBasic, in, shown, fresh))
	}
	return values.end()
}

// editedSection is a section of edited values, with fresh params at its end.
func editedSection(section []byte, name string, in sections, shown map[string]any, fresh []string) []byte {
	var made objectText
	member.Each(section, func(param, raw, value []byte) bool {
		if kept := editedParam(string(param), name, value, in, shown); kept != nil {
			made.add(raw, kept)
		}
		return true
	})
	for _, param := range fresh {
		made.add(reply.Encode(param), reply.Encode(shown[param]))
	}
	return made.end()
}

// editedParam is the value of a param in a section of edited values; nil if the param is gone. A value that another section hides
// stays as it is.
func editedParam(param, section string, value []byte, in sections, shown map[string]any) []byte {
	wanted, found := shown[param]
	if !found {
		return nil
	}
	if counts, _ := in.standsIn(param); counts != section || same(in.section(section)[param], wanted) {
		return value
	}
	return reply.Encode(wanted)
}

// means tells whether params that were sent became those that are stored.
func means(sent, stored map[string]any) bool {
	return maps.EqualFunc(sent, stored, func(a, b any) bool { return same(a, b) })
}

// same tells whether a value that was sent became the one that is stored: it is equal, or the text of it. Numbers are equal if the
// kube-apiserver stores them equally.
func same(sent, stored any) bool {
	switch a := sent.(type) {
	case map[string]any:
		b, isObject := stored.(map[string]any)
		return isObject && means(a, b)
	case []any:
		b, isArray := stored.([]any)
		return isArray && slices.EqualFunc(a, b, same)
	case json.Number:
		b, isNumber := stored.(json.Number)
		return isNumber && number(a) == number(b)
	case string:
		return a == stored || textOf(a, stored)
	default:
		return a == stored
	}
}

// textOf tells whether a text is that of a stored number or boolean.
func textOf(text string, stored any) bool {
	switch b := stored.(type) {
	case bool:
		return text == strconv.FormatBool(b)
	case json.Number:
		return json.Valid([]byte(text)) && number(json.Number(text)) == number(b)
	default:
		return false
	}
}

// number is a number as the kube-apiserver stores it.
func number(n json.Number) any {
	if whole, err := n.Int64(); err == nil {
		return whole
	}
	if broken, err := n.Float64(); err == nil {
		// A float without a fraction is written without one, and so is an integer when it is read again.
		if whole := int64(broken); math.Abs(broken) < math.MaxInt64 && float64(whole) == broken {
			return whole
		}
		return broken
	}
	return n.String()
}
