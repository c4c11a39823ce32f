package hyperfleet

import (
	"errors"
	"fmt"
	"net/url"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/search"
	"github.com/slipway-dev/slipway/internal/hub"
)

// recordFilters build the filter of an expression over clusters and node pools.
var recordFilters = search.Builder[hub.Filter]{
	Term: recordTerm,
	And:  func(all []hub.Filter) hub.Filter { return hub.And(all) },
	Or:   func(all []hub.Filter) hub.Filter { return hub.Or(all) },
	Not:  func(filter hub.Filter) hub.Filter { return hub.Not{Filter: filter} },
}

// parseSearch reads search over clusters or node pools; nil is all. Errors: badRequest.
func parseSearch(values url.Values) (hub.Filter, error) {
	return parseExpression(recordFilters, values)
}

// recordTerm builds the filter of a term. Equality becomes what the index answers without looking at every object.
func recordTerm(term search.Term) (hub.Filter, error) {
	field, ok := recordFieldNamed(term.Field)
	if !ok {
		return nil, unknownField(term)
	}
	match, err := search.Compile(field.Field, term)
	if err != nil {
		return nil, err
	}
	switch {
	case field.is == nil:
	case term.Op == search.Equal:
		return field.is(term.Values[0].Text), nil
	case term.Op == search.In:
		one := make(hub.Or, len(term.Values))
		for i, value := range term.Values {
			one[i] = field.is(value.Text)
		}
		return one, nil
	}
	return hub.Where(match), nil
}

// statusMatch tells whether an adapter status is wanted.
type statusMatch = search.Match[*fleetv1.AdapterStatus]

// statusMatches build the filter of an expression over adapter statuses.
var statusMatches = search.Builder[statusMatch]{
	Term: func(term search.Term) (statusMatch, error) {
		field, ok := statusFields[term.Field]
		if !ok {
			return nil, unknownField(term)
		}
		return search.Compile(field, term)
	},
	And: func(all []statusMatch) statusMatch {
		return func(s *fleetv1.AdapterStatus) bool {
			for _, match := range all {
				if !match(s) {
					return false
				}
			}
			return true
		}
	},
	Or: func(all []statusMatch) statusMatch {
		return func(s *fleetv1.AdapterStatus) bool {
			for _, match := range all {
				if match(s) {
					return true
				}
			}
			return false
		}
	},
	Not: func(match statusMatch) statusMatch {
		return func(s *fleetv1.AdapterStatus) bool { return !match(s) }
	},
}

// parseStatusSearch reads search over adapter statuses; nil is all. Errors: badRequest.
func parseStatusSearch(values url.Values) (statusMatch, error) {
	return parseExpression(statusMatches, values)
}

// parseExpression reads search; the zero F is all.
func parseExpression[F any](builder search.Builder[F], values url.Values) (F, error) {
	var all F
	expr, err := search.Parse(values.Get(paramSearch))
	if err != nil {
		return all, refuseSearch(err)
	}
	if expr == nil {
		return all, nil
	}
	built, err := search.Build(expr, builder)
	if err != nil {
		return all, refuseSearch(err)
	}
	return built, nil
}

// unknownField is the error of a term on a field that there is not.
func unknownField(term search.Term) error {
	return &search.Error{Position: term.Position, Message: "unknown field " + clip(term.Field)}
}

// refuseSearch puts what is wrong with a search into an answer.
func refuseSearch(err error) error {
	if wrong, ok := errors.AsType[*search.Error](err); ok {
		return badRequest(fmt.Sprintf("search: %s.", wrong))
	}
	return err
}
