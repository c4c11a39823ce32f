package params

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// mapped puts the params, and the constants, where the mapping says, into a copy of the fixed values.
func (e Effective) mapped(mapping []fleetv1.ParamMapping, fixed map[string]any) (map[string]any, []Fault) {
	values, _ := clone(fixed).(map[string]any)
	var faults []Fault
	for i, m := range mapping {
		rule := path{text: "paramMapping"}.index(i)
		value, given, fault := e.source(m, rule)
		if fault != nil {
			faults = append(faults, *fault)
			continue
		}
		if !given {
			continue
		}
		tokens, err := pointer(m.Value)
		if err == nil {
			err = put(values, tokens, clone(value))
		}
		if err != nil {
			faults = append(faults, Fault{Path: rule.key("value").text, Message: err.Error()})
		}
	}
	return values, sorted(faults)
}

// source returns the value that one rule of the mapping puts into place, and whether there is one.
func (e Effective) source(m fleetv1.ParamMapping, rule path) (any, bool, *Fault) {
	if m.Constant != nil {
		return raw(m.Constant, rule.key("constant"))
	}
	tokens, err := pointer(m.Param)
	if err != nil {
		return nil, false, &Fault{Path: rule.key("param").text, Message: err.Error()}
	}
	value, given := lookup(any(e.Params), tokens)
	if !given {
		if m.Default == nil {
			return nil, false, nil
		}
		return raw(m.Default, rule.key("default"))
	}
	converted, ok := convert(value, m.Type)
	if ok {
		return converted, true, nil
	}
	message := "cannot be taken as " + m.Type
	if quoted := quoteScalar(value); quoted != "" && !e.from.hidden(tokens) && !e.schema.secret(tokens) {
		message += ": " + quoted
	}
	return nil, false, &Fault{Path: e.from.locate(tokens).text, Message: message}
}

func raw(document *runtime.RawExtension, at path) (any, bool, *Fault) {
	value, faults := Decode(document.Raw, at.text)
	if len(faults) > 0 {
		return nil, false, &faults[0]
	}
	return value, true, nil
}

// convert takes a value as the type that a mapping names. Only conversions that lose nothing are made.
func convert(value any, to string) (any, bool) {
	switch to {
	case "":
		return value, true
	case "string":
		switch v := value.(type) {
		case string:
			return v, true
		case json.Number:
			return v.String(), true
		case bool:
			return strconv.FormatBool(v), true
		}
	case "boolean":
		switch v := value.(type) {
		case bool:
			return v, true
		case string:
			if v == "true" || v == "false" {
				return v == "true", true
			}
		}
	case "number", "integer":
		return number(value, to == "integer")
	}
	return nil, false
}

func number(value any, whole bool) (any, bool) {
	var text string
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = strings.TrimSpace(v)
	default:
		return nil, false
	}
	if !moderate(json.Number(text)) || !json.Valid([]byte(text)) {
		return nil, false
	}
	exact, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false
	}
	if !whole {
		return json.Number(text), true
	}
	if !exact.IsInt() || !exact.Num().IsInt64() {
		return nil, false
	}
	return json.Number(exact.Num().String()), true
}

// put sets the value that a pointer's tokens lead to. Objects on the way are created; in an array a token is the index of
// an element, or - or the length for a new one at the end.
func put(object map[string]any, tokens []string, value any) error {
	if len(tokens) == 0 {
		return fmt.Errorf("an empty pointer has no place in the values")
	}
	var holder any = object
	replace := func(any) {}
	for i, token := range tokens {
		last := i == len(tokens)-1
		switch h := holder.(type) {
		case map[string]any:
			if last {
				h[token] = value
				return nil
			}
			if h[token] == nil {
				h[token] = map[string]any{}
			}
			holder, replace = h[token], func(grown any) { h[token] = grown }
		case []any:
			index, err := element(h, token)
			if err != nil {
				return err
			}
			if index == len(h) {
				h = append(slices.Clip(h), map[string]any{})
				replace(h)
			}
			if last {
				h[index] = value
				return nil
			}
			holder, replace = h[index], func(grown any) { h[index] = grown }
		default:
			return fmt.Errorf("/%s is neither an object nor an array, so that nothing can be put below it", strings.Join(tokens[:i], "/"))
		}
	}
	return nil
}

func element(array []any, token string) (int, error) {
	if token == "-" {
		return len(array), nil
	}
	index, err := strconv.Atoi(token)
	if err != nil || index < 0 || index > len(array) {
		return 0, fmt.Errorf("%q is not the index of one of the array's %d elements, nor of the next one", token, len(array))
	}
	return index, nil
}
