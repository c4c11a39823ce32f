package hub

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"unicode/utf16"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/slipway-dev/slipway/internal/params"
)

// parameters returns a JSON object as spec.parameters hold it. What the kube-apiserver would change on the way is refused: it
// keeps numbers as int64 or float64, and text as Unicode.
func parameters(raw []byte) (*runtime.RawExtension, error) {
	if raw == nil {
		return nil, nil
	}
	const at = "spec.parameters"
	object, faults := params.DecodeObject(raw, at)
	if len(faults) > 0 {
		return nil, broken(faults)
	}
	if halfSurrogate(raw) {
		return nil, broken([]params.Fault{{Path: at, Message: "holds half of a surrogate pair, which is no character"}})
	}
	if faults := inexact(object, at, nil); len(faults) > 0 {
		return nil, broken(faults)
	}
	return &runtime.RawExtension{Raw: raw}, nil
}

// inexact returns the numbers in a decoded document that would not come back as they were sent.
func inexact(value any, at string, faults []params.Fault) []params.Fault {
	switch v := value.(type) {
	case map[string]any:
		for key, member := range v {
			faults = inexact(member, params.Member(at, key), faults)
		}
	case []any:
		for i, element := range v {
			faults = inexact(element, fmt.Sprintf("%s[%d]", at, i), faults)
		}
	case json.Number:
		if !exact(v) {
			faults = append(faults, params.Fault{Path: at, Message: "is a number that cannot be kept exactly; send it as a string"})
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
	sent, ok := new(big.Rat).SetString(n.String())
	if !ok {
		return false
	}
	kept, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	return ok && sent.Cmp(kept) == 0
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
