package fields

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// Object reads the fields of a JSON object. It and the objects in it collect their faults together. A field that is at fault reads as
// absent.
type Object struct {
	values map[string]any
	path   string
	faults *[]Fault
}

// Read returns a reader of a decoded body, in which numbers are json.Number. A nil body has no fields.
func Read(body map[string]any) *Object {
	return &Object{values: body, faults: new([]Fault)}
}

// Fresh is a reader of the same object that knows of no faults yet, for rules that are checked more than once, such as those of a
// hub.Task's Plan.
func (o *Object) Fresh() *Object {
	return &Object{values: o.values, path: o.path, faults: new([]Fault)}
}

// Err returns all faults of the body as one *Error, or nil.
func (o *Object) Err() error { return Join(slices.Clone(*o.faults)...) }

// Has tells whether a field is there and not null.
func (o *Object) Has(name string) bool { return o.values[name] != nil }

// Value returns a field as it was decoded; nil if it is absent.
func (o *Object) Value(name string) any { return o.values[name] }

// Path is the path of a field in the body.
func (o *Object) Path(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "/" + name
}

// Refuse adds a fault (400) of a field; the message is in whole sentences. The value is quoted unless it is secret or no scalar.
func (o *Object) Refuse(name, format string, args ...any) {
	o.add(http.StatusBadRequest, name, fmt.Sprintf(format, args...))
}

// Clash adds a fault (409) of a field.
func (o *Object) Clash(name, format string, args ...any) {
	o.add(http.StatusConflict, name, fmt.Sprintf(format, args...))
}

// Add adds faults of no field of this object, or of fields elsewhere.
func (o *Object) Add(faults ...Fault) { *o.faults = append(*o.faults, faults...) }

func (o *Object) add(status int, name, message string) {
	o.Add(Fault{Status: status, Field: o.Path(name), Value: o.quoted(name), Message: message})
}

// missing adds a fault if a required field is absent, and tells whether there is anything to read.
func (o *Object) missing(name string, required bool) bool {
	if o.Has(name) {
		return false
	}
	if required {
		o.Refuse(name, "Value is required.")
	}
	return true
}

// blank is missing for fields that are no strings but may be sent as such.
func (o *Object) blank(name string, required bool) bool {
	if o.values[name] != "" {
		return o.missing(name, required)
	}
	if required {
		o.Refuse(name, "Value should not be empty.")
	}
	return true
}

// quoted is the text of a scalar, as clients are told what they sent.
func (o *Object) quoted(name string) *string {
	if Secret(name) {
		return nil
	}
	var text string
	switch v := o.values[name].(type) {
	case nil:
		text = "None"
	case string:
		text = v
	case json.Number:
		text = v.String()
	case bool:
		text = strconv.FormatBool(v)
	default:
		return nil
	}
	return &text
}

// Secret tells whether a field of this name holds, or may hold, what must not be shown. Arrays that were sent as text are among them:
// they may hold credentials.
func Secret(name string) bool {
	switch name {
	case "user_script", "user_script_v2", "boot_volume_appkey", "volume_appkey", "contents", "extra_volumes", "labels":
		return true
	}
	return false
}
