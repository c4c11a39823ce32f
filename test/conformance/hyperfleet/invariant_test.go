package hyperfleet

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

var (
	sendableID   = regexp.MustCompile(`^[!-~]{1,128}$`)
	noJSONPaths  = []string{base + "/openapi.html"}
	problemMedia = "application/problem+json"
)

// always checks what holds for every answer, and returns what does not. code is that of the wished problem, or empty.
func always(a *suite.Answer, code string) []suite.Mismatch {
	s := &shape{}
	requestID := a.Header.Get("X-Request-Id")
	s.demand(len(a.Header.Values("X-Request-Id")) == 1 && sendableID.MatchString(requestID), "X-Request-ID", "is %q", a.Header.Values("X-Request-Id"))
	if own := a.Request.Header.Get("X-Request-Id"); sendableID.MatchString(own) {
		s.demand(requestID == own, "X-Request-ID", "is %q, want that of the request", requestID)
	}
	s.demand(a.Status < 300 || a.Status >= 400, "", "redirects to %s", a.Header.Get("Location"))
	media := a.Header.Get("Content-Type")
	path := strings.TrimSuffix(a.Request.Path(), "/")
	switch {
	case a.Request.Method == http.MethodHead:
	case a.Status >= 400:
		s.demand(media == problemMedia, "Content-Type", "is %q", media)
		s.wrong = append(s.wrong, problemOf(code, instanceOf(a.Request), requestID, a.Status, a.Body)...)
		s.demand((a.Header.Get("Www-Authenticate") != "") == (a.Status == 401), "WWW-Authenticate", "is %q", a.Header.Get("Www-Authenticate"))
		s.demand((a.Header.Get("Allow") != "") == (a.Status == 405), "Allow", "is %q", a.Header.Get("Allow"))
	case a.Status == 204:
		s.demand(len(a.Raw) == 0, "", "has a body")
	case a.Stream != nil, slices.Contains(noJSONPaths, path):
	default:
		s.demand(media == "application/json", "Content-Type", "is %q", media)
		query, _ := url.ParseQuery(strings.TrimPrefix(a.Request.Target, a.Request.Path()+"?"))
		if !query.Has("fields") && !strings.HasSuffix(path, "/openapi") {
			s.wrong = append(s.wrong, shapeOf(a.Body)...)
		}
	}
	return s.wrong
}

// instanceOf is the path that a problem names; empty for paths that have no form to be sure of.
func instanceOf(r suite.Request) string {
	path, err := url.PathUnescape(r.Path())
	if err != nil || path != r.Path() || strings.Contains(path, "//") || strings.Contains(path, "/.") || strings.HasSuffix(path, "/") {
		return ""
	}
	if !strings.HasPrefix(path, root) {
		return ""
	}
	return path
}
