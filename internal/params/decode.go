package params

import (
	"fmt"
	"unicode/utf8"
)

const (
	// MaxSize is the size in bytes above which a document is refused.
	MaxSize = 1 << 20
	// MaxDepth is how deep objects and arrays may be nested.
	MaxDepth = 64
)

// Decode reads one JSON document. Beyond what encoding/json refuses it refuses a document that is too large or nested too
// deep, a key that stands twice in an object, and text after the document. Numbers keep their text (json.Number). An empty
// document is an empty object.
func Decode(document []byte, at string) (any, []Fault) {
	if len(document) == 0 {
		return map[string]any{}, nil
	}
	if len(document) > MaxSize {
		return nil, []Fault{{Path: at, Message: fmt.Sprintf("is %d bytes long; at most %d are allowed", len(document), MaxSize)}}
	}
	if !utf8.Valid(document) {
		return nil, []Fault{{Path: at, Message: "is not valid UTF-8"}}
	}
	s := scanner{text: document}
	value, failed := s.value(0)
	if failed != nil {
		return nil, []Fault{failed.fault(at)}
	}
	s.peek()
	if s.next < len(document) {
		return nil, []Fault{{Path: at, Message: "has text after the end of the JSON document"}}
	}
	return value, nil
}

// DecodeObject is Decode for a document that has to be an object. null counts as an empty object.
func DecodeObject(document []byte, at string) (map[string]any, []Fault) {
	value, faults := Decode(document, at)
	if len(faults) > 0 {
		return nil, faults
	}
	switch v := value.(type) {
	case map[string]any:
		return v, nil
	case nil:
		return map[string]any{}, nil
	default:
		return nil, []Fault{{Path: at, Message: "must be an object"}}
	}
}
