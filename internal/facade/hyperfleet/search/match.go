package search

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Match tells whether an object satisfies something.
type Match[T any] func(T) bool

// Field is a member of T that terms can compare.
type Field[T any] interface {
	// match gives the term, without its negation, a meaning.
	match(term Term) (Match[T], error)
}

// Compile gives a term a meaning on the field that it names, but for its negation, which is the caller's. A value that is absent
// satisfies nothing but IsNull. Errors: *Error, for a comparison that the field does not know, and for values of the wrong type.
func Compile[T any](field Field[T], term Term) (Match[T], error) { return field.match(term) }

// StringField is a string. Strings are ordered by their bytes.
type StringField[T any] func(T) (string, bool)

func (get StringField[T]) match(term Term) (Match[T], error) {
	if term.Op == Like || term.Op == ILike {
		return matchPattern(term, get)
	}
	return matchValues(term, get, parseString, strings.Compare)
}

// TimeField is a time.
type TimeField[T any] func(T) (time.Time, bool)

func (get TimeField[T]) match(term Term) (Match[T], error) {
	return matchValues(term, get, parseInstant, time.Time.Compare)
}

// IntegerField is a whole number.
type IntegerField[T any] func(T) (int64, bool)

func (get IntegerField[T]) match(term Term) (Match[T], error) {
	return matchValues(term, get, parseInteger, cmp.Compare[int64])
}

// WordField is one of a few words; terms can only ask whether it is this or that.
type WordField[T any] struct {
	Get   func(T) (string, bool)
	Words []string
}

func (f WordField[T]) match(term Term) (Match[T], error) {
	switch term.Op {
	case Equal, In, IsNull:
	default:
		return nil, unsupported(term)
	}
	for _, value := range term.Values {
		if value.Kind != String || !slices.Contains(f.Words, value.Text) {
			return nil, at(value.Position, "%s is one of '%s'", clip(term.Field), strings.Join(f.Words, "', '"))
		}
	}
	return StringField[T](f.Get).match(term)
}

// matchValues gives meaning to all comparisons but like. parse reads a value, compare orders.
func matchValues[T, V any](term Term, get func(T) (V, bool), parse func(Term, Value) (V, error), compare func(a, b V) int) (Match[T], error) {
	if term.Op == Like || term.Op == ILike {
		return nil, unsupported(term)
	}
	wanted := make([]V, len(term.Values))
	for i, value := range term.Values {
		parsed, err := parse(term, value)
		if err != nil {
			return nil, err
		}
		wanted[i] = parsed
	}
	if term.Op == IsNull {
		return isNull(get), nil
	}
	holds, err := decide(term, wanted, compare)
	if err != nil {
		return nil, err
	}
	return func(object T) bool {
		value, ok := get(object)
		return ok && holds(value)
	}, nil
}

// isNull holds where there is no value.
func isNull[T, V any](get func(T) (V, bool)) Match[T] {
	return func(object T) bool {
		_, ok := get(object)
		return !ok
	}
}

// decide makes the decision about a value that is there.
func decide[V any](term Term, wanted []V, compare func(a, b V) int) (func(V) bool, error) {
	switch term.Op {
	case Equal:
		return func(v V) bool { return compare(v, wanted[0]) == 0 }, nil
	case Less:
		return func(v V) bool { return compare(v, wanted[0]) < 0 }, nil
	case LessOrEqual:
		return func(v V) bool { return compare(v, wanted[0]) <= 0 }, nil
	case Greater:
		return func(v V) bool { return compare(v, wanted[0]) > 0 }, nil
	case GreaterOrEqual:
		return func(v V) bool { return compare(v, wanted[0]) >= 0 }, nil
	case Between:
		return func(v V) bool { return compare(v, wanted[0]) >= 0 && compare(v, wanted[1]) <= 0 }, nil
	case In:
		// Sorted, a long list costs little for each object.
		slices.SortFunc(wanted, compare)
		return func(v V) bool {
			_, found := slices.BinarySearchFunc(wanted, v, compare)
			return found
		}, nil
	default:
		return nil, unsupported(term)
	}
}

// matchPattern gives meaning to like and ilike.
func matchPattern[T any](term Term, get func(T) (string, bool)) (Match[T], error) {
	p, ok := compilePattern(term.Values[0].Text, term.Op == ILike)
	if !ok {
		return nil, at(term.Values[0].Position, "the pattern ends with an escape")
	}
	return func(object T) bool {
		value, ok := get(object)
		return ok && p.match(value)
	}, nil
}

// unsupported is the error of a comparison that the field does not know.
func unsupported(term Term) error {
	return at(term.Position, "%s cannot be compared with %s", clip(term.Field), term.Op)
}
