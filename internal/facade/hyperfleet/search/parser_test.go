package search

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read are expressions with the form in which they are written again. What is not in the form of the grammar's first alternative
// comes out so; the meaning of precedence shows in the parentheses.
var read = map[string]struct{ text, want string }{
	"equality":                              {"name='my-cluster'", "name = 'my-cluster'"},
	"a sign without spaces, a number":       {"generation>=2", "generation >= 2"},
	"every sign":                            {"a=1 and b!=1 and c<>1 and d<1 and e<=1 and f>1 and g>=1", "a = 1 and b != 1 and c != 1 and d < 1 and e <= 1 and f > 1 and g >= 1"},
	"like":                                  {"name like 'tmp-%'", "name like 'tmp-%'"},
	"not like":                              {"name not like 'tmp-%'", "name not like 'tmp-%'"},
	"ilike":                                 {"name ilike 'TMP-%'", "name ilike 'TMP-%'"},
	"not ilike":                             {"name not ilike 'x'", "name not ilike 'x'"},
	"between":                               {"spec.nodes between 3 and 10", "spec.nodes between 3 and 10"},
	"not between":                           {"spec.nodes not between 3 and 10", "spec.nodes not between 3 and 10"},
	"and after between":                     {"a between 1 and 2 and b=3", "a between 1 and 2 and b = 3"},
	"in with round brackets":                {"name in ('a1b','c2d')", "name in ('a1b', 'c2d')"},
	"in with square brackets":               {"name in ['a1b','c2d']", "name in ('a1b', 'c2d')"},
	"in with nothing":                       {"name in () or name in [ ]", "name in () or name in ()"},
	"not in":                                {"name not in('a')", "name not in ('a')"},
	"is null":                               {"deleted_time is null", "deleted_time is null"},
	"is not null":                           {"deleted_time is not null", "deleted_time is not null"},
	"keywords in any case":                  {"NOT a LIKE 'x' AND (b Is NoT NuLl OR c BETWEEN 1 And 2) oR d IN (TRUE,False)", "(not a like 'x' and (b is not null or c between 1 and 2)) or d in (true, false)"},
	"and binds stronger than or":            {"a=1 or b=2 and c=3 or d=4", "a = 1 or (b = 2 and c = 3) or d = 4"},
	"not binds stronger than and":           {"not a=1 and b=2", "not a = 1 and b = 2"},
	"not before a term with a sign":         {"not labels.app.example.com/tier = 'web'", "not labels.app.example.com/tier = 'web'"},
	"not before a group":                    {"not (a=1 or b=2)", "not (a = 1 or b = 2)"},
	"two nots are none":                     {"not not a=1", "a = 1"},
	"three nots are one":                    {"not NOT not a=1", "not a = 1"},
	"not before a negated group":            {"not (not a=1)", "a = 1"},
	"not before a negated term":             {"not a != 1", "not a != 1"},
	"a group around a term":                 {"((a=1))", "a = 1"},
	"groups without spaces":                 {"(a=1)and(b=2)or not(c=3)", "(a = 1 and b = 2) or not c = 3"},
	"a doubled quote":                       {"name='it''s'", "name = 'it''s'"},
	"only a doubled quote":                  {"name=''''", "name = ''''"},
	"an empty string":                       {"name=''", "name = ''"},
	"a string with keywords and brackets":   {"name='a and (b or [c'", "name = 'a and (b or [c'"},
	"a backslash is kept":                   {`name like '50\%\\'`, `name like '50\%\\'`},
	"letters beyond ASCII":                  {"name='größe ☃'", "name = 'größe ☃'"},
	"a string over two lines":               {"name='a\nb'", "name = 'a\nb'"},
	"white space of all kinds":              {"\t\r\n\f\v name\t=\n'x' ", "name = 'x'"},
	"labels with slashes, dots and hyphens": {"labels.app.kubernetes.io/part-of='x'", "labels.app.kubernetes.io/part-of = 'x'"},
	"a label that ends with a hyphen":       {"labels.a-='x'", "labels.a- = 'x'"},
	"a label named like a keyword":          {"labels.not='x' and labels.and = 'y'", "labels.not = 'x' and labels.and = 'y'"},
	"numbers":                               {"a in (0,-1,+1,007,1.50,1e3,1E-3,-2.5e+10)", "a in (0, -1, +1, 007, 1.50, 1e3, 1E-3, -2.5e+10)"},
	"a number of many digits":               {"a=123456789012345678901234567890.5", "a = 123456789012345678901234567890.5"},
	"bare times":                            {"created_time<2026-01-01T00:00:00Z or created_time>=2026-01-01T00:00:00.123456+02:00", "created_time < 2026-01-01T00:00:00Z or created_time >= 2026-01-01T00:00:00.123456+02:00"},
	"a bare time in a list":                 {"created_time in [2026-01-01T00:00:00Z]", "created_time in (2026-01-01T00:00:00Z)"},
	"a bare time before a bracket":          {"(created_time=2026-01-01T00:00:00Z)", "created_time = 2026-01-01T00:00:00Z"},
	"a quoted time is a string":             {"created_time='2026-01-01T00:00:00Z'", "created_time = '2026-01-01T00:00:00Z'"},
	"true and false":                        {"spec.a=True and spec.b=fALSE", "spec.a = true and spec.b = false"},
}

