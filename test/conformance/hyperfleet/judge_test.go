//go:build e2e

package hyperfleet

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// judge compares an answer with the wishes of a step.
func (p *performance) judge(s step, a *answer) ([]mismatch, error) {
	wrong := always(a, s.Problem)
	if s.Status != 0 && a.status != s.Status && a.status/100 != s.Status {
		wrong = append(wrong, mismatch{"", fmt.Sprintf("has status %d, want %d", a.status, s.Status)})
	}
	if s.Problem != "" && a.status < 400 {
		wrong = append(wrong, mismatch{"", fmt.Sprintf("has status %d, want %s", a.status, s.Problem)})
	}
	if s.Problem != "" && s.Faults != nil {
		more, err := p.faults(s.Faults, a)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, more...)
	}
	for name, wish := range s.Headers {
		node, err := p.vars.node(&wish)
		if err != nil {
			return nil, err
		}
		values := a.header.Values(name)
		wrong = append(wrong, match("header "+name, node, strings.Join(values, ", "), len(values) > 0)...)
	}
	if !s.Answer.IsZero() {
		node, err := p.vars.node(&s.Answer)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, match("", node, a.body, true)...)
	}
	if !s.Found.IsZero() {
		more, err := p.found(&s.Found, a)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, more...)
	}
	for _, pattern := range s.Raw {
		text, err := p.vars.text(pattern)
		if err != nil {
			return nil, err
		}
		if !regexp.MustCompile(text).Match(a.raw) {
			wrong = append(wrong, mismatch{"", "the text has nothing like " + text})
		}
	}
	for _, secret := range s.Never {
		text, err := p.vars.text(secret)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(a.raw, []byte(text)) {
			wrong = append(wrong, mismatch{"", "the text contains " + text})
		}
	}
	more, err := p.judgeConditions(s, a)
	return append(append(wrong, more...), p.compare(s, a)...), err
}

// faults compares the errors of a VAL-000.
func (p *performance) faults(wishes []fault, a *answer) ([]mismatch, error) {
	var want []fault
	for _, wish := range wishes {
		field, err := p.vars.text(wish.Field)
		if err != nil {
			return nil, err
		}
		constraint, err := p.vars.text(wish.Constraint)
		if err != nil {
			return nil, err
		}
		want = append(want, fault{Field: field, Constraint: constraint})
	}
	return faultsOf(want, a.body), nil
}

// found compares the names of a list's items.
func (p *performance) found(wish *yaml.Node, a *answer) ([]mismatch, error) {
	node, err := p.vars.node(wish)
	if err != nil {
		return nil, err
	}
	var want, have []string
	for _, item := range node.Content {
		want = append(want, fmt.Sprint(item.Value, "-", p.vars.values["run"]))
	}
	list, _ := lookUp(a.body, "items")
	items, _ := list.([]any)
	for _, item := range items {
		name, _ := lookUp(item, "name")
		have = append(have, fmt.Sprint(name))
	}
	if slices.Equal(want, have) {
		return nil, nil
	}
	return []mismatch{{"/items", fmt.Sprintf("are %q, want %q", have, want)}}, nil
}

// judgeConditions looks at Ready and Available, and at which of them changed their status since the last look.
func (p *performance) judgeConditions(s step, a *answer) ([]mismatch, error) {
	var wrong []mismatch
	for conditionType, wish := range map[string]string{"Ready": s.Ready, "Available": s.Available} {
		if wish == "" {
			continue
		}
		want, err := p.vars.text(wish)
		if err != nil {
			return nil, err
		}
		found, _ := lookUp(a.body, "status/conditions/"+conditionType)
		condition, ok := found.(*object)
		if !ok {
			return []mismatch{{conditionType, "is missing"}}, nil
		}
		got := fmt.Sprint(condition.text("status"), " ", condition.text("reason"), " ", condition.get("observed_generation"))
		if got != want {
			wrong = append(wrong, mismatch{conditionType, fmt.Sprintf("is %s (%s), want %s", got, condition.text("message"), want)})
		}
	}
	if s.Moved == nil || a.body == nil {
		return wrong, nil
	}
	var moved []string
	for conditionType, at := range transitionsOf(a) {
		if before, known := p.transitions[conditionType]; known && before != at {
			moved = append(moved, conditionType)
		}
	}
	slices.Sort(moved)
	if want := slices.Sorted(slices.Values(*s.Moved)); !slices.Equal(moved, want) {
		wrong = append(wrong, mismatch{"/status/conditions", fmt.Sprintf("those whose transition time moved are %v, want %v", moved, want)})
	}
	return wrong, nil
}

