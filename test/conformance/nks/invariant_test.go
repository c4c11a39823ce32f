package nks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// shape collects what is wrong with an answer.
type shape struct {
	wrong []suite.Mismatch
	// gophercloud tells that the request came from such a client.
	gophercloud bool
}

func (s *shape) demand(ok bool, path, format string, args ...any) {
	if !ok {
		s.wrong = append(s.wrong, suite.Mismatch{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// Forms of texts.
var (
	uuidForm      = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	timeForm      = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$`)
	requestIDForm = regexp.MustCompile(`^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	versionForm   = regexp.MustCompile(`^container-infrastructure-management 1\.(\d|1[0-2])$`)
	escaped       = regexp.MustCompile(`(^|[^\\])(\\\\)*\\u00(3c|3e|26)`)
)

// always checks what holds for every answer, and returns what does not.
func always(step suite.Step, a *suite.Answer) []suite.Mismatch {
	if _, other := step.Words["elsewhere"]; other {
		return nil
	}
	s := &shape{gophercloud: strings.Contains(a.Request.Header.Get("User-Agent"), "gophercloud/")}
	s.headers(a)
	if a.Request.Method == http.MethodHead {
		return s.wrong
	}
	if a.Status == http.StatusNoContent {
		s.demand(len(a.Raw) == 0, "", "has a body: %s", a.Raw)
		return s.wrong
	}
	s.demand(a.Header.Get("Content-Type") == "application/json", "Content-Type", "is %q", a.Header.Get("Content-Type"))
	s.demand(!escaped.Match(a.Raw), "", "escapes characters that HTML minds: %s", a.Raw)
	body, isObject := a.Body.(*suite.Object)
	s.demand(isObject, "", "is no object: %s", a.Raw)
	switch {
	case body == nil:
	case a.Status >= 400:
		s.failure(a.Status, body)
	default:
		s.success(a.Request, body)
	}
	return s.wrong
}

func (s *shape) headers(a *suite.Answer) {
	header := a.Header
	s.demand(len(header.Values("X-Openstack-Request-Id")) == 1 && requestIDForm.MatchString(header.Get("X-Openstack-Request-Id")),
		"x-openstack-request-id", "is %q", header.Values("X-Openstack-Request-Id"))
	s.demand(versionForm.MatchString(header.Get("OpenStack-API-Version")), "OpenStack-API-Version", "is %q", header.Values("OpenStack-API-Version"))
	for name, want := range map[string]string{
		"OpenStack-API-Minimum-Version": "container-infrastructure-management 1.1",
		"OpenStack-API-Maximum-Version": "container-infrastructure-management 1.12",
	} {
		s.demand(header.Get(name) == want, name, "is %q", header.Get(name))
	}
	s.demand(strings.Contains(strings.Join(header.Values("Vary"), ", "), "OpenStack-API-Version"), "Vary", "is %q", header.Values("Vary"))
	s.demand(a.Status < 300 || a.Status >= 400, "", "redirects to %s", header.Get("Location"))
	s.demand(strings.HasPrefix(header.Get("Www-Authenticate"), `Keystone uri="`) == (a.Status == http.StatusUnauthorized),
		"WWW-Authenticate", "is %q", header.Get("Www-Authenticate"))
	s.demand((header.Get("Allow") != "") == (a.Status == http.StatusMethodNotAllowed), "Allow", "is %q", header.Get("Allow"))
}

// failure checks the form of an error.
func (s *shape) failure(status int, body *suite.Object) {
	want := []string{"errors"}
	if status == http.StatusUnauthorized {
		want = append(want, "error")
	}
	s.members("", body, want, nil)
	entries, _ := body.Get("errors").([]any)
	s.demand(len(entries) > 0, "/errors", "is %s", suite.Show(body.Get("errors")))
	for i, entry := range entries {
		path := fmt.Sprintf("/errors/%d", i)
		one, _ := entry.(*suite.Object)
		known := []string{"request_id", "code", "status", "title", "detail", "links"}
		code := "client"
		switch {
		case status == http.StatusNotAcceptable:
			known, code = append(known, "min_version", "max_version"), "magnum.microversion-unsupported"
		case status >= 500:
			code = "server"
		}
		s.members(path, one, known, nil)
		s.demand(one.Text("code") == code, path+"/code", "is %s", suite.Show(one.Get("code")))
		s.demand(one.Get("status") == json.Number(fmt.Sprint(status)), path+"/status", "is %s", suite.Show(one.Get("status")))
		title, _, _ := strings.Cut(one.Text("detail"), ".")
		s.demand(one.Text("detail") != "" && one.Text("title") == title, path+"/title", "is %q with detail %q", one.Text("title"), one.Text("detail"))
		s.demand(requestIDForm.MatchString(one.Text("request_id")), path+"/request_id", "is %s", suite.Show(one.Get("request_id")))
	}
}

// success checks the form of what is not an error, by what the request was about.
func (s *shape) success(r suite.Request, body *suite.Object) {
	segments := strings.Split(strings.Trim(strings.TrimPrefix(r.Path(), "/v1"), "/"), "/")
	last := segments[len(segments)-1]
	read := r.Method == http.MethodGet
	switch {
	case segments[0] == "clusters" && read && len(segments) == 1:
		s.list(body, "clusters", s.short)
	case last == "detail" && read && len(segments) == 2:
		s.list(body, "clusters", s.long)
	case segments[0] == "clusters" && read && len(segments) == 2:
		s.long("", body)
	case last == "nodegroups" && read:
		s.list(body, "nodegroups", s.shortGroup)
	case last == "events" && read:
		s.list(body, "events", s.event)
	case len(segments) == 4 && segments[2] == "nodegroups" && read, last == "nodegroups":
		s.longGroup("", body)
	case len(segments) == 4 && segments[2] == "events":
		s.event("", body)
	case segments[0] == "clusters" && !read && !body.Has("name"):
		s.members("", body, []string{"uuid"}, nil)
		s.demand(uuidForm.MatchString(body.Text("uuid")), "/uuid", "is %s", suite.Show(body.Get("uuid")))
	}
}

// list checks a list: its items, and that nothing beside them is a list.
func (s *shape) list(body *suite.Object, name string, item func(path string, one *suite.Object)) {
	s.members("", body, []string{name}, []string{"next"})
	items, isList := body.Get(name).([]any)
	s.demand(isList, "/"+name, "is %s", suite.Show(body.Get(name)))
	for i, value := range items {
		one, _ := value.(*suite.Object)
		item(fmt.Sprintf("/%s/%d", name, i), one)
	}
}

// members checks that an object has members, and no others but those that may be missing; nil for any others.
func (s *shape) members(path string, object *suite.Object, names, optional []string) {
	if object == nil {
		s.demand(false, path, "is no object")
		return
	}
	for _, name := range names {
		s.demand(object.Has(name), path, "has no member %s", name)
	}
	for _, key := range object.Keys {
		s.demand(slices.Contains(names, key) || slices.Contains(optional, key) || slices.Contains(optional, "*"), path, "has a member %s", key)
	}
}

// types checks the types of members: "string|null".
func (s *shape) types(path string, object *suite.Object, wishes map[string]string) {
	for name, want := range wishes {
		got := suite.TypeOf(object.Get(name))
		s.demand(slices.Contains(strings.Split(want, "|"), got), path+"/"+name, "is %s, want a %s", suite.Show(object.Get(name)), want)
	}
}

func (s *shape) times(path string, object *suite.Object, names ...string) {
	for _, name := range names {
		text, isText := object.Get(name).(string)
		s.demand(!isText && object.Get(name) == nil || timeForm.MatchString(text), path+"/"+name, "is %s", suite.Show(object.Get(name)))
	}
}
