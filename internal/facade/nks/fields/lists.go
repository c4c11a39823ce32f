package fields

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-dev/slipway/internal/params"
)

// List is what a list of strings must be.
type List struct {
	// Required lists must be there and have an item.
	Required bool
	// Separator is what separates the items of one string; empty for a JSON array of strings.
	Separator string
	// Distinct items are not given twice.
	Distinct bool
}

// List reads a list of strings, none of which may be empty. An absent list is nil, an empty one is not.
func (o *Object) List(name string, rule List) []string {
	var items []string
	if rule.Separator != "" {
		text := o.Text(name, Text{Required: rule.Required})
		if text == "" {
			return nil
		}
		items = strings.Split(text, rule.Separator)
	} else if items = o.strings(name, rule.Required); items == nil {
		return nil
	}
	if slices.Contains(items, "") {
		o.Refuse(name, "The list should not have empty items.")
		return nil
	}
	if rule.Distinct {
		if twice := repeated(items); twice != "" {
			o.Refuse(name, "%s is given twice.", shortened(twice))
			return nil
		}
	}
	return items
}

// strings reads a JSON array of strings.
func (o *Object) strings(name string, required bool) []string {
	if o.missing(name, required) {
		return nil
	}
	array, ok := o.values[name].([]any)
	items := make([]string, 0, len(array))
	for _, value := range array {
		item, isText := value.(string)
		ok = ok && isText
		items = append(items, item)
	}
	switch {
	case !ok:
		o.Refuse(name, "Value should be a list of strings.")
		return nil
	case required && len(items) == 0:
		o.Refuse(name, "The list should not be empty.")
		return nil
	}
	return items
}

func repeated(items []string) string {
	seen := make(map[string]bool, len(items))
	for _, item := range items {
		if seen[item] {
			return item
		}
		seen[item] = true
	}
	return ""
}

// Object reads an object. If it is absent or at fault, the result is nil.
func (o *Object) Object(name string, required bool) *Object {
	if o.missing(name, required) {
		return nil
	}
	values, ok := o.values[name].(map[string]any)
	if !ok {
		o.Refuse(name, "Value should be an object.")
		return nil
	}
	return &Object{values: values, path: o.Path(name), faults: o.faults}
}

// Objects is what a list of objects must be.
type Objects struct {
	// Required lists must be there and have an item.
	Required bool
	// AsText tells that the array may also be sent as a string that holds its JSON.
	AsText bool
}

// Objects reads an array of objects. If it is absent or at fault, the result is nil.
func (o *Object) Objects(name string, rule Objects) []*Object {
	read := o.missing
	if rule.AsText {
		read = o.blank
	}
	if read(name, rule.Required) {
		return nil
	}
	array, ok := o.array(name, rule.AsText)
	switch {
	case !ok:
		o.Refuse(name, "Value should be a list of objects.")
		return nil
	case rule.Required && len(array) == 0:
		o.Refuse(name, "The list should not be empty.")
		return nil
	}
	items := make([]*Object, 0, len(array))
	for i, value := range array {
		values, ok := value.(map[string]any)
		path := o.Path(name) + "/" + strconv.Itoa(i)
		if !ok {
			o.Add(Fault{Status: http.StatusBadRequest, Field: path, Message: "Value should be an object."})
			continue
		}
		items = append(items, &Object{values: values, path: path, faults: o.faults})
	}
	return items
}

// array is the array that a field is, or holds as text.
func (o *Object) array(name string, asText bool) ([]any, bool) {
	value := o.values[name]
	if text, isText := value.(string); isText && asText {
		decoded, faults := params.Decode([]byte(text), name)
		if len(faults) > 0 {
			return nil, false
		}
		value = decoded
	}
	array, ok := value.([]any)
	return array, ok
}
