package search

// Builder builds something of the parts of an expression.
type Builder[F any] struct {
	// Term builds a term without its negation.
	Term func(Term) (F, error)
	// And, Or and Not build the rest of what was built.
	And, Or func([]F) F
	Not     func(F) F
}

// Build builds an expression from its terms upwards. Errors: those of Term, the first from the left.
func Build[F any](expr Expr, builder Builder[F]) (F, error) {
	var none F
	switch e := expr.(type) {
	case Term:
		built, err := builder.Term(e)
		if err != nil || !e.Negated {
			return built, err
		}
		return builder.Not(built), nil
	case Not:
		built, err := Build(e.Expr, builder)
		if err != nil {
			return none, err
		}
		return builder.Not(built), nil
	case And:
		built, err := buildAll(e, builder)
		if err != nil {
			return none, err
		}
		return builder.And(built), nil
	case Or:
		built, err := buildAll(e, builder)
		if err != nil {
			return none, err
		}
		return builder.Or(built), nil
	default:
		return none, at(1, "this is no expression")
	}
}

// buildAll builds operands.
func buildAll[F any](operands []Expr, builder Builder[F]) ([]F, error) {
	all := make([]F, len(operands))
	for i, operand := range operands {
		built, err := Build(operand, builder)
		if err != nil {
			return nil, err
		}
		all[i] = built
	}
	return all, nil
}
