package page

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// get asks for the page.
func get(t *testing.T, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header = header
	w := httptest.NewRecorder()
	Serve(w, r)
	return w
}

// The references of the page, as a browser finds them.
var reference = regexp.MustCompile(`(?:src|href)="([^"]*)"`)

func TestThePageRefersToNothingButItsFiles(t *testing.T) {
	for path, prefix := range map[string]string{"/api/hyperfleet/v1/openapi.html": "", "/api/hyperfleet/v1/openapi.html/": "../"} {
		w := get(t, path, nil)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: got %d", path, w.Code)
		}
		found := 0
		for _, match := range reference.FindAllStringSubmatch(w.Body.String(), -1) {
			switch name, isAsset := strings.CutPrefix(match[1], prefix+AssetPath+"/"); {
			case match[1] == "data:," || match[1] == prefix+"openapi":
			case !isAsset:
				t.Errorf("%s refers to %s", path, match[1])
			case !ServeAsset(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/"+name, nil), name):
				t.Errorf("%s refers to %s, which is not there", path, match[1])
			default:
				found++
			}
		}
		if found != len(assets) {
			t.Errorf("%s refers to %d files, want all %d", path, found, len(assets))
		}
	}
}

func TestTheHeadersForbidEverythingElse(t *testing.T) {
	answers := map[string]*httptest.ResponseRecorder{"the page": get(t, "/openapi.html", nil)}
	for name := range assets {
		w := httptest.NewRecorder()
		ServeAsset(w, httptest.NewRequest(http.MethodGet, "/"+name, nil), name)
		answers[name] = w
	}
	for name, w := range answers {
		for header, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		} {
			if got := w.Header().Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
		if length := w.Body.Len(); length == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	for _, source := range []string{"http:", "https:", "*", "unsafe"} {
		if strings.Contains(policy, source) {
			t.Errorf("the policy allows %s", source)
		}
	}
}

func TestABrowserThatHasTheFileIsNotSentItAgain(t *testing.T) {
	first := get(t, "/openapi.html", nil)
	second := get(t, "/openapi.html", http.Header{"If-None-Match": {first.Header().Get("ETag")}})
	if second.Code != http.StatusNotModified || second.Body.Len() != 0 {
		t.Errorf("got %d with %d bytes, want 304", second.Code, second.Body.Len())
	}
	folder := get(t, "/openapi.html/", http.Header{"If-None-Match": {first.Header().Get("ETag")}})
	if folder.Code != http.StatusOK {
		t.Errorf("with a trailing slash: got %d, want 200, since the content is another", folder.Code)
	}
}

func TestNoOtherFiles(t *testing.T) {
	for _, name := range []string{"", "LICENSE", "index.html", "../page.go", "assets/swagger-ui.css", "page.js/"} {
		w := httptest.NewRecorder()
		if ServeAsset(w, httptest.NewRequest(http.MethodGet, "/x", nil), name) || w.Body.Len() > 0 {
			t.Errorf("%q is served", name)
		}
	}
}
