package search

import "strings"

// String implements Expr.
func (e And) String() string { return join(e, " and ") }

// String implements Expr.
func (e Or) String() string { return join(e, " or ") }

// String implements Expr.
func (e Not) String() string { return "not " + operand(e.Expr) }

// String implements Expr.
func (e Term) String() string {
	switch {
	case e.Op == IsNull && e.Negated:
		return e.Field + " is not null"
	case e.Op == IsNull:
		return e.Field + " is null"
	case e.Op == Equal && e.Negated:
		return e.Field + " != " + e.Values[0].String()
	}
	op := " " + string(e.Op) + " "
	if e.Negated {
		op = " not" + op
	}
	switch e.Op {
	case Between:
		return e.Field + op + e.Values[0].String() + " and " + e.Values[1].String()
	case In:
		values := make([]string, len(e.Values))
		for i, value := range e.Values {
			values[i] = value.String()
		}
		return e.Field + op + "(" + strings.Join(values, ", ") + ")"
	default:
		return e.Field + op + e.Values[0].String()
	}
}

// String writes the value as a literal.
func (v Value) String() string {
	if v.Kind == String {
		return "'" + strings.ReplaceAll(v.Text, "'", "''") + "'"
	}
	return v.Text
}

// join writes operands with a word between them.
func join(operands []Expr, word string) string {
	texts := make([]string, len(operands))
	for i, e := range operands {
		texts[i] = operand(e)
	}
	return strings.Join(texts, word)
}

// operand writes an expression that is part of another one.
func operand(e Expr) string {
	switch e.(type) {
	case And, Or:
		return "(" + e.String() + ")"
	default:
		return e.String()
	}
}
