package hyperfleet

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// A wish for a JSON value is a YAML value. A mapping wishes for those members, whatever else there is; a sequence for those
// items in that order and no more; a scalar for an equal value. A tag makes something else of it:
//
//	!exact {…}     those members in that order, and no others
//	!only {…}      those members in any order, and no others
//	!set […]       those items in any order, and no others
//	!contains […]  those items among others
//	!each wish     every item
//	!size n        as many items
//	!re pattern    a string that matches
//	!type name     object, array, string, integer, boolean or null
//	!not wish      anything else, also nothing
//	!absent ""     nothing
//	!any ""        anything that is there
//	!seconds ""    a time in UTC in whole seconds
//	!time ""       a time in UTC with at most six digits of a fraction
//	!now ""        the first of these, within five minutes of the clock
type mismatch struct {
	path, message string
}

func (m mismatch) String() string { return m.path + ": " + m.message }

var (
	secondsPattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	timePattern    = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$`)
)

// match compares a value, or nothing where there is none, with a wish, and returns what differs.
func match(path string, wish *yaml.Node, value any, present bool) []mismatch {
	wrong := func(format string, args ...any) []mismatch {
		return []mismatch{{path, fmt.Sprintf(format, args...)}}
	}
	switch wish.Tag {
	case "!absent":
		if present {
			return wrong("is there: %s", show(value))
		}
		return nil
	case "!not":
		if present && len(match(path, untagged(wish), value, present)) == 0 {
			return wrong("is %s", show(value))
		}
		return nil
	}
	if !present {
		return wrong("is missing")
	}
	if wish.Tag == "!each" {
		return matchEach(path, wish, value)
	}
	switch wish.Kind {
	case yaml.MappingNode:
		return matchObject(path, wish, value)
	case yaml.SequenceNode:
		return matchList(path, wish, value)
	default:
		if message := matchScalar(wish, value); message != "" {
			return wrong("%s", message)
		}
		return nil
	}
}

// untagged is the wish without its tag of ours.
func untagged(wish *yaml.Node) *yaml.Node {
	plain := *wish
	plain.Tag = ""
	if plain.Kind == yaml.ScalarNode {
		plain.Style = 0
		plain.Tag = plain.ShortTag()
	}
	return &plain
}

func matchObject(path string, wish *yaml.Node, value any) []mismatch {
	got, ok := value.(*object)
	if !ok {
		return []mismatch{{path, "is no object: " + show(value)}}
	}
	var wrong []mismatch
	var names []string
	for i := 0; i < len(wish.Content); i += 2 {
		name := wish.Content[i].Value
		names = append(names, name)
		member, present := got.members[name]
		wrong = append(wrong, match(path+"/"+name, wish.Content[i+1], member, present)...)
	}
	switch wish.Tag {
	case "!exact":
		if !slices.Equal(names, got.keys) {
			wrong = append(wrong, mismatch{path, fmt.Sprintf("has members %v, want %v", got.keys, names)})
		}
	case "!only":
		for _, key := range got.keys {
			if !slices.Contains(names, key) {
				wrong = append(wrong, mismatch{path, "has a member " + key})
			}
		}
	}
	return wrong
}

func matchList(path string, wish *yaml.Node, value any) []mismatch {
	got, ok := value.([]any)
	if !ok {
		return []mismatch{{path, "is no list: " + show(value)}}
	}
	if wish.Tag != "!contains" && len(got) != len(wish.Content) {
		return []mismatch{{path, fmt.Sprintf("has %d items, want %d: %s", len(got), len(wish.Content), show(value))}}
	}
	var wrong []mismatch
	taken := make([]bool, len(got))
	for i, item := range wish.Content {
		if wish.Tag != "!set" && wish.Tag != "!contains" {
			wrong = append(wrong, match(path+"/"+strconv.Itoa(i), item, got[i], true)...)
			continue
		}
		found := -1
		for j, candidate := range got {
			if !taken[j] && len(match(path, item, candidate, true)) == 0 {
				found = j
				break
			}
		}
		if found < 0 {
			wrong = append(wrong, mismatch{path, fmt.Sprintf("has no item like number %d of the wish: %s", i, show(value))})
			continue
		}
		taken[found] = true
	}
	return wrong
}

func matchEach(path string, wish *yaml.Node, value any) []mismatch {
	got, ok := value.([]any)
	if !ok {
		return []mismatch{{path, "is no list: " + show(value)}}
	}
	var wrong []mismatch
	for i, item := range got {
		wrong = append(wrong, match(path+"/"+strconv.Itoa(i), untagged(wish), item, true)...)
	}
	return wrong
}

// matchScalar returns what is wrong, or nothing.
func matchScalar(wish *yaml.Node, value any) string {
	text, isText := value.(string)
	switch wish.Tag {
	case "!any":
		return ""
	case "!re":
		if !isText || !regexp.MustCompile(wish.Value).MatchString(text) {
			return fmt.Sprintf("is %s, want a string like %s", show(value), wish.Value)
		}
	case "!type":
		if got := typeOf(value); got != wish.Value {
			return fmt.Sprintf("is %s, a %s, want a %s", show(value), got, wish.Value)
		}
	case "!size":
		list, ok := value.([]any)
		if !ok || strconv.Itoa(len(list)) != wish.Value {
			return fmt.Sprintf("has %d items, want %s: %s", len(list), wish.Value, show(value))
		}
	case "!seconds", "!time", "!now":
		return matchTime(wish.Tag, text)
	default:
		if !equalScalar(wish, value) {
			return fmt.Sprintf("is %s, want %s", show(value), wish.Value)
		}
	}
	return ""
}

func matchTime(tag, text string) string {
	pattern := secondsPattern
	if tag == "!time" {
		pattern = timePattern
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || !pattern.MatchString(text) {
		return fmt.Sprintf("is %q, no time in the form of %s", text, tag)
	}
	if away := time.Since(at).Abs(); tag == "!now" && away > 5*time.Minute {
		return fmt.Sprintf("is %s, which is %s away", text, away)
	}
	return ""
}

func typeOf(value any) string {
	switch node := value.(type) {
	case *object:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case json.Number:
		if _, err := node.Int64(); err == nil {
			return "integer"
		}
		return "number"
	default:
		return "null"
	}
}

func equalScalar(wish *yaml.Node, value any) bool {
	switch wish.ShortTag() {
	case "!!null":
		return value == nil
	case "!!bool":
		return value == (wish.Value == "true")
	case "!!int", "!!float":
		number, ok := value.(json.Number)
		if !ok {
			return false
		}
		want, okWant := new(big.Rat).SetString(wish.Value)
		got, okGot := new(big.Rat).SetString(number.String())
		return okWant && okGot && want.Cmp(got) == 0
	default:
		return value == wish.Value
	}
}
