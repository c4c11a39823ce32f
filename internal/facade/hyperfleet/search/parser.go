package search

import (
	"strings"
	"unicode/utf8"
)

const (
	// MaxLength is how many characters an expression may have.
	MaxLength = 4096
	// MaxDepth is how deep groups may be nested.
	MaxDepth = 256
)

// Parse reads an expression. Nil is the empty one, which holds everywhere. The grammar:
//
//	expr  = and { "or" and }      and = not { "and" not }      not = { "not" } ( "(" expr ")" | term )
//	term  = field ( "=" | "!=" | "<>" | "<" | "<=" | ">" | ">=" ) value
//	      | field [ "not" ] ( "like" | "ilike" ) string
//	      | field [ "not" ] "between" value "and" value
//	      | field [ "not" ] "in" ( "(" [ value { "," value } ] ")" | "[" [ value { "," value } ] "]" )
//	      | field "is" [ "not" ] "null"
//	value = string | number | time | "true" | "false"
//
// Errors: *Error.
func Parse(text string) (Expr, error) {
	if !utf8.ValidString(text) {
		return nil, at(utf8.RuneCountInString(text[:validPrefix(text)])+1, "this is not UTF-8")
	}
	if utf8.RuneCountInString(text) > MaxLength {
		return nil, at(MaxLength+1, "the expression is longer than %d characters", MaxLength)
	}
	p := parser{lexer: lexer{rest: text, position: 1}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind == end {
		return nil, nil
	}
	expr, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.token.kind != end {
		return nil, p.wants("and, or, or the end")
	}
	return expr, nil
}

// validPrefix is how many bytes at the beginning are UTF-8.
func validPrefix(text string) int {
	for i, r := range text {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return i
			}
		}
	}
	return len(text)
}

// parser looks one token ahead.
type parser struct {
	lexer lexer
	token token
	depth int
}

// advance takes the token and reads the next one.
func (p *parser) advance() (err error) {
	p.token, err = p.lexer.next()
	return err
}

// wants is the error of a token that is not what has to stand there.
func (p *parser) wants(what string) error {
	return at(p.token.position, "expected %s, found %s", what, p.token.kind)
}

// skip takes the token if it is the keyword.
func (p *parser) skip(keyword string) (bool, error) {
	if !p.token.is(keyword) {
		return false, nil
	}
	return true, p.advance()
}

// or reads expressions joined by or.
func (p *parser) or() (Expr, error) {
	operands, err := p.chain("or", p.and)
	if err != nil || len(operands) == 1 {
		return first(operands), err
	}
	return Or(operands), nil
}

// and reads expressions joined by and.
func (p *parser) and() (Expr, error) {
	operands, err := p.chain("and", p.not)
	if err != nil || len(operands) == 1 {
		return first(operands), err
	}
	return And(operands), nil
}

// first returns the first operand, or nil if there is none.
func first(operands []Expr) Expr {
	if len(operands) == 0 {
		return nil
	}
	return operands[0]
}

// chain reads operands joined by a keyword.
func (p *parser) chain(keyword string, operand func() (Expr, error)) ([]Expr, error) {
	var operands []Expr
	for {
		read, err := operand()
		if err != nil {
			return nil, err
		}
		operands = append(operands, read)
		if more, err := p.skip(keyword); err != nil || !more {
			return operands, err
		}
	}
}

// not reads a group or a term, with any number of nots before it: each two of them are none.
func (p *parser) not() (Expr, error) {
	negated := false
	for {
		more, err := p.skip("not")
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		negated = !negated
	}
	expr, err := p.primary()
	if err != nil || !negated {
		return expr, err
	}
	if inner, ok := expr.(Not); ok {
		return inner.Expr, nil
	}
	return Not{Expr: expr}, nil
}

// primary reads a group or a term.
func (p *parser) primary() (Expr, error) {
	if !p.token.isSymbol("(") {
		return p.term()
	}
	if p.depth++; p.depth > MaxDepth {
		return nil, at(p.token.position, "groups are nested deeper than %d", MaxDepth)
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	expr, err := p.or()
	if err != nil {
		return nil, err
	}
	if !p.token.isSymbol(")") {
		return nil, p.wants("and, or, or )")
	}
	p.depth--
	return expr, p.advance()
}

// keywords cannot be fields.
var keywords = []string{"and", "or", "not", "like", "ilike", "between", "in", "is", "null", "true", "false"}

// term reads a term.
func (p *parser) term() (Expr, error) {
	if p.token.kind != word || isKeyword(p.token.text) {
		return nil, p.wants("a field")
	}
	term := Term{Field: p.token.text, Position: p.token.position}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.comparison(&term); err != nil {
		return nil, err
	}
	return term, nil
}

// isKeyword tells whether a word is a keyword.
func isKeyword(text string) bool {
	for _, keyword := range keywords {
		if strings.EqualFold(text, keyword) {
			return true
		}
	}
	return false
}
