package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

//go:embed index.html page.js assets/swagger-ui.css assets/swagger-ui-bundle.js
var files embed.FS

// AssetPath is where the page looks for its files, relative to its own folder.
const AssetPath = "openapi/assets"

// policy lets a browser load from the page's own server and from nowhere else. The icons of the style sheet are data in it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// file is a file as it is served.
type file struct {
	content     []byte
	contentType string
	// tag changes with the content, so that browsers need not load it again.
	tag string
}

// index is the page, assets are its files by name.
var (
	index  = load("index.html", "text/html; charset=utf-8")
	assets = map[string]file{
		"page.js":              load("page.js", "text/javascript; charset=utf-8"),
		"swagger-ui-bundle.js": load("assets/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
		"swagger-ui.css":       load("assets/swagger-ui.css", "text/css; charset=utf-8"),
	}
)

// load reads an embedded file; it panics at start if there is none, which go:embed rules out.
func load(name, contentType string) file {
	content, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(content)
	return file{content: content, contentType: contentType, tag: `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// Serve answers with the page.
func Serve(w http.ResponseWriter, r *http.Request) {
	page := index
	if strings.HasSuffix(r.URL.Path, "/") {
		// To a browser the page is a folder then, and its files lie beside that.
		page.content = bytes.ReplaceAll(page.content, []byte(`="openapi`), []byte(`="../openapi`))
		page.tag = `"folder-` + strings.Trim(page.tag, `"`) + `"`
	}
	page.serve(w, r)
}

// ServeAsset answers with a file of the page. It returns false, and answers nothing, if there is none of that name.
func ServeAsset(w http.ResponseWriter, r *http.Request, name string) bool {
	asset, ok := assets[name]
	if !ok {
		return false
	}
	asset.serve(w, r)
	return true
}

// serve answers with the file, or says that the browser has it already.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", f.tag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content))
}
