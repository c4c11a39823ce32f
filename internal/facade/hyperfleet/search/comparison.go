package search

import "strings"

// comparison reads what follows the field of a term.
func (p *parser) comparison(term *Term) error {
	if p.token.kind == symbol {
		return p.sign(term)
	}
	if is, err := p.skip("is"); is || err != nil {
		if err != nil {
			return err
		}
		return p.null(term)
	}
	negated, err := p.skip("not")
	if err != nil {
		return err
	}
	term.Negated = negated
	switch op := Op(strings.ToLower(p.token.text)); {
	case p.token.kind != word:
	case op == Like || op == ILike:
		term.Op = op
		return p.pattern(term)
	case op == Between:
		term.Op = op
		return p.between(term)
	case op == In:
		term.Op = op
		return p.list(term)
	}
	return p.wants("a comparison")
}

// sign reads a sign and its value.
func (p *parser) sign(term *Term) error {
	switch op := Op(p.token.text); op {
	case "!=", "<>":
		term.Op, term.Negated = Equal, true
	case Equal, Less, LessOrEqual, Greater, GreaterOrEqual:
		term.Op = op
	default:
		return p.wants("a comparison")
	}
	if err := p.advance(); err != nil {
		return err
	}
	return p.value(term)
}

// null reads the rest of "is null" and "is not null".
func (p *parser) null(term *Term) error {
	negated, err := p.skip("not")
	if err != nil {
		return err
	}
	term.Op, term.Negated = IsNull, negated
	if !p.token.is("null") {
		return p.wants("null")
	}
	return p.advance()
}

// pattern reads the pattern of like and ilike.
func (p *parser) pattern(term *Term) error {
	if err := p.advance(); err != nil {
		return err
	}
	if p.token.kind != quoted {
		return p.wants("a string")
	}
	return p.value(term)
}

// between reads both ends of a range.
func (p *parser) between(term *Term) error {
	if err := p.advance(); err != nil {
		return err
	}
	if err := p.value(term); err != nil {
		return err
	}
	if !p.token.is("and") {
		return p.wants("and")
	}
	if err := p.advance(); err != nil {
		return err
	}
	return p.value(term)
}

// list reads the values of in, in round or square brackets.
func (p *parser) list(term *Term) error {
	if err := p.advance(); err != nil {
		return err
	}
	closing := ")"
	switch {
	case p.token.isSymbol("("):
	case p.token.isSymbol("["):
		closing = "]"
	default:
		return p.wants("( or [")
	}
	if err := p.advance(); err != nil {
		return err
	}
	if p.token.isSymbol(closing) {
		return p.advance()
	}
	for {
		if err := p.value(term); err != nil {
			return err
		}
		if p.token.isSymbol(closing) {
			return p.advance()
		}
		if !p.token.isSymbol(",") {
			return p.wants("a comma or " + closing)
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
}

// value reads one value.
func (p *parser) value(term *Term) error {
	value := Value{Text: p.token.text, Position: p.token.position}
	switch {
	case p.token.kind == quoted:
		value.Kind = String
	case p.token.kind == number:
		value.Kind = Number
	case p.token.kind == instant:
		value.Kind = Time
	case p.token.is("true") || p.token.is("false"):
		value.Kind = Boolean
		value.Text = strings.ToLower(value.Text)
	default:
		return p.wants("a value")
	}
	term.Values = append(term.Values, value)
	return p.advance()
}
