package tenancy

import (
	"net/http"
	"strings"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/authenticatorfactory"
	"k8s.io/apiserver/pkg/authentication/group"
	"k8s.io/apiserver/pkg/authentication/request/headerrequest"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/facade"
)

// Options are what an Authenticator is made of.
type Options struct {
	// Delegate authenticates requests.
	Delegate authenticator.Request
	// FrontProxy says how to verify front proxies and which headers they set. Nil if there are none.
	FrontProxy *authenticatorfactory.RequestHeaderConfig
	// DefaultNamespace is the namespace of callers that have none of their own. Empty for none.
	DefaultNamespace string
	// Names knows the names of objects.
	Names Names
	// Accounts knows the ServiceAccounts.
	Accounts Accounts
	// Keys knows the access keys. Nil if requests cannot be signed.
	Keys AccessKeys
	// Rights knows the rights; where callers may name a namespace that is not theirs, it is asked which they may use.
	Rights authorizer.Authorizer
	// Clock tells which tokens and certificates have expired.
	Clock clock.PassiveClock
}

// Authenticator says who asks, and where. It implements authenticator.Request.
type Authenticator struct {
	Options
	proxy authenticator.Request
}

// NewAuthenticator makes an Authenticator.
func NewAuthenticator(options Options) *Authenticator {
	a := &Authenticator{Options: options}
	if c := options.FrontProxy; c != nil {
		a.proxy = group.NewAuthenticatedGroupAdder(headerrequest.NewDynamicVerifyOptionsSecure(c.CAContentProvider.VerifyOptions,
			c.AllowedClientNames, c.UsernameHeaders, c.UIDHeaders, c.GroupHeaders, c.ExtraHeaderPrefixes))
	}
	return a
}

// AuthenticateRequest implements authenticator.Request. For requests of dialects it completes Call.Caller, and gives the
// request a context with a completed RequestInfo. On public routes everybody is anonymous, whatever they carry.
func (a *Authenticator) AuthenticateRequest(req *http.Request) (*authenticator.Response, bool, error) {
	call := facade.From(req.Context())
	if call == nil {
		return a.Delegate.AuthenticateRequest(req)
	}
	if call.Route != nil && call.Route.Public {
		return anonymous, true, nil
	}
	response, refusal, err := a.identify(req)
	if refusal != nil {
		call.Because(*refusal)
		return nil, false, err
	}
	if err := a.complete(req, call, response.User); err != nil {
		call.Because(facade.Refusal{Status: http.StatusServiceUnavailable})
		return nil, false, err
	}
	return response, true, nil
}

var anonymous = &authenticator.Response{
	User: &user.DefaultInfo{Name: user.Anonymous, Groups: []string{user.AllUnauthenticated}},
}

// identify returns who asks, or why nobody knows. The error is for the log.
func (a *Authenticator) identify(req *http.Request) (*authenticator.Response, *facade.Refusal, error) {
	if a.proxied(req.Header) {
		return a.identifyProxied(req)
	}
	call := facade.From(req.Context())
	if call.Signed != nil {
		return a.identifySigned(req, call.Signed)
	}
	token := bearer(req.Header)
	response, ok, err := a.Delegate.AuthenticateRequest(req)
	switch {
	case !ok || err != nil || response.User.GetName() == user.Anonymous:
		return nil, a.why(req, token, err), err
	case !scoped(token, call.Credentials().Scope):
		return nil, &facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.WrongScope}, nil
	}
	return response, nil, nil
}

// identifyProxied takes the word of the front proxy, if it is one, and of nobody else: whoever sets these headers and is no
// front proxy pretends to be somebody.
func (a *Authenticator) identifyProxied(req *http.Request) (*authenticator.Response, *facade.Refusal, error) {
	forged := &facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.ForgedHeaders}
	if a.proxy == nil {
		return nil, forged, nil
	}
	response, ok, err := a.proxy.AuthenticateRequest(req)
	switch {
	case !ok || err != nil:
		return nil, forged, err
	case len(req.Header["Authorization"]) > 0:
		return nil, &facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.BadCredentials,
			Detail: "The proxy says who asks; a token beside it contradicts."}, nil
	case response.User.GetName() == user.Anonymous:
		return nil, &facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.NoCredentials}, nil
	}
	return response, nil, nil
}

// proxied tells whether a request carries a header that only front proxies set.
func (a *Authenticator) proxied(header http.Header) bool {
	for name := range header {
		if facade.Remote(name) {
			return true
		}
	}
	if a.FrontProxy == nil {
		return false
	}
	c := a.FrontProxy
	for _, names := range []headerrequest.StringSliceProvider{c.UsernameHeaders, c.UIDHeaders, c.GroupHeaders} {
		for _, name := range names.Value() {
			if len(header.Values(name)) > 0 {
				return true
			}
		}
	}
	for _, prefix := range c.ExtraHeaderPrefixes.Value() {
		for name := range header {
			if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
				return true
			}
		}
	}
	return false
}

// complete writes down who asks and where, in the Call, and gives the request a context whose RequestInfo says it too. The
// RequestInfo that the filters further out know stays as it is: they may be reading it. Errors: those of namespace.
func (a *Authenticator) complete(req *http.Request, call *facade.Call, who user.Info) error {
	home := a.home(who)
	namespace, err := a.namespace(req, call, who, home)
	if err != nil {
		return err
	}
	call.Caller.User, call.Caller.Email = who.GetName(), email(who)
	call.Caller.Adapters = a.adapters(who)
	call.Caller.Namespace = namespace
	call.Home = home != "" && namespace == home
	call.Nowhere = call.Credentials().KnownProject && namespace != home && !a.Names.HasNamespace(namespace)
	info, ok := request.RequestInfoFrom(req.Context())
	if !ok || !info.IsResourceRequest {
		return nil
	}
	completed := *info
	if !clusterScoped(info.Resource) {
		completed.Namespace = namespace
	}
	completed.Name = a.name(req, call, namespace)
	*req = *req.WithContext(request.WithRequestInfo(req.Context(), &completed))
	return nil
}

// name returns the name of the object that the request is about: as known to the index, else as the caller gave it.
func (a *Authenticator) name(req *http.Request, call *facade.Call, namespace string) string {
	target := call.Route.Target
	if target == nil || !target.Named {
		return ""
	}
	if name := a.Names.ObjectName(namespace, target.Object(req, call.Variables)); name != "" {
		return name
	}
	return call.Variables[target.Variable]
}
