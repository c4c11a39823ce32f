package kept

import (
	"bytes"
	"encoding/json"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/params"
)

// Document is a request that was kept. The zero Document is one that is empty.
type Document struct {
	// Members are those of the body but for the labels.
	Members map[string]Value
	// Labels are nil if there were none in the request.
	Labels map[string]Value
}

// Value is one value of a request.
type Value struct {
	// Any is the value, with numbers as json.Number.
	Any any
	// JSON is its text, without white space.
	JSON json.RawMessage
}

// Secret tells whether a secret stood here.
func (v Value) Secret() bool {
	object, ok := v.Any.(map[string]any)
	return ok && len(object) == 0
}

// Of returns the request that an object with these extensions was made by. What cannot be read counts as nothing.
func Of(extensions *fleetv1.Extensions) Document {
	if extensions == nil {
		return Document{}
	}
	return read(extensions.NKS)
}

func read(kept *runtime.RawExtension) Document {
	if kept == nil {
		return Document{}
	}
	members, faults := params.DecodeObject(kept.Raw, "")
	if len(faults) > 0 {
		return Document{}
	}
	var aside struct {
		Texts texts `json:"textsAsSent"`
	}
	if members[memberTexts] != nil && json.Unmarshal(kept.Raw, &aside) != nil {
		aside.Texts = texts{}
	}
	labels, hasLabels := members[memberLabels].(map[string]any)
	delete(members, memberTexts)
	if hasLabels {
		delete(members, memberLabels)
	}
	document := Document{Members: values(members, aside.Texts.Members)}
	if hasLabels {
		document.Labels = values(labels, aside.Texts.Labels)
	}
	if text, found := aside.Texts.Members[memberTexts]; found {
		if value, ok := Parse([]byte(text)); ok {
			document.Members[memberTexts] = value
		}
	}
	return document
}

// values are those of an object, as they were sent where that is known. A text that does not mean what is kept was overtaken: somebody
// edited the one and not the other.
func values(object map[string]any, texts map[string]string) map[string]Value {
	made := make(map[string]Value, len(object))
	for name, value := range object {
		made[name] = Value{Any: value, JSON: reply.Encode(value)}
		text, found := texts[name]
		if !found || !bytes.Equal(member.Stored([]byte(text)), member.Stored(made[name].JSON)) {
			continue
		}
		if sent, ok := Parse([]byte(text)); ok {
			made[name] = sent
		}
	}
	return made
}

// Parse is the value of a JSON text; false if it is none.
func Parse(text []byte) (Value, bool) {
	value, faults := params.Decode(text, "")
	return Value{Any: value, JSON: member.Compact(text)}, len(faults) == 0
}
