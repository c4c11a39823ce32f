package search

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/yaacov/tree-search-language/v6/pkg/tsl"
	"pgregory.net/rapid"
)

// TestSharedLanguage compares with the public library of the language, on what both accept: lists in square brackets, names
// without hyphens, strings without quotes and backslashes, not before groups only.
func TestSharedLanguage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := sharedExpr(3).Draw(t, "text")
		ours, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		theirs, err := tsl.ParseTSL(text)
		if err != nil {
			t.Fatalf("%s: the library says: %v", text, err)
		}
		if diff := cmp.Diff(rendered(theirs), outlined(ours)); diff != "" {
			t.Fatalf("%s (-library +ours):\n%s", text, diff)
		}
	})
}

// TestWhereTheLibraryDiffers holds why the library does not serve: what the contract wants and the library reads otherwise, or not
// at all. If one of these changes, the decision can be taken again.
func TestWhereTheLibraryDiffers(t *testing.T) {
	for name, text := range map[string]string{
		"round brackets around a list":    "name in ('a1b','c2d')",
		"an empty list in round brackets": "name in ()",
		"not before a term":               "not labels.tier = 'web'",
		"a hyphen in the key of a label":  "labels.part-of = 'x'",
		"a doubled quote":                 "name = 'it''s'",
		"an escape in a pattern":          `name like '50\%'`,
		"a number of more than 15 digits": "spec.serial = 9007199254740993",
		"a bare time before a bracket ]":  "created_time in [2026-01-01T00:00:00Z]",
		"the empty string":                "name = ''",
		"a function's name as a field":    "len = 'x'",
	} {
		t.Run(name, func(t *testing.T) {
			ours, err := Parse(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			theirs, err := tsl.ParseTSL(text)
			if err == nil && cmp.Equal(rendered(theirs), outlined(ours)) {
				t.Errorf("%s: the library reads it as we do", text)
			}
		})
	}
	for name, text := range map[string]string{
		"double quotes":         `name = "x"`,
		"a number with a unit":  "generation = 5k",
		"a regular expression":  "name ~= '(a+)+$'",
		"arithmetic":            "generation + 1 > 2",
		"a field alone":         "name",
		"a field for a value":   "name = id",
		"two comparisons":       "not name = 'x' = true",
		"a date without a time": "created_time > 2026-01-01",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Parse(text); err == nil {
				t.Errorf("%s: accepted", text)
			}
			if _, err := tsl.ParseTSL(text); name != "two comparisons" && err != nil {
				t.Errorf("%s: the library refuses it as we do: %v", text, err)
			}
		})
	}
}

// sharedExpr makes expressions that both read.
func sharedExpr(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		choice := 0
		if depth > 0 {
			choice = rapid.IntRange(0, 4).Draw(t, "form")
		}
		part := func(label string) string { return sharedExpr(depth-1).Draw(t, label) }
		switch choice {
		case 1:
			return part("left") + " AND " + part("right")
		case 2:
			return part("left") + " or " + part("right")
		case 3:
			return "(" + part("group") + ")"
		case 4:
			return "Not (" + part("negated") + ")"
		default:
			return sharedTerm().Draw(t, "term")
		}
	})
}

// sharedTerm makes terms that both read.
func sharedTerm() *rapid.Generator[string] {
	field := rapid.SampledFrom([]string{"name", "labels.a.b/c_d", "status.conditions.Ready", "spec.x", "_y"})
	value := rapid.SampledFrom([]string{"'x'", "'größe (and) %'", "5", "0.25", "1e3", "true", "FALSE", "'2026-01-01T00:00:00Z'", "2026-01-01T00:00:00Z"})
	not := rapid.SampledFrom([]string{"", "not ", "NOT "})
	return rapid.Custom(func(t *rapid.T) string {
		f := field.Draw(t, "field")
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			return f + rapid.SampledFrom([]string{"=", " != ", "<>", " <", "<= ", ">", " >= "}).Draw(t, "sign") + value.Draw(t, "value")
		case 1:
			return f + " " + not.Draw(t, "not") + rapid.SampledFrom([]string{"like", "ILike"}).Draw(t, "like") + " 'a%_'"
		case 2:
			return f + " " + not.Draw(t, "not") + "between " + value.Draw(t, "low") + " and " + value.Draw(t, "high")
		case 3:
			values := rapid.SliceOfN(rapid.SampledFrom([]string{"'x'", "5", "true"}), 0, 3).Draw(t, "values")
			return f + " " + not.Draw(t, "not") + "in [" + strings.Join(values, ",") + "]"
		default:
			return f + " is " + not.Draw(t, "not") + "Null"
		}
	})
}

