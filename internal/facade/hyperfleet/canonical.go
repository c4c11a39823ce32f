package hyperfleet

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// canonical is a decoded JSON value in a form in which equal values are equal bytes: members in order, numbers by value.
func canonical(value any) []byte { return reply.Encode(canonicalValue(value)) }

func canonicalValue(value any) any {
	switch v := value.(type) {
	case map[string]any:
		made := make(map[string]any, len(v))
		for name, member := range v {
			made[name] = canonicalValue(member)
		}
		return made
	case []any:
		made := make([]any, len(v))
		for i := range v {
			made[i] = canonicalValue(v[i])
		}
		return made
	case json.Number:
		return canonicalNumber(v)
	default:
		return value
	}
}

// canonicalNumber is a number as digits without zeros at the ends, and an exponent.
func canonicalNumber(number json.Number) json.Number {
	text, negative := strings.CutPrefix(number.String(), "-")
	exponent := 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		// The exponent is a small number: others are refused when the body is read.
		exponent, _ = strconv.Atoi(strings.TrimPrefix(text[at+1:], "+"))
		text = text[:at]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent -= len(fraction)
	trimmed := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(trimmed)
	switch {
	case trimmed == "":
		return "0"
	case negative:
		trimmed = "-" + trimmed
	}
	return json.Number(trimmed + "e" + strconv.Itoa(exponent))
}
