package iaas

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

// shape collects what is wrong with an answer.
type shape struct{ wrong []suite.Mismatch }

func (s *shape) demand(ok bool, path, format string, args ...any) {
	if !ok {
		s.wrong = append(s.wrong, suite.Mismatch{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// always checks what holds for every answer, and returns what does not.
func always(_ suite.Step, a *suite.Answer) []suite.Mismatch {
	s := &shape{}
	header := a.Header
	s.demand(len(header.Values("X-Request-Id")) == 1 && header.Get("X-Request-Id") != "", "X-Request-ID", "is %q", header.Values("X-Request-Id"))
	s.demand(a.Status < 300 || a.Status >= 400, "", "redirects to %s", header.Get("Location"))
	s.demand((header.Get("Www-Authenticate") != "") == (a.Status == http.StatusUnauthorized), "WWW-Authenticate", "is %q", header.Get("Www-Authenticate"))
	s.demand((header.Get("Allow") != "") == (a.Status == http.StatusMethodNotAllowed), "Allow", "is %q", header.Get("Allow"))
	switch {
	case a.Request.Method == http.MethodHead:
		return s.wrong
	case a.Request.Method == http.MethodDelete && a.Status == http.StatusAccepted:
		s.demand(len(a.Raw) == 0, "", "has a body: %s", a.Raw)
		return s.wrong
	}
	s.demand(header.Get("Content-Type") == "application/json", "Content-Type", "is %q", header.Get("Content-Type"))
	switch body := a.Body.(type) {
	case *suite.Object:
		s.object(a.Status, body)
	case []any:
		s.demand(a.Status == http.StatusOK, "", "is a list with status %d", a.Status)
		for i, item := range body {
			one, _ := item.(*suite.Object)
			s.item(fmt.Sprintf("/%d", i), one)
		}
	default:
		s.demand(false, "", "is neither an object nor a list: %s", a.Raw)
	}
	return s.wrong
}

// object checks an answer that is one object: an error, an add-on, or the document.
func (s *shape) object(status int, body *suite.Object) {
	switch {
	case status >= 400:
		s.failure(status, body)
	case body.Has("openapi"):
	default:
		s.instance("", body)
	}
}

// item checks an item of a list: an add-on or an entry of the catalogue.
func (s *shape) item(path string, item *suite.Object) {
	if item.Get("params") == nil {
		s.instance(path, item)
		return
	}
	s.demand(slices.Equal(item.Keys, []string{"name", "display_name", "description", "version", "params"}), path, "has keys %v", item.Keys)
	params := item.Child("params")
	for _, name := range params.Keys {
		param := params.Child(name)
		s.demand(param != nil && slices.Equal(param.Keys, []string{"type", "description"}), path+"/params/"+name, "is %s", suite.Show(params.Get(name)))
	}
}

// instance checks the keys of an add-on, their order, and what hangs together.
func (s *shape) instance(path string, one *suite.Object) {
	if one == nil {
		s.demand(false, path, "is no object")
		return
	}
	keys := []string{"name", "addon_type", "status", "version", "cluster_id", "info", "message", "created_at", "updated_at"}
	status := one.Text("status")
	if status != "deployed" {
		keys = slices.DeleteFunc(keys, func(key string) bool { return key == "info" })
	}
	s.demand(slices.Equal(one.Keys, keys), path, "has keys %v, want %v", one.Keys, keys)
	for _, key := range []string{"name", "addon_type", "version", "cluster_id"} {
		s.demand(one.Text(key) != "", path+"/"+key, "is %s", suite.Show(one.Get(key)))
	}
	s.demand(slices.Contains([]string{"pending-install", "deployed", "failed"}, status), path+"/status", "is %q", status)
	message, said := one.Get("message").(string)
	s.demand(said || one.Get("message") == nil, path+"/message", "is %s", suite.Show(one.Get("message")))
	s.demand(said == (status == "failed" || message == "uninstalling") && (!said || message != ""), path+"/message", "is %q with status %s", message, status)
	for _, key := range []string{"created_at", "updated_at"} {
		s.demand(suite.SecondsPattern.MatchString(one.Text(key)), path+"/"+key, "is %q", one.Text(key))
	}
	s.demand(one.Text("updated_at") >= one.Text("created_at"), path+"/updated_at", "is before created_at")
}

// failure checks the shape of an error.
func (s *shape) failure(status int, body *suite.Object) {
	s.demand(slices.Equal(body.Keys, []string{"detail"}), "", "has keys %v", body.Keys)
	list, isList := body.Get("detail").([]any)
	text, isText := body.Get("detail").(string)
	s.demand(isList == (status == http.StatusUnprocessableEntity) && (isList || isText), "/detail", "is %s with status %d", suite.Show(body.Get("detail")), status)
	s.demand(!isText || text != "" && !strings.Contains(text, "\n"), "/detail", "is %q", text)
	for i, item := range list {
		one, _ := item.(*suite.Object)
		path := fmt.Sprintf("/detail/%d", i)
		s.demand(one != nil && slices.Equal(one.Keys, []string{"loc", "msg", "type"}), path, "is %s", suite.Show(item))
	}
}
