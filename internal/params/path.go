package params

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// path is the place of a value as a user writes it: spec.params.hub.ports[0], spec.params["a.b"].
type path struct{ text string }

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func (p path) key(name string) path {
	switch {
	case !plainKey.MatchString(name):
		return path{text: p.text + "[" + strconv.Quote(name) + "]"}
	case p.text == "":
		return path{text: name}
	default:
		return path{text: p.text + "." + name}
	}
}

func (p path) index(i int) path { return path{text: fmt.Sprintf("%s[%d]", p.text, i)} }

// locate writes the location of a value inside document as a path. Which tokens are indexes only the document can tell.
func locate(at string, document any, tokens []string) path {
	p, value := path{text: at}, document
	for _, token := range tokens {
		switch v := value.(type) {
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return p.key(token)
			}
			p, value = p.index(i), v[i]
		case map[string]any:
			p, value = p.key(token), v[token]
		default:
			p, value = p.key(token), nil
		}
	}
	return p
}

// pointer splits a JSON pointer (RFC 6901) into its tokens.
func pointer(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	if !strings.HasPrefix(text, "/") {
		return nil, fmt.Errorf("%q is not a JSON pointer: it does not start with a slash", text)
	}
	tokens := strings.Split(text[1:], "/")
	for i, token := range tokens {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(token), "~") {
			return nil, fmt.Errorf("%q is not a JSON pointer: ~ stands only in ~0 and ~1", text)
		}
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return tokens, nil
}

// escape writes a key as a token of a JSON pointer.
func escape(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }

// lookup returns the value that a pointer's tokens lead to.
func lookup(document any, tokens []string) (any, bool) {
	value := document
	for _, token := range tokens {
		switch v := value.(type) {
		case map[string]any:
			next, found := v[token]
			if !found {
				return nil, false
			}
			value = next
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

// Member returns the path of an object's member, given that of the object, as faults name it.
func Member(at, key string) string { return path{text: at}.key(key).text }
