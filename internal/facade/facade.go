package facade

import (
	"context"
	"net/http"
	"sync/atomic"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// Dialect is one REST dialect.
type Dialect interface {
	// Name is the dialect's name: its label in metrics and its first path segment as an aggregated API.
	Name() string
	// Base is the path that its own clients know, without a trailing slash: /api/hyperfleet. As an aggregated API the dialect is
	// served under /apis/rest.slipway.dev/v1alpha1/<name>, with the same paths below. Empty for the root of the server, of which the
	// dialect takes no more than / alone and the first segments of its routes: /v1.
	Base() string
	// Routes are all routes below Base.
	Routes() []Route
	// Refuse answers with an error that was raised before or instead of a handler, in the dialect's own shape. It sets every
	// header but X-Request-ID.
	Refuse(w http.ResponseWriter, r *http.Request, refusal Refusal)
}

// Particular is a Dialect whose callers say who they are in another way than is common.
type Particular interface {
	Dialect
	// Credentials says what is particular.
	Credentials() Credentials
}

// Credentials are what is particular about how callers of a dialect say who they are.
type Credentials struct {
	// TokenFirst tells that with the header X-Auth-Token nobody looks at Authorization. Without it the two must not differ.
	TokenFirst bool
	// Signatures tells that requests may be signed with an access key: Authorization: SDK-HMAC-SHA256.
	Signatures bool
	// LenientProject tells that a header X-Project-Id is ignored where it names no namespace that the caller may use.
	LenientProject bool
	// KnownProject tells that a header X-Project-Id which names no namespace is refused like one that names another tenant's, whoever
	// asks.
	KnownProject bool
	// Scope is what the claim scope or scp of a token that is a JWT must contain, if it has such a claim. Empty for any.
	Scope string
}

// Route is one route of a dialect and what it means to Kubernetes.
type Route struct {
	// Method is the HTTP method.
	Method string
	// Path is the path below the dialect's base: /v1/clusters/{id}. A segment in braces is a variable.
	Path string
	// Public routes need neither a credential nor a right.
	Public bool
	// Verb is the verb that the caller needs; with a query parameter watch=true it is "watch", where Watch is set.
	Verb string
	// Watch tells that the route can stream changes.
	Watch bool
	// Resource and Subresource are those of group fleet.slipway.dev that the caller needs the verb on.
	Resource, Subresource string
	// Target says which object the route is about, where the name is in the path.
	Target *Target
	// Handler serves the route.
	Handler http.HandlerFunc
}

// Target says how a path names an object.
type Target struct {
	// Kind is fleetv1.KindCluster, fleetv1.KindNodePool or fleetv1.KindAddon.
	Kind string
	// Variable is the path variable that names the object.
	Variable string
	// Cluster is the path variable that names the Cluster of a NodePool or Addon, or empty.
	Cluster string
	// Named tells that the object's name is the name in the request that is authorized. It is not where the resource is another
	// one, as with reports about a Cluster.
	Named bool
	// Ref returns the object that the path variables name. It must be pure. Nil where the variables hold names of objects.
	Ref func(variables map[string]string) hub.Ref
	// RefIn is Ref where the query or the Host of a request have a say in it too. It must be pure, and not touch the body.
	RefIn func(r *http.Request, variables map[string]string) hub.Ref
}

// Object returns the object that a request names by its path variables.
func (t *Target) Object(r *http.Request, variables map[string]string) hub.Ref {
	switch {
	case t.RefIn != nil:
		return t.RefIn(r, variables)
	case t.Ref != nil:
		return t.Ref(variables)
	}
	ref := hub.Ref{Kind: t.Kind, Name: variables[t.Variable]}
	if t.Cluster != "" {
		ref.Cluster = &hub.Ref{Kind: fleetv1.KindCluster, Name: variables[t.Cluster]}
	}
	return ref
}

// Refusal is an error raised outside a handler.
type Refusal struct {
	// Status is the HTTP status.
	Status int
	// Cause says more than the status, where more is known.
	Cause Cause
	// Detail is for the caller and shows no internals. Empty for the dialect's own words.
	Detail string
	// Allow are the methods that the path knows, for 405.
	Allow []string
	// RetryAfter is in seconds, for 429 and 503; zero for the dialect's default.
	RetryAfter int
}

// Cause is why a request was refused.
type Cause string

// The causes.
const (
	// NoCredentials: the request carries none.
	NoCredentials Cause = "NoCredentials"
	// BadCredentials: they were refused, or contradict each other.
	BadCredentials Cause = "BadCredentials"
	// ExpiredCredentials: they were good once.
	ExpiredCredentials Cause = "ExpiredCredentials"
	// WrongScope: the token was issued for something else.
	WrongScope Cause = "WrongScope"
	// ForgedHeaders: the request carries headers that only a proxy may set.
	ForgedHeaders Cause = "ForgedHeaders"
	// NoRight: the identity lacks the right.
	NoRight Cause = "NoRight"
	// NoRoute: the path means nothing.
	NoRoute Cause = "NoRoute"
	// NoMethod: the path does not know the method.
	NoMethod Cause = "NoMethod"
	// BadHeader: a header is malformed, or given twice.
	BadHeader Cause = "BadHeader"
	// BadBody: the body is no JSON object, or not in the form that the dialects demand.
	BadBody Cause = "BadBody"
)

// Error implements error, so that what is found out in a handler (see ReadJSON) can travel as one.
func (r *Refusal) Error() string {
	if r.Detail != "" {
		return r.Detail
	}
	return http.StatusText(r.Status)
}

// Right is a right on objects of group fleet.slipway.dev.
type Right struct {
	// Verb is get, list, create and so on.
	Verb string
	// Resource and Subresource are the objects'.
	Resource, Subresource string
	// Name is the name of the object; empty for all.
	Name string
}

// Call is what is known about a request on its way; see From.
type Call struct {
	// Dialect is whose request it is.
	Dialect Dialect
	// Route is which route it takes; nil if none.
	Route *Route
	// Allow are the methods of the path, where the path is known and the method is not.
	Allow []string
	// Path is the path in the dialect's own terms, /api/hyperfleet/v1/clusters, whichever way the request came.
	Path string
	// Variables are the values of the path variables.
	Variables map[string]string
	// RequestID is the value of X-Request-ID.
	RequestID string
	// Watch tells that the caller wants a stream of changes: the route can stream, and the request says watch=true. The right
	// that was checked is that for the verb watch, so a handler must not go by anything else.
	Watch bool
	// Signed is what a signature covers, where the request says that it is signed with an access key; else nil.
	Signed *Signed
	// Caller is who asks. It is empty before authentication, and on public routes.
	Caller hub.Caller
	// Home tells that the caller's namespace is its own: the one it has without the header X-Project-Id.
	Home bool
	// Nowhere tells that the request is about a namespace that does not exist, and is to be refused for it.
	Nowhere bool

	// May tells whether the caller has a right in its namespace beside the one that the route asks for: nil if so, else a *Refusal
	// (403, or 503 if nobody knows). The authorizer sets it; on public routes it is nil.
	May func(ctx context.Context, right Right) error

	// pattern is the route's path, also where the method is unknown to it; empty where the path is unknown.
	pattern string
	// refusal is why the server's filters are going to refuse the request, where they cannot say it themselves.
	refusal atomic.Pointer[Refusal]
}
