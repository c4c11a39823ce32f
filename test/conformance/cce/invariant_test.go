package cce

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// shape collects what is wrong with an answer.
type shape struct{ wrong []suite.Mismatch }

func (s *shape) demand(ok bool, path, format string, args ...any) {
	if !ok {
		s.wrong = append(s.wrong, suite.Mismatch{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// keys checks that an object has those members, in that order, and no others. A ? in front marks one that may be missing.
func (s *shape) keys(path string, object *suite.Object, names ...string) {
	if object == nil {
		s.demand(false, path, "is no object")
		return
	}
	var want []string
	for _, name := range names {
		if name[0] != '?' {
			want = append(want, name)
		} else if object.Has(name[1:]) {
			want = append(want, name[1:])
		}
	}
	s.demand(slices.Equal(object.Keys, want), path, "has members %v, want %v", object.Keys, want)
}

// types checks the types of members of an object.
func (s *shape) types(path string, object *suite.Object, want string, names ...string) {
	for _, name := range names {
		got := suite.TypeOf(object.Get(name))
		s.demand(got == want, path+"/"+name, "is %s, want a %s", suite.Show(object.Get(name)), want)
	}
}

// times checks that members of an object are times, and that the second is not before the first.
func (s *shape) times(path string, object *suite.Object) {
	for _, name := range []string{"creationTimestamp", "updateTimestamp"} {
		s.demand(suite.SecondsPattern.MatchString(object.Text(name)), path+"/"+name, "is %q", object.Text(name))
	}
	s.demand(object.Text("updateTimestamp") >= object.Text("creationTimestamp"), path+"/updateTimestamp", "is before the creation")
}

// always checks what holds for every answer, and returns what does not.
func always(step suite.Step, a *suite.Answer) []suite.Mismatch {
	s := &shape{}
	if _, other := step.Words["iaas"]; other {
		return nil
	}
	header := a.Header
	s.demand(len(header.Values("X-Request-Id")) == 1 && header.Get("X-Request-Id") != "", "X-Request-Id", "is %q", header.Values("X-Request-Id"))
	s.demand(a.Status < 300 || a.Status >= 400, "", "redirects to %s", header.Get("Location"))
	s.demand((header.Get("Www-Authenticate") != "") == (a.Status == http.StatusUnauthorized), "WWW-Authenticate", "is %q", header.Get("Www-Authenticate"))
	s.demand((header.Get("Allow") != "") == (a.Status == http.StatusMethodNotAllowed), "Allow", "is %q", header.Get("Allow"))
	s.demand(header.Get("Content-Type") == "application/json", "Content-Type", "is %q", header.Get("Content-Type"))
	if a.Request.Method == http.MethodHead {
		return s.wrong
	}
	body, _ := a.Body.(*suite.Object)
	switch {
	case body == nil:
		s.demand(false, "", "is no object: %s", a.Raw)
	case a.Status >= 400:
		s.failure(a.Status, body)
	case body.Has("openapi"):
	case body.Has("items"):
		s.list(body)
	default:
		s.addon("", body)
	}
	return s.wrong
}

// list checks a list of add-ons or of templates.
func (s *shape) list(body *suite.Object) {
	s.keys("", body, "kind", "apiVersion", "items")
	items, isList := body.Get("items").([]any)
	s.demand(isList, "/items", "is %s", suite.Show(body.Get("items")))
	for i, item := range items {
		one, _ := item.(*suite.Object)
		if path := fmt.Sprintf("/items/%d", i); one.Has("status") {
			s.addon(path, one)
		} else {
			s.template(path, one)
		}
	}
}

// words are all status words.
var words = []string{"installing", "upgrading", "running", "failed", "installFailed", "upgradeFailed", "rollbacking", "rollbackFailed", "deleting",
	"deleteFailed", "available", "abnormal", "unknown"}

// addon checks an add-on.
func (s *shape) addon(path string, one *suite.Object) {
	s.keys(path, one, "kind", "apiVersion", "metadata", "spec", "status")
	s.demand(one.Text("kind") == "Addon" && one.Text("apiVersion") == "v3", path, "is of kind %s %s", one.Text("apiVersion"), one.Text("kind"))
	metadata, spec, status := one.Child("metadata"), one.Child("spec"), one.Child("status")
	s.keys(path+"/metadata", metadata, "uid", "name", "?alias", "?annotations", "creationTimestamp", "updateTimestamp")
	s.times(path+"/metadata", metadata)
	s.keys(path+"/spec", spec, "clusterID", "version", "addonTemplateName", "addonTemplateType", "addonTemplateLogo", "addonTemplateLabels", "description", "values")
	s.types(path+"/spec", spec, "string", "clusterID", "version", "addonTemplateName", "addonTemplateType", "addonTemplateLogo", "description")
	s.types(path+"/spec", spec, "array", "addonTemplateLabels")
	s.types(path+"/spec", spec, "object", "values")
	for _, section := range []string{"basic", "custom"} {
		if values := spec.Child("values"); values.Has(section) {
			s.types(path+"/spec/values", values, "object", section)
		}
	}
	s.keys(path+"/status", status, "status", "Reason", "message", "?targetVersions", "isRollbackable", "?previousVersion", "currentVersion")
	s.types(path+"/status", status, "string", "Reason", "message")
	s.types(path+"/status", status, "boolean", "isRollbackable")
	s.demand(slices.Contains(words, status.Text("status")), path+"/status/status", "is %s", suite.Show(status.Get("status")))
	s.version(path+"/status/currentVersion", status.Child("currentVersion"), "version", "input", "stable", "translate", "creationTimestamp", "updateTimestamp")
}

// version checks a version of a template.
func (s *shape) version(path string, one *suite.Object, keys ...string) {
	s.keys(path, one, keys...)
	s.types(path, one, "string", "version")
	s.types(path, one, "boolean", "stable")
	s.types(path, one, "object", "translate")
	s.keys(path+"/input", one.Child("input"), "basic", "parameters")
	s.types(path+"/input", one.Child("input"), "object", "basic", "parameters")
	s.times(path, one)
}

// template checks an entry of the catalogue.
func (s *shape) template(path string, one *suite.Object) {
	s.keys(path, one, "kind", "apiVersion", "metadata", "spec")
	s.keys(path+"/metadata", one.Child("metadata"), "uid", "name", "?alias", "creationTimestamp", "updateTimestamp")
	s.times(path+"/metadata", one.Child("metadata"))
	spec := one.Child("spec")
	s.keys(path+"/spec", spec, "type", "require", "labels", "logoURL", "readmeURL", "description", "versions")
	s.types(path+"/spec", spec, "string", "type", "logoURL", "readmeURL", "description")
	s.types(path+"/spec", spec, "boolean", "require")
	versions, _ := spec.Get("versions").([]any)
	s.demand(len(versions) > 0, path+"/spec/versions", "is %s", suite.Show(spec.Get("versions")))
	for i, item := range versions {
		version, _ := item.(*suite.Object)
		s.version(fmt.Sprintf("%s/spec/versions/%d", path, i), version, "version", "input", "stable", "translate", "supportVersions", "creationTimestamp", "updateTimestamp")
	}
}

// hasVersions compares the versions of the only template of a list with a wish.
func hasVersions(p *suite.Performance, wish *yaml.Node, a *suite.Answer) ([]suite.Mismatch, error) {
	want, err := p.Text(wish.Value)
	if err != nil {
		return nil, err
	}
	list, _ := suite.LookUp(a.Body, "items/0/spec/versions")
	versions, _ := list.([]any)
	var got []string
	for _, item := range versions {
		one, _ := item.(*suite.Object)
		got = append(got, one.Text("version"))
	}
	s := &shape{}
	s.demand(strings.Join(got, " ") == want, "/items/0/spec/versions", "are %v, want %s", got, want)
	return s.wrong, nil
}
