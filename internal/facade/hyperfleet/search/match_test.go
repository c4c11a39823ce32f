package search

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// thing has one member of every type; a nil one is absent.
type thing struct {
	text   *string
	count  *int64
	moment *time.Time
	word   *string
	scalar []byte
}

func get[V any](member func(thing) *V) func(thing) (V, bool) {
	return func(t thing) (V, bool) {
		value := member(t)
		if value == nil {
			var none V
			return none, false
		}
		return *value, true
	}
}

var thingFields = map[string]Field[thing]{
	"text":   StringField[thing](get(func(t thing) *string { return t.text })),
	"count":  IntegerField[thing](get(func(t thing) *int64 { return t.count })),
	"moment": TimeField[thing](get(func(t thing) *time.Time { return t.moment })),
	"word":   WordField[thing]{Get: get(func(t thing) *string { return t.word }), Words: []string{"True", "False", "Unknown"}},
	"scalar": ScalarField[thing](func(t thing) ([]byte, bool) { return t.scalar, t.scalar != nil }),
}

// builder builds functions.
var builder = Builder[Match[thing]]{
	Term: func(term Term) (Match[thing], error) { return Compile(thingFields[term.Field], term) },
	And: func(all []Match[thing]) Match[thing] {
		return func(t thing) bool { return !slices.ContainsFunc(all, func(m Match[thing]) bool { return !m(t) }) }
	},
	Or: func(all []Match[thing]) Match[thing] {
		return func(t thing) bool { return slices.ContainsFunc(all, func(m Match[thing]) bool { return m(t) }) }
	},
	Not: func(m Match[thing]) Match[thing] { return func(t thing) bool { return !m(t) } },
}

// holds evaluates an expression.
func holds(text string, t thing) (bool, error) {
	expr, err := Parse(text)
	if err != nil {
		return false, err
	}
	match, err := Build(expr, builder)
	if err != nil {
		return false, err
	}
	return match(t), nil
}

// full has all members, empty none.
var (
	full = thing{
		text: new("beta"), count: new(int64(5)), moment: new(time.Date(2026, 1, 2, 3, 4, 5, 600000000, time.UTC)),
		word: new("True"), scalar: []byte(`"10"`),
	}
	empty = thing{}
)

// terms has every field with every operator: what holds of full. The negated form of each must hold where it does not. Of empty
// none holds but is null.
var terms = map[string]bool{
	"text = 'beta'": true, "text = 'Beta'": false, "text = ''": false,
	"text < 'c'": true, "text < 'beta'": false, "text < 'Z'": false,
	"text <= 'beta'": true, "text <= 'bet'": false,
	"text > 'alpha'": true, "text > 'beta'": false,
	"text >= 'beta'": true, "text >= 'beta '": false,
	"text between 'alpha' and 'beta'": true, "text between 'beta' and 'alpha'": false, "text between 'c' and 'd'": false,
	"text in ('a', 'beta')": true, "text in ['z', 'a']": false, "text in ()": false,
	"text like 'b%a'": true, "text like 'B%A'": false, "text ilike 'B%A'": true, "text ilike 'x%'": false,

	"count = 5": true, "count = '5'": true, "count = +5": true, "count = 6": false,
	"count < 6": true, "count < 5": false, "count <= '5'": true, "count <= 4": false,
	"count > 4": true, "count > 5": false, "count >= 5": true, "count >= 6": false,
	"count between 1 and '5'": true, "count between 6 and 9": false, "count between 5 and 1": false,
	"count in (9, 5, '1')": true, "count in (1,2)": false, "count in []": false,
	"count < 99999999999999999999": true, "count > -99999999999999999999": true, "count = 99999999999999999999": false,

	"moment = '2026-01-02T03:04:05.6Z'": true, "moment = 2026-01-02T04:04:05.600000+01:00": true, "moment = 2026-01-02T03:04:05Z": false,
	"moment < 2026-01-03T00:00:00Z": true, "moment < '2026-01-02T03:04:05.6Z'": false,
	"moment <= '2026-01-02T03:04:05.6Z'": true, "moment <= 2025-01-01T00:00:00Z": false,
	"moment > 2026-01-02T03:04:05Z": true, "moment > 2027-01-01T00:00:00Z": false,
	"moment >= 2026-01-02T03:04:05.6Z": true, "moment >= '2026-01-02T03:04:05.600001Z'": false,
	"moment between 2026-01-01T00:00:00Z and '2026-01-02T03:04:05.6Z'": true, "moment between 2027-01-01T00:00:00Z and 2028-01-01T00:00:00Z": false,
	"moment in ('2020-01-01T00:00:00Z', 2026-01-02T03:04:05.6Z)": true, "moment in ('2020-01-01T00:00:00Z')": false,

	"word = 'True'": true, "word = 'False'": false, "word = 'Unknown'": false,
	"word in ('False', 'True')": true, "word in ['Unknown']": false, "word in ()": false,

	"scalar = '10'": true, "scalar = '9'": false, "scalar < '9'": true, "scalar < '10'": false, "scalar <= '10'": true,
	"scalar > '1'": true, "scalar > '10'": false, "scalar >= '10'": true, "scalar between '1' and '2'": true,
	"scalar in ('9', '10')": true, "scalar in (10, 9)": false, "scalar = 10": false, "scalar > 9": false, "scalar between 9 and 11": false,
	"scalar like '1_'": true, "scalar like '1'": false, "scalar ilike '1%'": true, "scalar = true": false,
}

