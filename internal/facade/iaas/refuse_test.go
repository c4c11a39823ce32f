package iaas

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade"
)

// TestRefusals are errors that are raised outside handlers.
func TestRefusals(t *testing.T) {
	const notJSON = `{"detail":[{"loc":["body"],"msg":"JSON decode error","type":"json_invalid"}]}`
	header := func(pairs ...string) http.Header {
		made := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i < len(pairs); i += 2 {
			made.Set(pairs[i], pairs[i+1])
		}
		return made
	}
	tests := map[string]struct {
		refusal facade.Refusal
		status  int
		body    string
		header  http.Header
	}{
		"no credentials": {facade.Refusal{Status: 401, Cause: facade.NoCredentials}, 401, `{"detail":"Not authenticated"}`,
			header("WWW-Authenticate", "Bearer")},
		"bad credentials": {facade.Refusal{Status: 401, Cause: facade.BadCredentials}, 401, `{"detail":"Invalid token"}`,
			header("WWW-Authenticate", `Bearer error="invalid_token"`)},
		"expired credentials": {facade.Refusal{Status: 401, Cause: facade.ExpiredCredentials}, 401, `{"detail":"Invalid token"}`,
			header("WWW-Authenticate", `Bearer error="invalid_token"`)},
		"a token for something else": {facade.Refusal{Status: 401, Cause: facade.WrongScope}, 401, `{"detail":"Invalid token"}`,
			header("WWW-Authenticate", `Bearer error="insufficient_scope"`)},
		"no right":        {facade.Refusal{Status: 403, Cause: facade.NoRight, Detail: "no."}, 403, `{"detail":"Not permitted"}`, header()},
		"no path":         {facade.Refusal{Status: 404, Cause: facade.NoRoute}, 404, `{"detail":"Not Found"}`, header()},
		"no method":       {facade.Refusal{Status: 405, Allow: []string{"GET", "POST"}}, 405, `{"detail":"Method Not Allowed"}`, header("Allow", "GET, POST")},
		"a header":        {facade.Refusal{Status: 400, Cause: facade.BadHeader, Detail: "It is twice there."}, 400, `{"detail":"It is twice there."}`, header()},
		"without words":   {facade.Refusal{Status: 400}, 400, `{"detail":"Bad Request"}`, header()},
		"a broken body":   {facade.Refusal{Status: 400, Cause: facade.BadBody, Detail: "body: x"}, 422, notJSON, header()},
		"a media type":    {facade.Refusal{Status: 415}, 422, notJSON, header()},
		"too large":       {facade.Refusal{Status: 413, Detail: "x"}, 413, `{"detail":"The body may have 1 MiB at most"}`, header()},
		"too many":        {facade.Refusal{Status: 429, RetryAfter: 7}, 429, `{"detail":"Too many requests"}`, header("Retry-After", "7")},
		"a bug":           {facade.Refusal{Status: 500, Detail: "panic: secret"}, 500, `{"detail":"Internal Server Error"}`, header()},
		"an odd status":   {facade.Refusal{Status: 599, Detail: "x"}, 500, `{"detail":"Internal Server Error"}`, header()},
		"an outage":       {facade.Refusal{Status: 503, Detail: "x"}, 503, `{"detail":"Service Unavailable"}`, header("Retry-After", "1")},
		"too late":        {facade.Refusal{Status: 504}, 504, `{"detail":"Gateway Timeout"}`, header("Retry-After", "1")},
		"another refusal": {facade.Refusal{Status: 409, Detail: "Wait."}, 409, `{"detail":"Wait."}`, header()},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := ask(t, refusing(t, test.refusal), http.MethodGet, addonsOfCluster, "")
			answered(t, w, test.status, test.body)
			got := w.Header().Clone()
			for _, name := range []string{"Content-Length", "X-Request-Id"} {
				got.Del(name)
			}
			if diff := cmp.Diff(test.header, got); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

// TestARightIsMissedOnlyByAGoodBody is for clients that want to hear about the form of the body first.
func TestARightIsMissedOnlyByAGoodBody(t *testing.T) {
	unable := refusing(t, facade.Refusal{Status: http.StatusForbidden, Cause: facade.NoRight})
	answered(t, ask(t, unable, http.MethodPost, addonsOfCluster, `{"addon":"none"}`), http.StatusForbidden, `{"detail":"Not permitted"}`)
	answered(t, ask(t, unable, http.MethodDelete, addonsOfCluster+"/x", `{`), http.StatusForbidden, `{"detail":"Not permitted"}`)
	stranger := refusing(t, facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.NoCredentials})
	answered(t, ask(t, stranger, http.MethodPost, addonsOfCluster, `{`), http.StatusUnauthorized, `{"detail":"Not authenticated"}`)
}

func TestUnknownPathsAndMethods(t *testing.T) {
	handler := server(t, newFakeHub())
	for _, path := range []string{"", "/addons", "/addons/catalog/x", "/clusters", "/clusters/abc-123", addonsOfCluster + "/x/y", "/v9", "/clusters//addons"} {
		answered(t, ask(t, handler, http.MethodGet, path, ""), http.StatusNotFound, `{"detail":"Not Found"}`)
	}
	for path, allow := range map[string]string{
		"/addons/catalog": "GET", "/addons/openapi": "GET", addonsOfCluster: "GET, POST", addonsOfCluster + "/x": "DELETE, GET",
	} {
		w := ask(t, handler, http.MethodPatch, path, "")
		answered(t, w, http.StatusMethodNotAllowed, `{"detail":"Method Not Allowed"}`)
		if got := w.Header().Get("Allow"); got != allow {
			t.Errorf("%s allows %q, want %q", path, got, allow)
		}
	}
}
