package search

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// isTime tells whether a text is an RFC 3339 time.
func isTime(text string) bool {
	_, ok := parseTime(text)
	return ok
}

// parseTime reads an RFC 3339 time, strictly: time.Parse takes hours of one digit and commas too.
func parseTime(text string) (time.Time, bool) {
	const shape = "0000-00-00T00:00:00"
	if !hasShape(text, shape) {
		return time.Time{}, false
	}
	zone := text[len(shape):]
	if fraction, ok := strings.CutPrefix(zone, "."); ok {
		length := leading(fraction, digits)
		if length == 0 {
			return time.Time{}, false
		}
		zone = fraction[length:]
	}
	if zone != "Z" && (len(zone) != len("+00:00") || !hasShape(zone, "+00:00") && !hasShape(zone, "-00:00")) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// hasShape tells whether a text begins like the shape, in which a 0 is any digit.
func hasShape(text, shape string) bool {
	if len(text) < len(shape) {
		return false
	}
	for i := range len(shape) {
		if shape[i] == '0' && '0' <= text[i] && text[i] <= '9' {
			continue
		}
		if shape[i] != text[i] || shape[i] == '0' {
			return false
		}
	}
	return true
}

// isNumber tells whether a text is a number: an optional sign, digits, and optionally a fraction and an exponent, as in JSON.
func isNumber(text string) bool {
	text = text[leading(text[:min(1, len(text))], "+-"):]
	whole := leading(text, digits)
	if whole == 0 {
		return false
	}
	text = text[whole:]
	if after, ok := strings.CutPrefix(text, "."); ok {
		fraction := leading(after, digits)
		if fraction == 0 {
			return false
		}
		text = after[fraction:]
	}
	if text == "" {
		return true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return false
	}
	text = text[1:]
	text = text[leading(text[:min(1, len(text))], "+-"):]
	return text != "" && leading(text, digits) == len(text)
}

// decimal is a number with all its digits: sign × 0.digits × 10^exponent. The digits begin and end with none that is zero; zero
// has no digits.
type decimal struct {
	sign     int
	digits   string
	exponent int64
}

// extreme stands for exponents that do not fit; numbers beyond it compare by their digits alone.
const extreme = 1 << 40

// parseDecimal reads a number; isNumber must hold.
func parseDecimal(text string) decimal {
	d := decimal{sign: 1}
	if text[0] == '-' {
		d.sign = -1
	}
	text = strings.TrimLeft(text, "+-")
	if mantissa := strings.IndexAny(text, "eE"); mantissa >= 0 {
		exponent, err := strconv.ParseInt(text[mantissa+1:], 10, 64)
		if err != nil || exponent > extreme || exponent < -extreme {
			exponent = extreme
			if text[mantissa+1] == '-' {
				exponent = -extreme
			}
		}
		d.exponent = exponent
		text = text[:mantissa]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	if fraction = strings.TrimRight(fraction, "0"); fraction == "" {
		d.exponent += int64(len(whole))
		d.digits = strings.TrimRight(whole, "0")
	} else {
		d.exponent += int64(len(whole))
		d.digits = whole + fraction
		significant := strings.TrimLeft(d.digits, "0")
		d.exponent -= int64(len(d.digits) - len(significant))
		d.digits = significant
	}
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// compare orders two numbers by their value.
func (d decimal) compare(other decimal) int {
	if d.sign != other.sign || d.sign == 0 {
		return cmp.Compare(d.sign, other.sign)
	}
	return d.sign * cmp.Or(cmp.Compare(d.exponent, other.exponent), strings.Compare(d.digits, other.digits))
}
