package params

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// scanner reads JSON values from text that is known to be UTF-8. It builds values and finds double keys in one pass; paths are
// made only when something is wrong.
type scanner struct {
	text []byte
	next int
}

// failure is what is wrong, and where: the steps lead from the value at fault up to the document.
type failure struct {
	message string
	steps   []stride
}

// stride is one step of a path: a key, or an index.
type stride struct {
	key   string
	index int
	isKey bool
}

func (f *failure) in(key string) *failure {
	f.steps = append(f.steps, stride{key: key, isKey: true})
	return f
}

func (f *failure) at(index int) *failure {
	f.steps = append(f.steps, stride{index: index})
	return f
}

// fault writes the failure down for a document at a place.
func (f *failure) fault(at string) Fault {
	p := path{text: at}
	for i := len(f.steps) - 1; i >= 0; i-- {
		if step := f.steps[i]; step.isKey {
			p = p.key(step.key)
		} else {
			p = p.index(step.index)
		}
	}
	return Fault{Path: p.text, Message: f.message}
}

// malformed says that the text at the scanner is not what JSON wants there.
func (s *scanner) malformed() *failure {
	if s.next >= len(s.text) {
		return &failure{message: "is not valid JSON: it ends too early"}
	}
	return &failure{message: fmt.Sprintf("is not valid JSON at byte %d", s.next)}
}

// peek skips space and returns the byte that comes next, or 0 at the end.
func (s *scanner) peek() byte {
	for s.next < len(s.text) {
		switch c := s.text[s.next]; c {
		case ' ', '\t', '\n', '\r':
			s.next++
		default:
			return c
		}
	}
	return 0
}

// value reads the value that comes next. depth is how many objects and arrays it is in.
func (s *scanner) value(depth int) (any, *failure) {
	switch c := s.peek(); {
	case c == '"':
		return s.string()
	case c == '{' || c == '[':
		if depth == MaxDepth {
			return nil, &failure{message: fmt.Sprintf("is nested deeper than %d levels", MaxDepth)}
		}
		s.next++
		if c == '{' {
			return s.object(depth + 1)
		}
		return s.array(depth + 1)
	case c == '-' || isDigit(c):
		return s.number()
	default:
		return s.literal()
	}
}

// object reads the rest of an object.
func (s *scanner) object(depth int) (any, *failure) {
	object := map[string]any{}
	if s.peek() == '}' {
		s.next++
		return object, nil
	}
	for {
		if s.peek() != '"' {
			return nil, s.malformed()
		}
		key, failed := s.string()
		if failed != nil {
			return nil, failed
		}
		if _, twice := object[key]; twice {
			return nil, (&failure{message: "is given twice"}).in(key)
		}
		if s.peek() != ':' {
			return nil, s.malformed()
		}
		s.next++
		if object[key], failed = s.value(depth); failed != nil {
			return nil, failed.in(key)
		}
		if more, failed := s.more('}'); failed != nil || !more {
			return object, failed
		}
	}
}

// array reads the rest of an array.
func (s *scanner) array(depth int) (any, *failure) {
	array := []any{}
	if s.peek() == ']' {
		s.next++
		return array, nil
	}
	for {
		value, failed := s.value(depth)
		if failed != nil {
			return nil, failed.at(len(array))
		}
		array = append(array, value)
		if more, failed := s.more(']'); failed != nil || !more {
			return array, failed
		}
	}
}

// more reads what separates two members or elements, or ends them.
func (s *scanner) more(end byte) (bool, *failure) {
	switch s.peek() {
	case ',':
		s.next++
		return true, nil
	case end:
		s.next++
		return false, nil
	default:
		return false, s.malformed()
	}
}

// string reads a string. The text is copied, so that a value does not hold on to the whole document.
func (s *scanner) string() (string, *failure) {
	start, escaped := s.next, false
	for s.next++; s.next < len(s.text); s.next++ {
		switch c := s.text[s.next]; {
		case c == '"':
			s.next++
			if !escaped {
				return string(s.text[start+1 : s.next-1]), nil
			}
			var text string
			if err := json.Unmarshal(s.text[start:s.next], &text); err != nil {
				s.next = start
				return "", s.malformed()
			}
			return text, nil
		case c == '\\':
			escaped = true
			s.next++
		case c < ' ':
			return "", s.malformed()
		}
	}
	return "", s.malformed()
}

// number reads a number.
func (s *scanner) number() (any, *failure) {
	start := s.next
	if s.text[s.next] == '-' {
		s.next++
	}
	if s.next < len(s.text) && s.text[s.next] == '0' {
		s.next++
	} else if !s.digits() {
		return nil, s.malformed()
	}
	if s.next < len(s.text) && s.text[s.next] == '.' {
		s.next++
		if !s.digits() {
			return nil, s.malformed()
		}
	}
	if s.next < len(s.text) && (s.text[s.next] == 'e' || s.text[s.next] == 'E') {
		s.next++
		if s.next < len(s.text) && (s.text[s.next] == '+' || s.text[s.next] == '-') {
			s.next++
		}
		if !s.digits() {
			return nil, s.malformed()
		}
	}
	number := json.Number(s.text[start:s.next])
	if !moderate(number) {
		return nil, &failure{message: "is a number that is too long or has too large an exponent"}
	}
	return number, nil
}

// digits reads one or more digits.
func (s *scanner) digits() bool {
	start := s.next
	for s.next < len(s.text) && isDigit(s.text[s.next]) {
		s.next++
	}
	return s.next > start
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// literal reads null, true or false.
func (s *scanner) literal() (any, *failure) {
	rest := s.text[s.next:]
	switch {
	case bytes.HasPrefix(rest, []byte("null")):
		s.next += len("null")
		return nil, nil
	case bytes.HasPrefix(rest, []byte("true")):
		s.next += len("true")
		return true, nil
	case bytes.HasPrefix(rest, []byte("false")):
		s.next += len("false")
		return false, nil
	}
	return nil, s.malformed()
}

// moderate tells whether a number can be computed with exactly at little cost: some ten bytes can ask for a number of a
// billion digits.
func moderate(n json.Number) bool {
	text := n.String()
	if len(text) > 400 {
		return false
	}
	at := strings.IndexAny(text, "eE")
	if at < 0 {
		return true
	}
	exponent, err := strconv.Atoi(text[at+1:])
	return err == nil && exponent >= -400 && exponent <= 400
}
