package params

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
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
	d := decoder{json: json.NewDecoder(bytes.NewReader(document))}
	d.json.UseNumber()
	value, fault := d.value(path{text: at}, 0)
	if fault == nil {
		if _, err := d.json.Token(); !errors.Is(err, io.EOF) {
			fault = &Fault{Path: at, Message: "has text after the end of the JSON document"}
		}
	}
	if fault != nil {
		return nil, []Fault{*fault}
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

type decoder struct{ json *json.Decoder }

func (d *decoder) value(at path, depth int) (any, *Fault) {
	token, err := d.json.Token()
	if err != nil {
		return nil, malformed(at, err)
	}
	delim, isDelim := token.(json.Delim)
	if n, isNumber := token.(json.Number); isNumber && !moderate(n) {
		return nil, &Fault{Path: at.text, Message: "is a number that is too long or has too large an exponent"}
	}
	if !isDelim {
		return token, nil
	}
	if depth == MaxDepth {
		return nil, &Fault{Path: at.text, Message: fmt.Sprintf("is nested deeper than %d levels", MaxDepth)}
	}
	if delim == '{' {
		return d.object(at, depth)
	}
	return d.array(at, depth)
}

func (d *decoder) object(at path, depth int) (any, *Fault) {
	object := map[string]any{}
	for d.json.More() {
		token, err := d.json.Token()
		if err != nil {
			return nil, malformed(at, err)
		}
		key, isString := token.(string)
		if !isString {
			return nil, &Fault{Path: at.text, Message: "has a key that is not a string"}
		}
		if _, twice := object[key]; twice {
			return nil, &Fault{Path: at.key(key).text, Message: "is given twice"}
		}
		value, fault := d.value(at.key(key), depth+1)
		if fault != nil {
			return nil, fault
		}
		object[key] = value
	}
	if _, err := d.json.Token(); err != nil {
		return nil, malformed(at, err)
	}
	return object, nil
}

func (d *decoder) array(at path, depth int) (any, *Fault) {
	array := []any{}
	for d.json.More() {
		value, fault := d.value(at.index(len(array)), depth+1)
		if fault != nil {
			return nil, fault
		}
		array = append(array, value)
	}
	if _, err := d.json.Token(); err != nil {
		return nil, malformed(at, err)
	}
	return array, nil
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

func malformed(at path, err error) *Fault {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return &Fault{Path: at.text, Message: fmt.Sprintf("is not valid JSON at byte %d", syntax.Offset)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &Fault{Path: at.text, Message: "is not valid JSON: it ends too early"}
	default:
		return &Fault{Path: at.text, Message: "is not valid JSON"}
	}
}
