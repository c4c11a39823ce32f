package facade

import (
	"bytes"
	"io"
	"net/http"

	"github.com/slipway-dev/slipway/internal/signature"
)

// Credentials says what is particular about how callers of the call's dialect say who they are.
func (c *Call) Credentials() Credentials {
	if particular, ok := c.Dialect.(Particular); ok {
		return particular.Credentials()
	}
	return Credentials{}
}

// Signed is a request that says it was signed with an access key. Nobody has verified it yet.
type Signed struct {
	// Request is what a signature covers beside the body, as the client sent it: the filters take away from the request itself.
	Request signature.Request
	// Authorization is the header of that name.
	Authorization string

	writer http.ResponseWriter
}

// ReadBody reads the body of the request, and puts it back for those who read it next. Errors are a *Refusal: too large, too
// slow, not whole.
func (s *Signed) ReadBody(r *http.Request) ([]byte, *Refusal) {
	raw, refusal := readAll(s.writer, r)
	if refusal != nil {
		return nil, refusal
	}
	r.Body = io.NopCloser(bytes.NewReader(raw))
	return raw, nil
}

// signed writes down what was signed, before anything is taken away from it. It returns nil for a request that does not say it
// is signed, or says so to a dialect that knows no signatures.
func signed(call *Call, w http.ResponseWriter, r *http.Request) *Signed {
	credentials, given := call.Credentials(), r.Header[authorization]
	switch {
	case !credentials.Signatures, call.Route != nil && call.Route.Public:
		return nil
	case credentials.TokenFirst && hasToken(r.Header):
		return nil
	case len(given) != 1 || !signature.Signed(given[0]):
		return nil
	}
	path := r.URL.RawPath
	if path == "" {
		path = r.URL.EscapedPath()
	}
	return &Signed{Authorization: given[0], writer: w, Request: signature.Request{
		Method: r.Method, Path: path, Query: r.URL.RawQuery, Host: r.Host, Header: r.Header.Clone(),
	}}
}

// hasToken tells whether there is a token in X-Auth-Token. Some clients always set the header, and leave it empty when they
// sign.
func hasToken(header http.Header) bool {
	tokens := header[HeaderToken]
	return len(tokens) > 1 || len(tokens) == 1 && tokens[0] != ""
}