func TestTermsOnEveryFieldWithEveryOperator(t *testing.T) {
	for text, want := range terms {
		for object, want := range map[*thing]bool{&full: want, &empty: false} {
			got, err := holds(text, *object)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if got != want {
				t.Errorf("%s, on the empty thing %t: got %t, want %t", text, object == &empty, got, want)
			}
			for _, negated := range negations(text) {
				got, err := holds(negated, *object)
				if err != nil {
					t.Fatalf("%s: %v", negated, err)
				}
				if got == want {
					t.Errorf("%s, on the empty thing %t: got %t, want the contrary of %s", negated, object == &empty, got, text)
				}
			}
		}
	}
}

// negations are the ways to negate a term.
func negations(text string) []string {
	field, rest, _ := strings.Cut(text, " ")
	all := []string{"not " + text, "not (" + text + ")", "not not not " + text}
	if value, ok := strings.CutPrefix(rest, "= "); ok {
		all = append(all, field+" != "+value, field+" <> "+value)
	}
	for _, op := range []string{"like", "ilike", "between", "in"} {
		if strings.HasPrefix(rest, op+" ") {
			all = append(all, field+" not "+rest)
		}
	}
	return all
}

func TestNull(t *testing.T) {
	for field := range thingFields {
		for text, want := range map[string][2]bool{
			field + " is null":          {false, true},
			field + " is not null":      {true, false},
			"not " + field + " IS NULL": {true, false},
		} {
			for i, object := range []thing{full, empty} {
				if got, err := holds(text, object); err != nil || got != want[i] {
					t.Errorf("%s on thing %d: got %t, %v; want %t", text, i, got, err, want[i])
				}
			}
		}
	}
}

func TestScalars(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want []string
		not  []string
	}{
		"a number": {"10",
			[]string{"= 10", "= 1e1", "= 10.0", "= '10'", "> 9", "> '1'", "< '9'", "in (3, 10)", "in ('10')", "between 9 and 11", "between 9 and '2'", "like '1%'", "is not null"},
			[]string{"= 9", "= '10.0'", "= true", "< 9", "> '9'", "in ('1e1', 9)", "is null", "= ''"}},
		"a number with an exponent": {"1.5E+1", []string{"= 15", "= '1.5E+1'", "> 14.9"}, []string{"= '15'"}},
		"a number that a float would round": {"9007199254740993",
			[]string{"= 9007199254740993", "> 9007199254740992"}, []string{"= 9007199254740992"}},
		"a string":                  {`"gcp"`, []string{"= 'gcp'", "like 'g_p'", "ilike 'GCP'", "< 'h'", "in ('gcp')"}, []string{"= 'GCP'", "= 1", "= true", "is null"}},
		"a string with escapes":     {`"a\"\u00e4\n"`, []string{"= 'a\"ä\n'"}, nil},
		"a string like a boolean":   {`"true"`, []string{"= 'true'"}, []string{"= true"}},
		"a string like a time":      {`"2026-01-01T00:00:00Z"`, []string{"= 2026-01-01T00:00:00Z", "< '2027'"}, []string{"= 2026-01-01T00:00:00.0Z"}},
		"true":                      {"true", []string{"= true", "= TRUE", "!= false", "> false", "= 'true'", "in (true)", "in (1, 'x', true)"}, []string{"= false", "= 'True'", "in (false)", "= 1"}},
		"false":                     {"false", []string{"= false", "< true", "in ('false')"}, []string{"= true", "is null"}},
		"null is absent":            {"null", []string{"is null", "!= 1", "not like '%'"}, []string{"= 'null'", "= 1", "like '%'", "is not null"}},
		"an object satisfies none":  {`{"a":1}`, []string{"is not null", "!= 1", "not in ('x')"}, []string{"= 1", "like '%'", "> ''", "in ('')", "between '' and 'z'"}},
		"an array satisfies none":   {`[1]`, []string{"is not null", "!= 1"}, []string{"= 1", "like '%'", "is null"}},
		"the empty string is there": {`""`, []string{"= ''", "is not null", "like '%'", "< 'a'"}, []string{"is null", "like '_'"}},
	} {
		t.Run(name, func(t *testing.T) {
			for want, comparisons := range map[bool][]string{true: c.want, false: c.not} {
				for _, comparison := range comparisons {
					got, err := holds("scalar "+comparison, thing{scalar: []byte(c.raw)})
					if err != nil {
						t.Fatalf("%s: %v", comparison, err)
					}
					if got != want {
						t.Errorf("%s %s: got %t, want %t", c.raw, comparison, got, want)
					}
				}
			}
		})
	}
}

