package cce

import (
	"bytes"
	"strings"

	"github.com/slipway-dev/slipway/internal/facade/member"
)

// What is done with JSON as text, so that what a client sent goes out in its order and with its digits. All functions want text that
// was checked; white space between the tokens does not count.

// objectText writes a JSON object.
type objectText struct{ bytes.Buffer }

// add adds a member, given its name as it stands in JSON.
func (o *objectText) add(name, value []byte) {
	if o.Len() == 0 {
		o.WriteByte('{')
	} else {
		o.WriteByte(',')
	}
	o.Write(name)
	o.WriteByte(':')
	o.Write(value)
}

// end returns the object.
func (o *objectText) end() []byte {
	if o.Len() == 0 {
		return []byte("{}")
	}
	o.WriteByte('}')
	return o.Bytes()
}

// isObject tells whether a JSON value is an object.
func isObject(value []byte) bool {
	value = bytes.TrimLeft(value, " \t\r\n")
	return len(value) > 0 && value[0] == '{'
}

// without returns an object without the members that drop names, at any depth of objects. A member is named by its JSON pointer.
func without(object []byte, at string, drop func(pointer string, value []byte) bool) []byte {
	var kept objectText
	member.Each(object, func(name, raw, value []byte) bool {
		pointer := at + "/" + escapePointer.Replace(string(name))
		switch {
		case drop(pointer, value):
		case isObject(value):
			kept.add(raw, without(value, pointer, drop))
		default:
			kept.add(raw, value)
		}
		return true
	})
	return kept.end()
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// withoutNulls returns an object without its members that are null, which count as absent.
func withoutNulls(object []byte) []byte {
	return without(object, "", func(_ string, value []byte) bool { return string(value) == "null" })
}
