package cce

import (
	"encoding/json"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

const (
	// memberText is the member of a kept request that holds its values as text, where storing them would change their order or their
	// digits. No request has it: it is dropped from what is sent.
	memberText = "valuesAsSent"
	// maxText is how many bytes that text may have; longer values keep their meaning only.
	maxText = 64 << 10
	// pointerValues is where values stand in a request.
	pointerValues = "/spec/values"
)

// keep makes what is kept of a request: all of it, but for the values at the JSON pointers within its values, which are secret. The
// request must be without nulls.
func keep(request []byte, secrets []string) *runtime.RawExtension {
	kept := without(request, "", func(pointer string, _ []byte) bool {
		values, within := strings.CutPrefix(pointer, pointerValues)
		return pointer == "/"+memberText || within && slices.Contains(secrets, values)
	})
	kept = member.Compact(kept)
	values, _ := member.Find(kept, []string{"spec", "values"})
	if len(values) <= maxText && string(member.Stored(values)) != string(values) {
		// The request is an object with members.
		kept = append(kept[:len(kept)-1], ',')
		kept = append(kept, reply.Encode(memberText)...)
		kept = append(kept, ':')
		kept = append(kept, reply.Encode(string(values))...)
		kept = append(kept, '}')
	}
	return &runtime.RawExtension{Raw: kept}
}

// keptValues are the values of a kept request as they were sent; nil if there are none.
func keptValues(kept *runtime.RawExtension) []byte {
	if kept == nil {
		return nil
	}
	values, found := member.Find(kept.Raw, []string{"spec", "values"})
	if !found || !isObject(values) {
		return nil
	}
	stored := member.Stored(values)
	var text string
	if quoted, found := member.Find(kept.Raw, []string{memberText}); found && json.Unmarshal(quoted, &text) == nil {
		if sent := member.Stored([]byte(text)); sent != nil && string(sent) == string(stored) {
			return []byte(text)
		}
	}
	return stored
}

// keptAnnotations are the annotations of a kept request.
func keptAnnotations(kept *runtime.RawExtension) map[string]string {
	if kept == nil {
		return nil
	}
	text, found := member.Find(kept.Raw, []string{"metadata", "annotations"})
	var annotations map[string]string
	if !found || json.Unmarshal(text, &annotations) != nil || len(annotations) == 0 {
		return nil
	}
	return annotations
}
