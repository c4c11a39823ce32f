//go:build e2e

package hyperfleet

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	sendableID   = regexp.MustCompile(`^[!-~]{1,128}$`)
	noJSONPaths  = []string{base + "/openapi.html"}
	problemMedia = "application/problem+json"
)

// always checks what holds for every answer, and returns what does not. code is that of the wished problem, or empty.
func always(a *answer, code string) []mismatch {
	s := &shape{}
	requestID := a.header.Get("X-Request-Id")
	s.demand(len(a.header.Values("X-Request-Id")) == 1 && sendableID.MatchString(requestID), "X-Request-ID", "is %q", a.header.Values("X-Request-Id"))
	if own := a.request.header.Get("X-Request-Id"); sendableID.MatchString(own) {
		s.demand(requestID == own, "X-Request-ID", "is %q, want that of the request", requestID)
	}
	s.demand(a.status < 300 || a.status >= 400, "", "redirects to %s", a.header.Get("Location"))
	media := a.header.Get("Content-Type")
	path := strings.TrimSuffix(a.request.path(), "/")
	switch {
	case a.request.method == http.MethodHead:
	case a.status >= 400:
		s.demand(media == problemMedia, "Content-Type", "is %q", media)
		s.wrong = append(s.wrong, problemOf(code, instanceOf(a.request), requestID, a.status, a.body)...)
		s.demand((a.header.Get("Www-Authenticate") != "") == (a.status == 401), "WWW-Authenticate", "is %q", a.header.Get("Www-Authenticate"))
		s.demand((a.header.Get("Allow") != "") == (a.status == 405), "Allow", "is %q", a.header.Get("Allow"))
	case a.status == 204:
		s.demand(len(a.raw) == 0, "", "has a body")
	case a.stream != nil, slices.Contains(noJSONPaths, path):
	default:
		s.demand(media == "application/json", "Content-Type", "is %q", media)
		query, _ := url.ParseQuery(strings.TrimPrefix(a.request.target, a.request.path()+"?"))
		if !query.Has("fields") && !strings.HasSuffix(path, "/openapi") {
			s.wrong = append(s.wrong, shapeOf(a.body)...)
		}
	}
	return s.wrong
}

// instanceOf is the path that a problem names; empty for paths that have no form to be sure of.
func instanceOf(r request) string {
	path, err := url.PathUnescape(r.path())
	if err != nil || path != r.path() || strings.Contains(path, "//") || strings.Contains(path, "/.") || strings.HasSuffix(path, "/") {
		return ""
	}
	if !strings.HasPrefix(path, root) {
		return ""
	}
	return path
}
