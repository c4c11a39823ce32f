package suite

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

// Mismatch is where an answer is not as wished, and why.
//
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
type Mismatch struct {
	Path, Message string
}

func (m Mismatch) String() string { return m.Path + ": " + m.Message }

// Forms of times.
var (
	// SecondsPattern is a time in UTC in whole seconds.
	SecondsPattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	// TimePattern is one with at most six digits of a fraction.
	TimePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$`)
)

// Match compares a value, or nothing where there is none, with a wish, and returns what differs.
func Match(path string, wish *yaml.Node, value any, present bool) []Mismatch {
	wrong := func(format string, args ...any) []Mismatch {
		return []Mismatch{{path, fmt.Sprintf(format, args...)}}
	}
	switch wish.Tag {
	case "!absent":
		if present {
			return wrong("is there: %s", Show(value))
		}
		return nil
	case "!not":
		if present && len(Match(path, untagged(wish), value, present)) == 0 {
			return wrong("is %s", Show(value))
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

func matchObject(path string, wish *yaml.Node, value any) []Mismatch {
	got, ok := value.(*Object)
	if !ok {
		return []Mismatch{{path, "is no object: " + Show(value)}}
	}
	var wrong []Mismatch
	var names []string
	for i := 0; i < len(wish.Content); i += 2 {
		name := wish.Content[i].Value
		names = append(names, name)
		member, present := got.Members[name]
		wrong = append(wrong, Match(path+"/"+name, wish.Content[i+1], member, present)...)
	}
	switch wish.Tag {
	case "!exact":
		if !slices.Equal(names, got.Keys) {
			wrong = append(wrong, Mismatch{path, fmt.Sprintf("has members %v, want %v", got.Keys, names)})
		}
	case "!only":
		for _, key := range got.Keys {
			if !slices.Contains(names, key) {
				wrong = append(wrong, Mismatch{path, "has a member " + key})
			}
		}
	}
	return wrong
}

func matchList(path string, wish *yaml.Node, value any) []Mismatch {
	got, ok := value.([]any)
	if !ok {
		return []Mismatch{{path, "is no list: " + Show(value)}}
	}
	if wish.Tag != "!contains" && len(got) != len(wish.Content) {
		return []Mismatch{{path, fmt.Sprintf("has %d items, want %d: %s", len(got), len(wish.Content), Show(value))}}
	}
	var wrong []Mismatch
	taken := make([]bool, len(got))
	for i, item := range wish.Content {
		if wish.Tag != "!set" && wish.Tag != "!contains" {
			wrong = append(wrong, Match(path+"/"+strconv.Itoa(i), item, got[i], true)...)
			continue
		}
		found := -1
		for j, candidate := range got {
			if !taken[j] && len(Match(path, item, candidate, true)) == 0 {
				found = j
				break
			}
		}
		if found < 0 {
			wrong = append(wrong, Mismatch{path, fmt.Sprintf("has no item like number %d of the wish: %s", i, Show(value))})
			continue
		}
		taken[found] = true
	}
	return wrong
}

func matchEach(path string, wish *yaml.Node, value any) []Mismatch {
	got, ok := value.([]any)
	if !ok {
		return []Mismatch{{path, "is no list: " + Show(value)}}
	}
	var wrong []Mismatch
	for i, item := range got {
		wrong = append(wrong, Match(path+"/"+strconv.Itoa(i), untagged(wish), item, true)...)
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
			return fmt.Sprintf("is %s, want a string like %s", Show(value), wish.Value)
		}
	case "!type":
		if got := TypeOf(value); got != wish.Value {
			return fmt.Sprintf("is %s, a %s, want a %s", Show(value), got, wish.Value)
		}
	case "!size":
		list, ok := value.([]any)
		if !ok || strconv.Itoa(len(list)) != wish.Value {
			return fmt.Sprintf("has %d items, want %s: %s", len(list), wish.Value, Show(value))
		}
	case "!seconds", "!time", "!now":
		return MatchTime(wish.Tag, text)
	default:
		if !equalScalar(wish, value) {
			return fmt.Sprintf("is %s, want %s", Show(value), wish.Value)
		}
	}
	return ""
}

// MatchTime compares a text with a wish for a time: !seconds, !time or !now. It returns what is wrong, or nothing.
func MatchTime(tag, text string) string {
	pattern := SecondsPattern
	if tag == "!time" {
		pattern = TimePattern
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

// TypeOf is the name of the type of a JSON value.
func TypeOf(value any) string {
	switch node := value.(type) {
	case *Object:
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
