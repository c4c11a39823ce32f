package tenancy

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apiserver/pkg/authentication/serviceaccount"
	"k8s.io/apiserver/pkg/authentication/user"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// home returns the namespace that an identity has by itself: what it carries, a ServiceAccount's own, the default. Empty if
// there is none. An identity that carries something that is no namespace has none.
func (a *Authenticator) home(who user.Info) string {
	if projects := who.GetExtra()[ExtraProject]; len(projects) > 0 {
		if len(projects) > 1 || len(validation.IsDNS1123Label(projects[0])) > 0 {
			return ""
		}
		return projects[0]
	}
	if namespace, _, err := serviceaccount.SplitUsername(who.GetName()); err == nil {
		return namespace
	}
	return a.DefaultNamespace
}

// email returns the e-mail address that an identity carries, or empty.
func email(who user.Info) string {
	for _, key := range []string{ExtraEmail, extraPlainEmail} {
		if values := who.GetExtra()[key]; len(values) > 0 && values[0] != "" {
			return values[0]
		}
	}
	return ""
}

// adapters returns the names of the adapters that an identity is bound to, sorted; nil if it is not bound. An identity that is
// bound to no name at all reports as nobody.
func (a *Authenticator) adapters(who user.Info) []string {
	var names []string
	values, bound := who.GetExtra()[ExtraAdapter]
	names = append(names, values...)
	for _, group := range who.GetGroups() {
		if name, ok := strings.CutPrefix(group, GroupAdapter); ok {
			names, bound = append(names, name), true
		}
	}
	if namespace, name, err := serviceaccount.SplitUsername(who.GetName()); err == nil {
		if list, ok := a.Accounts.Annotations(namespace, name)[fleetv1.AnnotationAdapters]; ok {
			names, bound = append(names, strings.Split(list, ",")...), true
		}
	}
	if !bound {
		return nil
	}
	kept := make([]string, 0, len(names))
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			kept = append(kept, name)
		}
	}
	slices.Sort(kept)
	return slices.Compact(kept)
}
