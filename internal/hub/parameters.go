package hub

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
)

// parameters returns a JSON object as spec.parameters hold it.
func parameters(raw []byte) (*runtime.RawExtension, error) {
	if raw == nil {
		return nil, nil
	}
	object, faults := keepable(raw, "spec.parameters")
	if len(faults) > 0 {
		return nil, broken(faults)
	}
	if len(object) == 0 {
		raw = []byte("{}") // also for what stands for it: null, and nothing at all
	}
	return &runtime.RawExtension{Raw: raw}, nil
}

// ownWords checks what an adapter says in its own words.
func ownWords(report *fleetv1.Report) error {
	var faults []params.Fault
	for _, words := range []struct {
		at  string
		raw *runtime.RawExtension
	}{{"report.data", report.Data}, {"report.metadata", report.Metadata}} {
		if words.raw != nil {
			_, found := keepable(words.raw.Raw, words.at)
			faults = append(faults, found...)
		}
	}
	if len(faults) > 0 {
		return broken(faults)
	}
	return nil
}

// keepable decodes a JSON object. What the kube-apiserver would change on the way is a fault: it keeps numbers as int64 or
// float64, and text as Unicode.
func keepable(raw []byte, at string) (map[string]any, []params.Fault) {
	object, faults := params.DecodeObject(raw, at)
	if len(faults) > 0 {
		return nil, faults
	}
	if halfSurrogate(raw) {
		return nil, []params.Fault{{Path: at, Message: "holds half of a surrogate pair, which is no character"}}
	}
	faults = inexact(object, at, nil, nil)
	slices.SortFunc(faults, func(a, b params.Fault) int { return strings.Compare(a.Path, b.Path) })
	return object, faults
}

// maxInexact is how many numbers are complained about at once.
const maxInexact = 100

// spot is where a value stands in a document. Only for what is wrong it is made a path.
type spot struct {
	in    *spot
	key   string
	index int
	array bool
}

func (p *spot) path(root string) string {
	switch {
	case p == nil:
		return root
	case p.array:
		return fmt.Sprintf("%s[%d]", p.in.path(root), p.index)
	default:
		return params.Member(p.in.path(root), p.key)
	}
}

// inexact returns the numbers in a decoded document that would not come back as they were sent.
func inexact(value any, root string, at *spot, faults []params.Fault) []params.Fault {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			faults = inexact(member, root, &spot{in: at, key: key}, faults)
		}
	case []any:
		for i, element := range v {
			faults = inexact(element, root, &spot{in: at, index: i, array: true}, faults)
		}
	case json.Number:
		if len(faults) < maxInexact && !exact(v) {
			faults = append(faults, params.Fault{
				Path: at.path(root), Message: "is a number that cannot be kept exactly; send it as a string",
			})
		}
	}
	return faults
}

// exact tells whether a number is the same after it was an int64, or else a float64 that is written as shortly as can be.
func exact(n json.Number) bool {
	if _, err := n.Int64(); err == nil {
		return true
	}
	f, err := n.Float64()
	if err != nil {
		return false
	}
	sent, sentOK := decimalOf(n.String())
	kept, keptOK := decimalOf(strconv.FormatFloat(f, 'e', -1, 64))
	return sentOK && keptOK && sent == kept
}

// decimal is a number by its digits, without zeros at the ends, and the power of ten of the last of them.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// decimalOf takes a JSON number apart, without computing with it: its exponent may be large.
func decimalOf(text string) (decimal, bool) {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(text[at+1:])
		if err != nil {
			return decimal{}, false
		}
		text, d.exponent = text[:at], exponent
	}
	whole, fraction, _ := strings.Cut(text, ".")
	d.exponent -= len(fraction)
	significant := strings.TrimRight(whole+fraction, "0")
	d.exponent += len(whole) + len(fraction) - len(significant)
	d.digits = strings.TrimLeft(significant, "0")
	if d.digits == "" {
		return decimal{}, true
	}
	return d, true
}

// halfSurrogate tells whether a JSON text escapes one half of a surrogate pair without the other. Decoders replace it.
func halfSurrogate(raw []byte) bool {
	for i := 0; i < len(raw)-1; i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		first, escaped := unicodeEscape(raw, i-1)
		if !escaped || !utf16.IsSurrogate(first) {
			continue
		}
		second, escaped := unicodeEscape(raw, i+5)
		if !escaped || utf16.DecodeRune(first, second) == '�' {
			return true
		}
		i += 10
	}
	return false
}

// unicodeEscape reads \uXXXX at a position.
func unicodeEscape(raw []byte, at int) (rune, bool) {
	const length = 6
	if at+length > len(raw) || raw[at] != '\\' || raw[at+1] != 'u' {
		return 0, false
	}
	code, err := strconv.ParseUint(string(raw[at+2:at+length]), 16, 16)
	return rune(code), err == nil
}
