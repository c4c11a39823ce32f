package member

import (
	"bytes"
	"encoding/json"

	kjson "sigs.k8s.io/json"

	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// Compact is a JSON text without white space between its tokens. What is no JSON comes back as it is.
func Compact(text []byte) []byte {
	var buffer bytes.Buffer
	if json.Compact(&buffer, text) != nil {
		return text
	}
	return buffer.Bytes()
}

// Stored is a JSON text as it is after the kube-apiserver stored it: members in order, numbers in the form that Go gives them. It is nil
// for what cannot be stored.
func Stored(text []byte) []byte {
	var value any
	if kjson.UnmarshalCaseSensitivePreserveInts(text, &value) != nil {
		return nil
	}
	return reply.Encode(value)
}
