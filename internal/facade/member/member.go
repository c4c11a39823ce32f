package member

import (
	"bytes"
	"encoding/json"
)

// Each calls yield with the name and the value of each member of a JSON object, as they stand there, until it returns
// false. It decodes nothing but names that have escapes, so that it is cheap on large objects. The text must be valid JSON; of
// what is none it yields some part.
func Each(object []byte, yield func(name, raw, value []byte) bool) {
	rest := skipSpace(object)
	if len(rest) == 0 || rest[0] != '{' {
		return
	}
	rest = skipSpace(rest[1:])
	for len(rest) > 0 && rest[0] == '"' {
		raw := rest[:valueLength(rest)]
		rest = skipSpace(rest[len(raw):])
		if len(rest) == 0 || rest[0] != ':' {
			return
		}
		rest = skipSpace(rest[1:])
		value := rest[:valueLength(rest)]
		if len(value) == 0 || !yield(decoded(raw), raw, value) {
			return
		}
		rest = skipSpace(rest[len(value):])
		if len(rest) == 0 || rest[0] != ',' {
			return
		}
		rest = skipSpace(rest[1:])
	}
}

// Find returns the value at a path of member names.
func Find(object []byte, path []string) ([]byte, bool) {
	found := object
	for _, name := range path {
		within := found
		found = nil
		Each(within, func(candidate, _, value []byte) bool {
			if string(candidate) == name {
				found = value
			}
			return found == nil
		})
		if found == nil {
			return nil, false
		}
	}
	return found, true
}

// decoded is the name that a JSON string stands for.
func decoded(raw []byte) []byte {
	if len(raw) < 2 {
		return nil
	}
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var name string
	if json.Unmarshal(raw, &name) != nil {
		return nil
	}
	return []byte(name)
}

// skipSpace drops white space at the beginning.
func skipSpace(text []byte) []byte {
	for len(text) > 0 && (text[0] == ' ' || text[0] == '\n' || text[0] == '\t' || text[0] == '\r') {
		text = text[1:]
	}
	return text
}

// valueLength is how long the JSON value at the beginning of a text is.
func valueLength(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch text[0] {
	case '"':
		return stringLength(text)
	case '{', '[':
		return nestLength(text)
	}
	for i, c := range text {
		switch c {
		case ',', '}', ']', ':', ' ', '\n', '\t', '\r':
			return i
		}
	}
	return len(text)
}

// stringLength is how long the JSON string at the beginning of a text is, with its quotes.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// nestLength is how long the object or array at the beginning of a text is.
func nestLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			i += stringLength(text[i:]) - 1
		}
	}
	return len(text)
}