// outlined writes our tree for a comparison: its operators and operands.
func outlined(expr Expr) string {
	switch e := expr.(type) {
	case And:
		return chained("AND", e)
	case Or:
		return chained("OR", e)
	case Not:
		return negation(outlined(e.Expr))
	case Term:
		return outlinedTerm(e)
	}
	return "?"
}

// chained writes operands as the library joins them: from the left, two by two.
func chained(op string, operands []Expr) string {
	text := outlined(operands[0])
	for _, next := range operands[1:] {
		text = op + "(" + text + " " + outlined(next) + ")"
	}
	return text
}

// outlinedTerm writes a term.
func outlinedTerm(term Term) string {
	ops := map[Op]string{Equal: "EQ", Less: "LT", LessOrEqual: "LE", Greater: "GT", GreaterOrEqual: "GE", Like: "LIKE", ILike: "ILIKE", Between: "BETWEEN", In: "IN", IsNull: "IS"}
	if term.Op == Equal && term.Negated {
		return fmt.Sprintf("NE(%s %s)", term.Field, outlinedValue(term.Values[0]))
	}
	operand := "null"
	switch term.Op {
	case IsNull:
	case In, Between:
		var values []string
		for _, value := range term.Values {
			values = append(values, outlinedValue(value))
		}
		operand = fmt.Sprint(values)
	default:
		operand = outlinedValue(term.Values[0])
	}
	text := fmt.Sprintf("%s(%s %s)", ops[term.Op], term.Field, operand)
	if term.Negated {
		return negation(text)
	}
	return text
}

// outlinedValue writes a value; a quoted time is a time to the library.
func outlinedValue(value Value) string {
	if parsed, ok := parseTime(value.Text); ok {
		return parsed.Format(time.RFC3339Nano)
	}
	if value.Kind == String {
		return fmt.Sprintf("%q", value.Text)
	}
	if value.Kind == Number {
		d := parseDecimal(value.Text)
		return fmt.Sprintf("%d*0.%se%d", d.sign, d.digits, d.exponent)
	}
	return value.Text
}

// negation writes not; two of them are none, and the library does not tell which of two it read was the field's own.
func negation(text string) string {
	if inner, ok := strings.CutPrefix(text, "NOT("); ok {
		return strings.TrimSuffix(inner, ")")
	}
	return "NOT(" + text + ")"
}

// rendered writes the library's tree in the same way.
func rendered(node *tsl.TSLNode) string {
	switch node.Type() {
	case tsl.KindUnaryExpr:
		op, _ := node.AsExprOp()
		if op.Operator == tsl.OpNot {
			return negation(rendered(op.Right))
		}
		return fmt.Sprintf("%s(%s)", op.Operator, rendered(op.Right))
	case tsl.KindBinaryExpr:
		op, _ := node.AsExprOp()
		return fmt.Sprintf("%s(%s %s)", op.Operator, rendered(op.Left), rendered(op.Right))
	case tsl.KindArrayLiteral:
		array, _ := node.AsArray()
		values := []string{}
		for _, value := range array.Values {
			values = append(values, rendered(value))
		}
		return fmt.Sprint(values)
	case tsl.KindNullLiteral:
		return "null"
	case tsl.KindStringLiteral:
		return fmt.Sprintf("%q", node.Value())
	case tsl.KindTimestampLiteral:
		return node.Value().(time.Time).Format(time.RFC3339Nano)
	case tsl.KindNumericLiteral:
		number, _ := node.AsFloat64()
		return outlinedValue(Value{Kind: Number, Text: fmt.Sprint(number)})
	default:
		return fmt.Sprint(node.Value())
	}
}
