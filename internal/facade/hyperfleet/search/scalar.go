package search

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// ScalarField is a JSON value as it stands in a document. A string, or a time, compares with the text of a scalar; a number
// compares with a number, by value, and true and false with a boolean. null is absent. An object or an array is there, and
// satisfies no comparison.
type ScalarField[T any] func(T) (raw []byte, ok bool)

func (get ScalarField[T]) match(term Term) (Match[T], error) {
	present := func(object T) (scalar, bool) {
		raw, ok := get(object)
		if !ok {
			return scalar{}, false
		}
		return newScalar(raw)
	}
	if term.Op == Like || term.Op == ILike {
		return matchPattern(term, func(object T) (string, bool) {
			s, ok := present(object)
			return s.text, ok && s.kind != ""
		})
	}
	if term.Op == IsNull {
		return isNull(present), nil
	}
	holds, err := decideScalar(term)
	if err != nil {
		return nil, err
	}
	return func(object T) bool {
		s, ok := present(object)
		return ok && s.kind != "" && holds(s)
	}, nil
}

// scalar is a JSON scalar. An object or array has no kind.
type scalar struct {
	// kind is String, Number or Boolean.
	kind ValueKind
	text string
}

// newScalar reads a JSON value; null is not ok.
func newScalar(raw []byte) (s scalar, ok bool) {
	switch {
	case len(raw) == 0 || raw[0] == 'n':
		return scalar{}, false
	case raw[0] == '"':
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return scalar{}, false
		}
		return scalar{kind: String, text: text}, true
	case raw[0] == 't' || raw[0] == 'f':
		return scalar{kind: Boolean, text: string(raw)}, true
	case raw[0] == '{' || raw[0] == '[':
		return scalar{}, true
	case isNumber(string(raw)):
		return scalar{kind: Number, text: string(raw)}, true
	default:
		return scalar{}, false
	}
}

// decideScalar makes the decision about a scalar. Values of several kinds may stand in one term; each compares with what it can.
func decideScalar(term Term) (func(scalar) bool, error) {
	orders := make([]func(scalar) (int, bool), len(term.Values))
	for i, value := range term.Values {
		orders[i] = value.order()
	}
	// one decides by the order of the scalar and one value.
	one := func(i int, holds func(order int) bool) func(scalar) bool {
		return func(s scalar) bool {
			order, ok := orders[i](s)
			return ok && holds(order)
		}
	}
	switch term.Op {
	case Equal:
		return one(0, func(order int) bool { return order == 0 }), nil
	case Less:
		return one(0, func(order int) bool { return order < 0 }), nil
	case LessOrEqual:
		return one(0, func(order int) bool { return order <= 0 }), nil
	case Greater:
		return one(0, func(order int) bool { return order > 0 }), nil
	case GreaterOrEqual:
		return one(0, func(order int) bool { return order >= 0 }), nil
	case Between:
		least, most := one(0, func(order int) bool { return order >= 0 }), one(1, func(order int) bool { return order <= 0 })
		return func(s scalar) bool { return least(s) && most(s) }, nil
	case In:
		return oneOfScalars(term.Values), nil
	default:
		return nil, unsupported(term)
	}
}

// order returns how scalars compare with the value: negative if the scalar is less. ok is false if they do not compare.
func (v Value) order() func(scalar) (order int, ok bool) {
	switch v.Kind {
	case Number:
		wanted := parseDecimal(v.Text)
		return func(s scalar) (int, bool) {
			if s.kind != Number {
				return 0, false
			}
			return parseDecimal(s.text).compare(wanted), true
		}
	case Boolean:
		// "false" is less than "true" as text, too.
		return func(s scalar) (int, bool) { return cmp.Compare(s.text, v.Text), s.kind == Boolean }
	default:
		return func(s scalar) (int, bool) { return cmp.Compare(s.text, v.Text), true }
	}
}

// oneOfScalars decides whether a scalar equals one of the values.
func oneOfScalars(values []Value) func(scalar) bool {
	var texts []string
	var numbers []decimal
	booleans := map[string]bool{}
	for _, value := range values {
		switch value.Kind {
		case Number:
			numbers = append(numbers, parseDecimal(value.Text))
		case Boolean:
			booleans[value.Text] = true
		default:
			texts = append(texts, value.Text)
		}
	}
	slices.Sort(texts)
	slices.SortFunc(numbers, decimal.compare)
	return func(s scalar) bool {
		if _, found := slices.BinarySearchFunc(texts, s.text, strings.Compare); found {
			return true
		}
		switch s.kind {
		case Number:
			_, found := slices.BinarySearchFunc(numbers, parseDecimal(s.text), decimal.compare)
			return found
		case Boolean:
			return booleans[s.text]
		default:
			return false
		}
	}
}
