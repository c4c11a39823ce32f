package tenancy

import (
	"context"
	"net/http"

	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"

	"github.com/slipway-dev/slipway/internal/facade"
)

// Authorizer says what callers may do. It implements authorizer.Authorizer.
type Authorizer struct {
	// Authorizer knows the rights.
	authorizer.Authorizer
}

// Authorize implements authorizer.UnconditionalAuthorizer. Requests for no dialect are the delegate's. Public routes and those
// that nobody knows pass: the handler answers them. Identities bound to adapters may report in their own namespace.
func (a Authorizer) Authorize(ctx context.Context, attributes authorizer.Attributes) (authorizer.Decision, string, error) {
	call := facade.From(ctx)
	if call == nil {
		return a.Authorizer.Authorize(ctx, attributes)
	}
	switch {
	case call.Route == nil || call.Route.Public:
		return authorizer.DecisionAllow, "", nil
	case call.Caller.Namespace == "":
		call.Because(facade.Refusal{Status: http.StatusForbidden, Cause: facade.NoRight,
			Detail: "The identity belongs to no project; name one in the header X-Project-Id."})
		return authorizer.DecisionDeny, "no namespace", nil
	case call.Nowhere:
		return authorizer.DecisionDeny, "no such namespace", nil
	}
	call.May = a.may(call, attributes.GetUser())
	if reports(call.Route) && call.Caller.Adapters != nil && call.Home {
		return authorizer.DecisionAllow, "bound to adapters", nil
	}
	decision, reason, err := a.ask(ctx, attributes)
	if decision != authorizer.DecisionAllow && err != nil {
		call.Because(facade.Refusal{Status: http.StatusServiceUnavailable})
	}
	return decision, reason, err
}

// may returns what Call.May is for a caller.
func (a Authorizer) may(call *facade.Call, who user.Info) func(context.Context, facade.Right) error {
	return func(ctx context.Context, right facade.Right) error {
		decision, _, err := a.ask(ctx, attributesOf(who, call.Caller.Namespace, right))
		switch {
		case decision == authorizer.DecisionAllow:
			return nil
		case err != nil:
			return &facade.Refusal{Status: http.StatusServiceUnavailable}
		default:
			return &facade.Refusal{Status: http.StatusForbidden, Cause: facade.NoRight}
		}
	}
}

// ConditionsAwareAuthorize implements authorizer.Authorizer. There are no conditions.
func (a Authorizer) ConditionsAwareAuthorize(ctx context.Context, attributes authorizer.Attributes) authorizer.ConditionsAwareDecision {
	return authorizer.ConditionsAwareDecisionFromParts(a.Authorize(ctx, attributes))
}

// ask asks for the right on all objects first, and on the one that is named only if that is denied. The right on all is the
// same question for every object, so its answer is remembered, and implies the right on one: RBAC has no rule that takes away.
func (a Authorizer) ask(ctx context.Context, attributes authorizer.Attributes) (authorizer.Decision, string, error) {
	if attributes.GetName() == "" {
		return a.Authorizer.Authorize(ctx, attributes)
	}
	decision, reason, err := a.Authorizer.Authorize(ctx, unnamed{attributes})
	if decision == authorizer.DecisionAllow || err != nil {
		return decision, reason, err
	}
	return a.Authorizer.Authorize(ctx, attributes)
}

// unnamed are attributes without the name.
type unnamed struct{ authorizer.Attributes }

func (unnamed) GetName() string { return "" }

// reports tells whether a route takes reports of adapters.
func reports(route *facade.Route) bool {
	return route.Verb == "create" && route.Resource == "adapterstatuses"
}
