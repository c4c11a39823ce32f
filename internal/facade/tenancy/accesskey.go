package tenancy

import (
	"net/http"
	"slices"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/user"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/signature"
)

// AccessKey is a key that requests are signed with, and the tenant that it belongs to: a signed request is never about another
// one.
type AccessKey struct {
	signature.Key
	Namespace string
}

// AccessKeys knows the access keys.
type AccessKeys interface {
	// AccessKey returns the key of that name. It reports false if there is none, or more than one.
	AccessKey(name string) (AccessKey, bool)
}

// identifySigned finds out who signed a request.
func (a *Authenticator) identifySigned(req *http.Request, signed *facade.Signed) (*authenticator.Response, *facade.Refusal, error) {
	refused := func(cause facade.Cause, detail string) *facade.Refusal {
		return &facade.Refusal{Status: http.StatusUnauthorized, Cause: cause, Detail: detail}
	}
	if a.Keys == nil {
		return nil, refused(facade.BadCredentials, "Access keys are not in use here."), nil
	}
	header, err := signature.Parse(signed.Authorization)
	if err != nil {
		return nil, refused(facade.BadCredentials, "The header Authorization is malformed: "+err.Error()+"."), err
	}
	if err := header.CheckDate(signed.Request, a.Clock.Now()); err != nil {
		return nil, refused(facade.ExpiredCredentials, "The request is not dated: "+err.Error()+"."), err
	}
	// One text, so that nobody learns which keys there are.
	wrong := refused(facade.BadCredentials, "The access key or the signature is wrong.")
	key, ok := a.Keys.AccessKey(header.AccessKey)
	if !ok {
		return nil, wrong, nil
	}
	// Only now, so that nobody can make the server keep bodies who does not even know the name of a key.
	body, refusal := signed.ReadBody(req)
	if refusal != nil {
		return nil, refusal, refusal
	}
	if err := header.Verify(signed.Request, body, key.SecretKey); err != nil {
		return nil, wrong, err
	}
	return &authenticator.Response{User: &user.DefaultInfo{
		Name: key.User, Groups: append(slices.Clone(key.Groups), user.AllAuthenticated),
		Extra: map[string][]string{ExtraProject: {key.Namespace}, ExtraAccessKey: {header.AccessKey}},
	}}, nil, nil
}