func TestParseReads(t *testing.T) {
	for name, c := range read {
		t.Run(name, func(t *testing.T) {
			expr, err := Parse(c.text)
			if err != nil {
				t.Fatalf("%s: %v", c.text, err)
			}
			if diff := cmp.Diff(c.want, expr.String()); diff != "" {
				t.Errorf("%s reads wrongly (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestParseOfNothing(t *testing.T) {
	for _, text := range []string{"", " ", "\n\t "} {
		if expr, err := Parse(text); expr != nil || err != nil {
			t.Errorf("%q: got %v, %v; want all", text, expr, err)
		}
	}
}

func TestParseKeepsPositions(t *testing.T) {
	expr, err := Parse("  ü='x'")
	if err == nil {
		t.Fatalf("got %v, want an error: fields are ASCII", expr)
	}
	got, err := Parse("name = 'ü' and labels.a in (1, 2)")
	if err != nil {
		t.Fatal(err)
	}
	want := And{
		Term{Field: "name", Op: Equal, Position: 1, Values: []Value{{Kind: String, Text: "ü", Position: 8}}},
		Term{Field: "labels.a", Op: In, Position: 16, Values: []Value{{Kind: Number, Text: "1", Position: 29}, {Kind: Number, Text: "2", Position: 32}}},
	}
	if diff := cmp.Diff(Expr(want), got); diff != "" {
		t.Errorf("positions (-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		position int
		message  string
	}{
		"a field alone":                       {"name", 5, "expected a comparison, found the end"},
		"no value":                            {"name =", 7, "expected a value, found the end"},
		"a field for a value":                 {"name = id", 8, "expected a value, found a word"},
		"null for a value":                    {"name = null", 8, "expected a value, found a word"},
		"a value for a field":                 {"'x' = name", 1, "expected a field, found a string"},
		"a number for a field":                {"1 = 1", 1, "expected a field, found a number"},
		"a keyword for a field":               {"and = 1", 1, "expected a field, found a word"},
		"a keyword for a field, in capitals":  {"TRUE = 1", 1, "expected a field, found a word"},
		"nothing after and":                   {"a=1 and", 8, "expected a field, found the end"},
		"nothing after or":                    {"a=1 or ", 8, "expected a field, found the end"},
		"nothing after not":                   {"not", 4, "expected a field, found the end"},
		"two terms without a word":            {"a=1 b=2", 5, "expected and, or, or the end, found a word"},
		"a group that does not end":           {"(a=1", 5, "expected and, or, or ), found the end"},
		"a group that ends twice":             {"(a=1))", 6, "expected and, or, or the end, found a symbol"},
		"an empty group":                      {"()", 2, "expected a field, found a symbol"},
		"mixed brackets":                      {"a in (1]", 8, "expected a comma or ), found a symbol"},
		"mixed brackets, the other way":       {"a in [1)", 8, "expected a comma or ], found a symbol"},
		"a comma at the end of a list":        {"a in (1,)", 9, "expected a value, found a symbol"},
		"a comma at the beginning of a list":  {"a in (,1)", 7, "expected a value, found a symbol"},
		"a list without commas":               {"a in (1 2)", 9, "expected a comma or ), found a number"},
		"a list that does not end":            {"a in (1,", 9, "expected a value, found the end"},
		"in without a list":                   {"a in 1", 6, "expected ( or [, found a number"},
		"between without and":                 {"a between 1 or 2", 13, "expected and, found a word"},
		"between with one value":              {"a between 1", 12, "expected and, found the end"},
		"like with a number":                  {"a like 1", 8, "expected a string, found a number"},
		"is without null":                     {"a is 1", 6, "expected null, found a number"},
		"is true":                             {"a is true", 6, "expected null, found a word"},
		"not before a sign":                   {"a not = 1", 7, "expected a comparison, found a symbol"},
		"not before is":                       {"a not is null", 7, "expected a comparison, found a word"},
		"two nots after a field":              {"a not not in (1)", 7, "expected a comparison, found a word"},
		"a bracket for a comparison":          {"a (1)", 3, "expected a comparison, found a symbol"},
		"two equal signs":                     {"a == 1", 4, "expected a value, found a symbol"},
		"a regular expression":                {"name ~= 'x'", 6, "regular expressions are not supported"},
		"a negated regular expression":        {"name ~! 'x'", 6, "regular expressions are not supported"},
		"an exclamation mark":                 {"a ! 1", 3, "nothing can begin with this character"},
		"double quotes":                       {`name = "x"`, 8, "nothing can begin with this character"},
		"a semicolon":                         {"a=1; drop table clusters", 4, "nothing can begin with this character"},
		"arithmetic":                          {"a = 1 * 2", 7, "nothing can begin with this character"},
		"a lone minus":                        {"a = - 1", 5, "nothing can begin with this character"},
		"a fraction without digits":           {"a = 1.", 5, "this is neither a number nor an RFC 3339 time"},
		"an exponent without digits":          {"a = 1e", 5, "this is neither a number nor an RFC 3339 time"},
		"a number with a unit":                {"a = 5Ki", 5, "this is neither a number nor an RFC 3339 time"},
		"a date without a time":               {"a > 2026-01-01", 5, "this is neither a number nor an RFC 3339 time"},
		"a time without a zone":               {"a > 2026-01-01T00:00:00", 5, "this is neither a number nor an RFC 3339 time"},
		"an hour of one digit":                {"a > 2026-01-01T0:00:00Z", 5, "this is neither a number nor an RFC 3339 time"},
		"a day that there is not":             {"a > 2026-02-30T00:00:00Z", 5, "this is neither a number nor an RFC 3339 time"},
		"a string that does not end":          {"name='x", 6, "this string has no end"},
		"a quote that is doubled to the end":  {"name='x''", 6, "this string has no end"},
		"letters beyond ASCII in a field":     {"näme='x'", 2, "nothing can begin with this character"},
		"the position counts characters":      {"name='ä☃' %", 11, "nothing can begin with this character"},
		"a zero byte":                         {"name=\x00", 6, "nothing can begin with this character"},
		"what is not UTF-8":                   {"name='ä\xff'", 8, "this is not UTF-8"},
		"4097 characters":                     {"name='" + strings.Repeat("ä", 4090) + "'", 4097, "the expression is longer than 4096 characters"},
		"groups in groups without end":        {strings.Repeat("(", 4096), 257, "groups are nested deeper than 256"},
		"groups and nots in turn without end": {strings.Repeat("not(", 1024), 1028, "groups are nested deeper than 256"},
	} {
		t.Run(name, func(t *testing.T) {
			expr, err := Parse(c.text)
			wrong, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("got %v, %v; want an Error", expr, err)
			}
			if diff := cmp.Diff(&Error{Position: c.position, Message: c.message}, wrong); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseTakesAllThatTheLimitsAllow(t *testing.T) {
	for name, text := range map[string]string{
		"4096 characters of two bytes": "name='" + strings.Repeat("ä", 4089) + "'",
		"nots to the end":              strings.Repeat("not ", 1022) + "a=1",
		"groups as deep as allowed":    strings.Repeat("(", 256) + "a=1" + strings.Repeat(")", 256),
		"many groups, one at a time":   strings.Repeat("(a=1)or", 500) + "(a=1)",
		"a list of all that fits":      "a in (" + strings.Repeat("1,", 2040) + "1)",
	} {
		if _, err := Parse(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParse finds expressions that make the parser panic, or that are read otherwise after they were written.
func FuzzParse(f *testing.F) {
	for _, c := range read {
		f.Add(c.text)
	}
	f.Add(strings.Repeat("not (", 300))
	f.Add("a in ('''','') and b like '\\' or not not (c=+0e-0)")
	f.Fuzz(func(t *testing.T, text string) {
		expr, err := Parse(text)
		if err != nil {
			wrong, ok := errors.AsType[*Error](err)
			if !ok || wrong.Position < 1 || wrong.Position > len(text)+1 {
				t.Fatalf("%q: %v has no position in the expression", text, err)
			}
			return
		}
		if expr == nil {
			return
		}
		written := expr.String()
		if len([]rune(written)) > MaxLength {
			return
		}
		again, err := Parse(written)
		if err != nil {
			t.Fatalf("%q was written as %q: %v", text, written, err)
		}
		if !reflect.DeepEqual(placeless(expr), placeless(again)) {
			t.Fatalf("%q was written as %q, which reads otherwise: %s", text, written, again)
		}
	})
}

// placeless drops the positions.
func placeless(expr Expr) Expr {
	switch e := expr.(type) {
	case And:
		all := make(And, len(e))
		for i := range e {
			all[i] = placeless(e[i])
		}
		return all
	case Or:
		all := make(Or, len(e))
		for i := range e {
			all[i] = placeless(e[i])
		}
		return all
	case Not:
		return Not{Expr: placeless(e.Expr)}
	case Term:
		values := make([]Value, len(e.Values))
		for i, value := range e.Values {
			values[i] = Value{Kind: value.Kind, Text: value.Text}
		}
		return Term{Field: e.Field, Op: e.Op, Negated: e.Negated, Values: values}
	}
	return expr
}
