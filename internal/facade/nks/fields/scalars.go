package fields

import (
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Text is what a string must be.
type Text struct {
	// Required fields must be there, and not be empty unless Empty is set.
	Required, Empty bool
	// Max is how many bytes it may have; zero for any number.
	Max int
	// OneOf are the values that it may have; none for any.
	OneOf []string
	// Form is what it must look like, and Says the sentence that tells so.
	Form *regexp.Regexp
	Says string
}

// Text reads a string. Absent ones are empty.
func (o *Object) Text(name string, rule Text) string {
	if o.missing(name, rule.Required) {
		return ""
	}
	text, ok := o.values[name].(string)
	if !ok {
		o.Refuse(name, "Value should be a string.")
		return ""
	}
	switch {
	case text == "":
		if rule.Required && !rule.Empty {
			o.Refuse(name, "Value should not be empty.")
		}
		return ""
	case rule.Max > 0 && len(text) > rule.Max:
		o.Refuse(name, "Value should have at most %d bytes.", rule.Max)
	case len(rule.OneOf) > 0 && !slices.Contains(rule.OneOf, text):
		o.Refuse(name, "%s", choice(rule.OneOf))
	case rule.Form != nil && !rule.Form.MatchString(text):
		o.Refuse(name, "%s", rule.Says)
	default:
		return text
	}
	return ""
}

func choice(values []string) string {
	if len(values) == 1 {
		return fmt.Sprintf("Value should be %s.", values[0])
	}
	return fmt.Sprintf("Value should be one of: %s.", strings.Join(values, ", "))
}

// Integer is what an integer must be.
type Integer struct {
	// Required fields must be there.
	Required bool
	// Min and Max bound it. Max is zero where nothing does.
	Min, Max int32
}

// Integer reads an integer, a JSON number or a string of digits.
func (o *Object) Integer(name string, rule Integer) *int32 {
	if o.blank(name, rule.Required) {
		return nil
	}
	number, ok := ParseInteger(o.values[name])
	if !ok {
		o.Refuse(name, "Value should be an integer.")
		return nil
	}
	upper := rule.Max
	if upper == 0 {
		upper = math.MaxInt32
	}
	switch {
	case number >= int64(rule.Min) && number <= int64(upper):
		read := int32(number)
		return &read
	case rule.Max == 0:
		o.Refuse(name, "Value should be at least %d.", rule.Min)
	default:
		o.Refuse(name, "Value should be between %d and %d.", rule.Min, rule.Max)
	}
	return nil
}

var digits = regexp.MustCompile(`^-?[0-9]+$`)

// ParseInteger is the integer that a JSON number or a string of digits stands for. A number with a fraction or an exponent is none: where
// its text is given back as a string, the client could not send that again. What is too large counts as the largest.
func ParseInteger(value any) (int64, bool) {
	var text string
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	}
	if !digits.MatchString(text) {
		return 0, false
	}
	// Beyond the range it is the bound of the range.
	number, _ := strconv.ParseInt(text, 10, 64)
	return number, true
}

// Bool reads a boolean: true or false, also as a string in any case.
func (o *Object) Bool(name string, required bool) *bool {
	if o.blank(name, required) {
		return nil
	}
	truth, ok := ParseBool(o.values[name])
	if !ok {
		o.Refuse(name, "Value should be true or false.")
		return nil
	}
	return &truth
}

// ParseBool is the boolean that a JSON value stands for.
func ParseBool(value any) (truth, ok bool) {
	switch v := value.(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(v) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return false, false
}

// CIDR reads an IPv4 network of at most /24: host bits may be set. The zero prefix stands for none.
func (o *Object) CIDR(name string, required bool) netip.Prefix {
	text := o.Text(name, Text{Required: required})
	if text == "" {
		return netip.Prefix{}
	}
	network, err := netip.ParsePrefix(text)
	switch {
	case err != nil || !network.Addr().Is4():
		o.Refuse(name, "Value should be an IPv4 CIDR, for example 10.100.0.0/16.")
	case network.Bits() > maxPrefix:
		o.Refuse(name, "The prefix should be at most /%d.", maxPrefix)
	default:
		return network
	}
	return netip.Prefix{}
}

// maxPrefix is the longest prefix of a network of pods or Services.
const maxPrefix = 24

// Address reads an IPv4 or IPv6 address or CIDR as it was written. Host bits may be set.
func (o *Object) Address(name string) string {
	text := o.Text(name, Text{Required: true})
	if text == "" {
		return ""
	}
	address, err := netip.ParseAddr(text)
	if network, notNetwork := netip.ParsePrefix(text); notNetwork == nil {
		address, err = network.Addr(), nil
	}
	if err != nil || address.Zone() != "" || address.Is4In6() {
		o.Refuse(name, "Value should be an IPv4 or IPv6 address or CIDR.")
		return ""
	}
	return text
}
