package tenancy

import (
	"net/http"

	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
)

// namespace returns the namespace that a request is about: the one in the header X-Project-Id, else the caller's home. A signed
// request is about its key's. Errors: nobody knows the caller's rights now.
func (a *Authenticator) namespace(req *http.Request, call *facade.Call, who user.Info, home string) (string, error) {
	named := req.Header.Get(facade.HeaderProject)
	switch {
	case call.Signed != nil || named == "" || named == home:
		return home, nil
	case !call.Credentials().LenientProject:
		return named, nil
	}
	usable, err := a.usable(req, call, who, named)
	if err != nil {
		return "", err
	}
	if !usable {
		return home, nil
	}
	return named, nil
}

// usable tells whether a caller may use a namespace: it is there, and the caller may do in it what the request is for, or at
// least see the add-ons there. With the second alone it gets to hear that it may not do more; if the namespace did not count for
// it, the request could end up at an object of the same name at home.
func (a *Authenticator) usable(req *http.Request, call *facade.Call, who user.Info, namespace string) (bool, error) {
	if call.Route == nil || a.Rights == nil || !a.Names.HasNamespace(namespace) {
		return false, nil
	}
	rights := []facade.Right{{Verb: "list", Resource: "addons"}}
	if !clusterScoped(call.Route.Resource) {
		own := facade.Right{Verb: call.Route.Verb, Resource: call.Route.Resource, Subresource: call.Route.Subresource}
		own.Name = a.name(req, call, namespace)
		rights = append([]facade.Right{own}, rights...)
	}
	for _, right := range rights {
		decision, _, err := Authorizer{a.Rights}.ask(req.Context(), attributesOf(who, namespace, right))
		if decision == authorizer.DecisionAllow {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// attributesOf is the question whether a user has a right in a namespace.
func attributesOf(who user.Info, namespace string, right facade.Right) authorizer.Attributes {
	if clusterScoped(right.Resource) {
		namespace = ""
	}
	return authorizer.AttributesRecord{
		User: who, Verb: right.Verb, Namespace: namespace,
		APIGroup: fleetv1.SchemeGroupVersion.Group, APIVersion: fleetv1.SchemeGroupVersion.Version,
		Resource: right.Resource, Subresource: right.Subresource, Name: right.Name, ResourceRequest: true,
	}
}

// clusterScoped tells whether a resource lies in no namespace: a right on it in a namespace is none.
func clusterScoped(resource string) bool {
	return resource == "addontemplates" || resource == "platforms"
}