func transitionsOf(a *answer) map[string]string {
	times := map[string]string{}
	for _, conditionType := range []string{"Ready", "Available"} {
		if at, found := lookUp(a.body, "status/conditions/"+conditionType+"/last_transition_time"); found {
			times[conditionType] = fmt.Sprint(at)
		}
	}
	return times
}

// compare compares an answer with that of an earlier step.
func (p *performance) compare(s step, a *answer) []mismatch {
	if s.Like != "" {
		earlier := p.answers[s.Like]
		if earlier == nil {
			return []mismatch{{"", "no earlier step is called " + s.Like}}
		}
		if first, second := neutral(earlier), neutral(a); first != second {
			return []mismatch{{"", fmt.Sprintf("differs from %s:\n%s\n%s", s.Like, first, second)}}
		}
	}
	if s.Same != "" && s.Same != "each other" {
		if earlier := p.answers[s.Same]; earlier == nil || string(earlier.raw) != string(a.raw) {
			return []mismatch{{"", fmt.Sprintf("is not the same as %s: %s", s.Same, earlier)}}
		}
	}
	return nil
}

var stamps = regexp.MustCompile(`"(timestamp|trace_id)":\s*"[^"]*"`)

// neutral writes an answer without what differs between any two: path, time and request id.
func neutral(a *answer) string {
	header := a.header.Clone()
	for _, name := range []string{"Date", "X-Request-Id", "Content-Length", "Audit-Id"} {
		if header.Get(name) != "" {
			header.Set(name, "…")
		}
	}
	body := stamps.ReplaceAllString(string(a.raw), `"$1":"…"`)
	for _, segment := range strings.Split(strings.TrimPrefix(a.request.path(), base), "/") {
		if len(segment) > 10 {
			body = strings.ReplaceAll(body, segment, "…")
		}
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(header)) {
		lines = append(lines, fmt.Sprint(name, ": ", header[name]))
	}
	return fmt.Sprintf("%d\n%s\n%s", a.status, strings.Join(lines, "\n"), body)
}

// remember keeps what later steps refer to.
func (p *performance) remember(s step, a *answer) error {
	if s.Name != "" {
		p.answers[s.Name] = a
	}
	if s.Moved != nil {
		p.transitions = transitionsOf(a)
	}
	if s.Watch != "" && a.stream != nil {
		p.streams[s.Watch] = newStream(a)
	}
	paths := map[string]string{}
	for name, path := range s.Save {
		if header, found := strings.CutPrefix(path, "@"); found {
			p.vars.values[name] = a.header.Get(header)
			continue
		}
		paths[name] = path
	}
	return p.save(paths, a.body)
}

// save keeps parts of a value as variables.
func (p *performance) save(paths map[string]string, from any) error {
	for name, path := range paths {
		value, found := lookUp(from, path)
		if !found {
			return fmt.Errorf("nothing to save at %s: %s", path, show(from))
		}
		p.vars.values[name] = value
	}
	return nil
}

// decodeNode reads a YAML value into a struct with JSON tags.
func decodeNode(node *yaml.Node, into any) error {
	text, err := toJSON(node)
	if err != nil {
		return err
	}
	return unmarshal([]byte(text), into)
}
