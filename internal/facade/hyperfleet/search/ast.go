package search

// Expr is an expression: And, Or, Not or Term.
type Expr interface {
	// String writes the expression so that Parse reads the same again.
	String() string
}

// And holds where all of its expressions hold. It has two at least.
type And []Expr

// Or holds where one of its expressions holds. It has two at least.
type Or []Expr

// Not holds where its expression does not.
type Not struct{ Expr Expr }

// Term compares a field with values.
type Term struct {
	// Field is the name of the field, as written.
	Field string
	// Op is how it is compared.
	Op Op
	// Negated turns the term around: !=, and all forms with not.
	Negated bool
	// Values are one, two for Between, any number for In, none for IsNull.
	Values []Value
	// Position is where the field stands: characters from 1.
	Position int
}

// Op is a comparison.
type Op string

// The comparisons. != is the negated Equal.
const (
	Equal          Op = "="
	Less           Op = "<"
	LessOrEqual    Op = "<="
	Greater        Op = ">"
	GreaterOrEqual Op = ">="
	Like           Op = "like"
	ILike          Op = "ilike"
	Between        Op = "between"
	In             Op = "in"
	IsNull         Op = "is null"
)

// ValueKind is how a value is written.
type ValueKind string

// The kinds of values.
const (
	String  ValueKind = "string"
	Number  ValueKind = "number"
	Time    ValueKind = "time"
	Boolean ValueKind = "boolean"
)

// Value is a literal.
type Value struct {
	Kind ValueKind
	// Text is what is between the quotes, each doubled quote once, for a String; else the literal as written.
	Text string
	// Position is where it stands: characters from 1.
	Position int
}
