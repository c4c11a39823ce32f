package hyperfleet

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/member"
)

// projection says which members of an object to show: each whole, where nothing stands below it, else only what is named below
// it. The nil projection shows everything.
type projection map[string]projection

// members are the names that fields may hold.
type members struct {
	// always is the member that is shown in any case.
	always string
	// names holds for each member how to read what follows it after a dot; nil if nothing may.
	names map[string]func(rest string) (path []string, ok bool)
}

// membersOf returns the members of objects of a kind.
func membersOf(kind string) members {
	if kind == fleetv1.KindNodePool {
		return nodePoolMembers
	}
	return clusterMembers
}

var (
	clusterMembers  = objectMembers(false)
	nodePoolMembers = objectMembers(true)
	// statusMembers are those that the contract names for adapter statuses; the other members are not offered.
	statusMembers = members{always: "adapter", names: map[string]func(string) ([]string, bool){
		"adapter": nil, "observed_generation": nil, "created_time": nil, "last_report_time": nil,
	}}
)

// objectMembers are those of a cluster or a node pool.
func objectMembers(owned bool) members {
	m := members{always: "id", names: map[string]func(string) ([]string, bool){
		"kind": nil, "id": nil, "href": nil, "name": nil, "generation": nil,
		"created_time": nil, "updated_time": nil, "created_by": nil, "updated_by": nil, "deleted_time": nil, "deleted_by": nil,
		"spec": specPath, "labels": labelPath, "status": oneOf("conditions"),
	}}
	if owned {
		m.names["owner_references"] = oneOf("kind", "id", "href")
	}
	return m
}

// oneOf reads one of the names.
func oneOf(names ...string) func(string) ([]string, bool) {
	return func(rest string) ([]string, bool) { return []string{rest}, slices.Contains(names, rest) }
}

// Letters of names in queries.
const (
	specLetters  = letters + "_-"
	labelLetters = letters + "._/-"
)

// labelPath reads the key of a label, dots and all.
func labelPath(key string) ([]string, bool) {
	return []string{key}, key != "" && strings.Trim(key, labelLetters) == ""
}

// specPath reads a path into the spec: keys joined by dots.
func specPath(text string) ([]string, bool) {
	path := strings.Split(text, ".")
	for _, key := range path {
		if key == "" || strings.Trim(key, specLetters) != "" {
			return nil, false
		}
	}
	return path, true
}

// parseFields reads fields: names of members, joined by commas. It returns all that are unknown.
func parseFields(known members, values url.Values) (projection, []fault) {
	text := values.Get(paramFields)
	if text == "" {
		return nil, nil
	}
	p := projection{known.always: nil}
	var faults []fault
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		path, ok := known.path(item)
		if !ok {
			faults = append(faults, fault{Field: paramFields, Constraint: "unknown", Message: "no such member: " + clip(item), Value: clip(item)})
			continue
		}
		p.add(path)
	}
	return p, faults
}

// path reads the name of a member.
func (m members) path(text string) ([]string, bool) {
	name, rest, dotted := strings.Cut(text, ".")
	below, known := m.names[name]
	switch {
	case !known || dotted && below == nil:
		return nil, false
	case !dotted:
		return []string{name}, true
	}
	path, ok := below(rest)
	return append([]string{name}, path...), ok
}

// add adds what stands at a path. What is shown whole stays whole.
func (p projection) add(path []string) {
	for i, name := range path {
		below, there := p[name]
		switch {
		case there && below == nil:
			return
		case i == len(path)-1:
			p[name] = nil
		case !there:
			below = projection{}
			p[name] = below
		}
		p = below
	}
}

// of returns the part of an encoded object that is shown, its members in their order. What the object has not is left out, and
// so is what would be empty only because of that.
func (p projection) of(object []byte) []byte {
	if p == nil {
		return object
	}
	part, _ := p.appendTo(nil, object)
	return part
}

// appendTo appends the part of an object that is shown, and tells whether there is any.
func (p projection) appendTo(part, object []byte) ([]byte, bool) {
	part = append(part, '{')
	begin := len(part)
	member.Each(object, func(name, raw, value []byte) bool {
		below, shown := p[string(name)]
		if !shown {
			return true
		}
		end := len(part)
		if end > begin {
			part = append(part, ',')
		}
		part = append(append(part, raw...), ':')
		if below == nil {
			part = append(part, value...)
		} else if extended, any := below.appendTo(part, value); any {
			part = extended
		} else {
			part = part[:end]
		}
		return true
	})
	return append(part, '}'), len(part) > begin
}

// clip shortens a text that a client sent, for an answer.
func clip(text string) string {
	const most = 64
	if runes := []rune(text); len(runes) > most {
		return fmt.Sprintf("%s…", string(runes[:most]))
	}
	return text
}