func TestTermsOfTheWrongType(t *testing.T) {
	for text, want := range map[string]Error{
		"text = 5":                             {8, "text wants a string in quotes"},
		"text = true":                          {8, "text wants a string in quotes"},
		"text > 2026-01-01T00:00:00Z":          {8, "text wants a string in quotes"},
		"text in ('a', 1)":                     {15, "text wants a string in quotes"},
		"text between 'a' and 1":               {22, "text wants a string in quotes"},
		`text like 'a\'`:                       {11, "the pattern ends with an escape"},
		`scalar ilike '\'`:                     {14, "the pattern ends with an escape"},
		"count = 'x'":                          {9, "count wants an integer"},
		"count = ''":                           {9, "count wants an integer"},
		"count = 5.0":                          {9, "count wants an integer"},
		"count = 1e3":                          {9, "count wants an integer"},
		"count = true":                         {9, "count wants an integer"},
		"count = 2026-01-01T00:00:00Z":         {9, "count wants an integer"},
		"count like '5'":                       {1, "count cannot be compared with like"},
		"count not ilike '5'":                  {1, "count cannot be compared with ilike"},
		"moment = 5":                           {10, "moment wants an RFC 3339 time"},
		"moment = '2026-01-01'":                {10, "moment wants an RFC 3339 time"},
		"moment = '2026-01-01T00:00:00'":       {10, "moment wants an RFC 3339 time"},
		"moment = '2026-01-01T00:00:00,5Z'":    {10, "moment wants an RFC 3339 time"},
		"moment = '2026-01-01T00:00:00.Z'":     {10, "moment wants an RFC 3339 time"},
		"moment = '2026-01-01T00:00:00+1:00'":  {10, "moment wants an RFC 3339 time"},
		"moment = '2026-01-01 00:00:00Z'":      {10, "moment wants an RFC 3339 time"},
		"moment = '2026-13-01T00:00:00Z'":      {10, "moment wants an RFC 3339 time"},
		"moment like '2026%'":                  {1, "moment cannot be compared with like"},
		"word = 'true'":                        {8, "word is one of 'True', 'False', 'Unknown'"},
		"word = true":                          {8, "word is one of 'True', 'False', 'Unknown'"},
		"word in ('True', 'x')":                {18, "word is one of 'True', 'False', 'Unknown'"},
		"word < 'True'":                        {1, "word cannot be compared with <"},
		"word like 'T%'":                       {1, "word cannot be compared with like"},
		"word between 'False' and 'True'":      {1, "word cannot be compared with between"},
		"text = 'a' and (word = 'x' or 1 = 1)": {31, "expected a field, found a number"},
		"text = 'a' and not (count = 'x')":     {29, "count wants an integer"},
	} {
		_, err := holds(text, full)
		got, ok := errors.AsType[*Error](err)
		if !ok {
			t.Errorf("%s: got %v, want an Error", text, err)
			continue
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestErrorsQuoteLittle(t *testing.T) {
	_, err := Compile[thing](thingFields["count"], Term{Field: "count" + strings.Repeat("ä", 4000), Op: Like, Position: 1})
	if err == nil || len(err.Error()) > 200 {
		t.Errorf("got %v, want a short error", err)
	}
	if got, want := fmt.Sprint(at(3, "x")), "position 3: x"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
