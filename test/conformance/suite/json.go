package suite

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Object is a JSON object that knows the order of its members. Values are object pointers, []any, string, json.Number, bool
// and nil.
type Object struct {
	// Keys are the names of the members, in their order.
	Keys []string
	// Members are their values.
	Members map[string]any
}

// Get returns a member; nil if there is none.
func (o *Object) Get(key string) any {
	if o == nil {
		return nil
	}
	return o.Members[key]
}

// Has tells whether there is such a member.
func (o *Object) Has(key string) bool {
	_, found := o.Members[key]
	return found
}

// Text returns a member that is a string; empty if it is none.
func (o *Object) Text(key string) string {
	text, _ := o.Get(key).(string)
	return text
}

// Child returns a member that is an object; nil if it is none.
func (o *Object) Child(key string) *Object {
	child, _ := o.Get(key).(*Object)
	return child
}

// ParseJSON reads one JSON value, and refuses duplicate keys and anything after the value.
func ParseJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	value, err := readValue(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return value, nil
}

func readValue(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return readObject(decoder)
	case json.Delim('['):
		return readArray(decoder)
	}
	return token, nil
}

func readObject(decoder *json.Decoder) (*Object, error) {
	result := &Object{Members: map[string]any{}}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok || result.Has(key) {
			return nil, fmt.Errorf("member %v is no name or stands there twice", token)
		}
		value, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		result.Keys = append(result.Keys, key)
		result.Members[key] = value
	}
	_, err := decoder.Token()
	return result, err
}

func readArray(decoder *json.Decoder) ([]any, error) {
	result := []any{}
	for decoder.More() {
		value, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		result = append(result, value)
	}
	_, err := decoder.Token()
	return result, err
}

// LookUp follows a path of member names and list positions, joined by slashes; ~1 stands for a slash in a name. In a list of conditions
// a segment may also be a type.
func LookUp(value any, path string) (any, bool) {
	for segment := range strings.SplitSeq(path, "/") {
		segment = strings.ReplaceAll(segment, "~1", "/")
		switch node := value.(type) {
		case *Object:
			if !node.Has(segment) {
				return nil, false
			}
			value = node.Members[segment]
		case []any:
			item, found := itemOf(node, segment)
			if !found {
				return nil, false
			}
			value = item
		default:
			return nil, false
		}
	}
	return value, true
}

func itemOf(list []any, segment string) (any, bool) {
	if i, err := strconv.Atoi(segment); err == nil {
		if i < 0 || i >= len(list) {
			return nil, false
		}
		return list[i], true
	}
	for _, item := range list {
		if condition, ok := item.(*Object); ok && condition.Text("type") == segment {
			return item, true
		}
	}
	return nil, false
}

// Show writes a value for a person to read.
func Show(value any) string {
	switch node := value.(type) {
	case *Object:
		parts := make([]string, 0, len(node.Keys))
		for _, key := range node.Keys {
			parts = append(parts, strconv.Quote(key)+": "+Show(node.Members[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, 0, len(node))
		for _, item := range node {
			parts = append(parts, Show(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return strconv.Quote(node)
	default:
		return fmt.Sprint(node)
	}
}
