package kept

import (
	"bytes"
	"encoding/json"
	"maps"

	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

const (
	// memberTexts is the member of a kept request with the texts of values that would not come back from the kube-apiserver as they were
	// sent: it sorts the members of objects and rewrites some numbers.
	memberTexts  = "textsAsSent"
	memberLabels = "labels"
	// maxText is how many bytes such a text may have. Longer ones keep their meaning only.
	maxText = 64 << 10
)

// texts are texts of values, by name.
type texts struct {
	Members map[string]string `json:"members,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
}

// Names of the labels that hold secrets.
const (
	LabelAppKey  = "boot_volume_appkey"
	LabelVolumes = "extra_volumes"
	// MemberAppKey is the secret in each item of LabelVolumes.
	MemberAppKey = "volume_appkey"
)

// Keep returns what is kept of a request: the text of the body, which is the object. Members that are null are left out. Where a secret
// stood is an empty object.
func Keep(body []byte, object map[string]any) *runtime.RawExtension {
	kept := make(map[string]any, len(object))
	aside := texts{Members: map[string]string{}, Labels: map[string]string{}}
	for name, text := range membersOf(body) {
		value := object[name]
		switch labels, isObject := value.(map[string]any); {
		case value == nil:
		case name == memberLabels && isObject:
			kept[name] = keepLabels(text, labels, aside.Labels)
		case name == memberTexts:
			keepText(aside.Members, name, text)
		default:
			kept[name] = value
			keepText(aside.Members, name, text)
		}
	}
	if len(aside.Members)+len(aside.Labels) > 0 {
		kept[memberTexts] = aside
	}
	return &runtime.RawExtension{Raw: reply.Encode(kept)}
}

// keepLabels returns what is kept of labels.
func keepLabels(object []byte, labels map[string]any, aside map[string]string) map[string]any {
	kept := make(map[string]any, len(labels))
	for name, text := range membersOf(object) {
		value := labels[name]
		switch name {
		case fleetv1.UserScriptKey, fleetv1.UserScriptV2Key, LabelAppKey:
			if value != "" && value != nil {
				value, text = marker, nil
			}
		case LabelVolumes:
			value, text = keepVolumes(value, text)
		}
		if value != nil {
			kept[name] = value
			keepText(aside, name, text)
		}
	}
	return kept
}

// marker stands where a secret stood.
var marker = map[string]any{}

// keepVolumes takes the secrets out of volumes, which are an array or the text of one.
func keepVolumes(value any, text []byte) (any, []byte) {
	array := text
	quoted, isText := value.(string)
	if isText {
		array = []byte(quoted)
	}
	scrubbed, found := Items(array, func(name string, value []byte) []byte {
		if name == MemberAppKey && !bytes.Equal(value, []byte(`""`)) && !bytes.Equal(value, []byte("null")) {
			return []byte("{}")
		}
		return value
	})
	switch {
	case !found:
		return value, text
	case isText:
		return string(scrubbed), nil
	}
	return json.RawMessage(scrubbed), scrubbed
}

// Items rewrites the members of the objects in a JSON array: change returns the new value of a member, or nil to drop it. It tells
// whether anything changed; if nothing did, or the text is no array, the text comes back as it is.
func Items(array []byte, change func(name string, value []byte) []byte) (rewritten []byte, changed bool) {
	var items []json.RawMessage
	if json.Unmarshal(array, &items) != nil {
		return array, false
	}
	for i, item := range items {
		if len(item) == 0 || item[0] != '{' {
			continue
		}
		made := []byte("{")
		member.Each(item, func(name, raw, value []byte) bool {
			becomes := change(string(name), value)
			changed = changed || !bytes.Equal(becomes, value)
			if becomes != nil {
				if len(made) > 1 {
					made = append(made, ',')
				}
				made = append(append(append(made, raw...), ':'), becomes...)
			}
			return true
		})
		items[i] = append(made, '}')
	}
	if !changed {
		return array, false
	}
	return reply.Encode(items), true
}

// keepText keeps the text of a value if the kube-apiserver would give back another one.
func keepText(aside map[string]string, name string, text []byte) {
	if len(text) == 0 || text[0] == '"' && name != memberTexts {
		return
	}
	short := member.Compact(text)
	if len(short) <= maxText && (name == memberTexts || !bytes.Equal(short, member.Stored(short))) {
		aside[name] = string(short)
	}
}

// membersOf are the texts of the members of an object.
func membersOf(object []byte) map[string][]byte {
	found := map[string][]byte{}
	member.Each(object, func(name, _, value []byte) bool {
		found[string(name)] = value
		return true
	})
	return found
}

// With returns what is kept with another value of a member. Nil stands for nothing that is kept yet; it stays nil if what is kept cannot
// be read.
func With(kept *runtime.RawExtension, name string, value any) *runtime.RawExtension {
	members := map[string]json.RawMessage{}
	if kept != nil && json.Unmarshal(kept.Raw, &members) != nil {
		return kept
	}
	changed := maps.Clone(members)
	if changed == nil {
		changed = map[string]json.RawMessage{}
	}
	changed[name] = reply.Encode(value)
	return &runtime.RawExtension{Raw: reply.Encode(changed)}
}
