package hyperfleet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// object is a JSON object that knows the order of its members. Values are object pointers, []any, string, json.Number, bool
// and nil.
type object struct {
	keys    []string
	members map[string]any
}

// get returns a member; nil if there is none.
func (o *object) get(key string) any {
	if o == nil {
		return nil
	}
	return o.members[key]
}

// has tells whether there is such a member.
func (o *object) has(key string) bool {
	_, found := o.members[key]
	return found
}

// text returns a member that is a string; empty if it is none.
func (o *object) text(key string) string {
	text, _ := o.get(key).(string)
	return text
}

// child returns a member that is an object; nil if it is none.
func (o *object) child(key string) *object {
	child, _ := o.get(key).(*object)
	return child
}

// parseJSON reads one JSON value, and refuses duplicate keys and anything after the value.
func parseJSON(text []byte) (any, error) {
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

func readObject(decoder *json.Decoder) (*object, error) {
	result := &object{members: map[string]any{}}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok || result.has(key) {
			return nil, fmt.Errorf("member %v is no name or stands there twice", token)
		}
		value, err := readValue(decoder)
		if err != nil {
			return nil, err
		}
		result.keys = append(result.keys, key)
		result.members[key] = value
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

// lookUp follows a path of member names and list positions, joined by slashes. In a list of conditions a segment may also be
// a type.
func lookUp(value any, path string) (any, bool) {
	for segment := range strings.SplitSeq(path, "/") {
		switch node := value.(type) {
		case *object:
			if !node.has(segment) {
				return nil, false
			}
			value = node.members[segment]
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
		if condition, ok := item.(*object); ok && condition.text("type") == segment {
			return item, true
		}
	}
	return nil, false
}

// show writes a value for a person to read.
func show(value any) string {
	switch node := value.(type) {
	case *object:
		parts := make([]string, 0, len(node.keys))
		for _, key := range node.keys {
			parts = append(parts, strconv.Quote(key)+": "+show(node.members[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, 0, len(node))
		for _, item := range node {
			parts = append(parts, show(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return strconv.Quote(node)
	default:
		return fmt.Sprint(node)
	}
}
