package signature

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request is what is signed of a request, but for its body.
type Request struct {
	// Method is the HTTP method.
	Method string
	// Path is the path as the client sent it, still escaped.
	Path string
	// Query is the query as the client sent it, without the question mark.
	Query string
	// Host is the header Host as received.
	Host string
	// Header are all headers but Host.
	Header http.Header
}

// canonical writes the text that a request is signed by. Errors: escapes that are none, a signed header that is missing.
func (r Request) canonical(names []string, bodyHash string) (string, error) {
	path, err := canonicalPath(r.Path)
	if err != nil {
		return "", err
	}
	query, err := canonicalQuery(r.Query)
	if err != nil {
		return "", err
	}
	var headers strings.Builder
	for _, name := range names {
		values := r.values(name)
		if len(values) == 0 {
			return "", errors.New("a signed header is missing")
		}
		for _, value := range values {
			headers.WriteString(name + ":" + value + "\n")
		}
	}
	return strings.Join([]string{
		strings.ToUpper(r.Method), path, query, headers.String(), strings.Join(names, ";"), bodyHash,
	}, "\n"), nil
}

// values returns the values of a header without the blanks around them, in order.
func (r Request) values(name string) []string {
	if name == "host" {
		return []string{strings.TrimSpace(r.Host)}
	}
	given := r.Header[http.CanonicalHeaderKey(name)]
	values := make([]string, 0, len(given))
	for _, value := range given {
		values = append(values, strings.TrimSpace(value))
	}
	slices.Sort(values)
	return values
}

// canonicalPath writes each segment in one way, and ends the path with a slash.
func canonicalPath(path string) (string, error) {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return "", errors.New("the path is not escaped as it should be")
		}
		segments[i] = escape(plain)
	}
	if segments[len(segments)-1] != "" {
		segments = append(segments, "")
	}
	return strings.Join(segments, "/"), nil
}

// canonicalQuery writes each pair in one way, in the order of keys and then of values.
func canonicalQuery(query string) (string, error) {
	type pair struct{ key, value string }
	var pairs []pair
	for text := range strings.SplitSeq(query, "&") {
		if text == "" {
			continue
		}
		key, value, _ := strings.Cut(text, "=")
		plainKey, keyErr := url.QueryUnescape(key)
		plainValue, valueErr := url.QueryUnescape(value)
		if err := errors.Join(keyErr, valueErr); err != nil {
			return "", errors.New("the query is not escaped as it should be")
		}
		pairs = append(pairs, pair{plainKey, plainValue})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if by := strings.Compare(a.key, b.key); by != 0 {
			return by
		}
		return strings.Compare(a.value, b.value)
	})
	written := make([]string, 0, len(pairs))
	for _, p := range pairs {
		written = append(written, escape(p.key)+"="+escape(p.value))
	}
	return strings.Join(written, "&"), nil
}

// escape writes every byte but letters, digits and -_.~ as %XX. The package net/url leaves more of them as they are.
func escape(text string) string {
	const digits = "0123456789ABCDEF"
	var written strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			written.WriteByte(c)
		default:
			written.WriteByte('%')
			written.WriteByte(digits[c>>4])
			written.WriteByte(digits[c&15])
		}
	}
	return written.String()
}
