package suite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// judge compares an answer with the wishes of a step.
func (p *Performance) judge(s Step, a *Answer) ([]Mismatch, error) {
	var wrong []Mismatch
	if p.World.dialect.Always != nil {
		wrong = p.World.dialect.Always(s, a)
	}
	if s.Status != 0 && a.Status != s.Status && a.Status/100 != s.Status {
		wrong = append(wrong, Mismatch{"", fmt.Sprintf("has status %d, want %d", a.Status, s.Status)})
	}
	for name, wish := range s.Headers {
		node, err := p.Node(&wish)
		if err != nil {
			return nil, err
		}
		values := a.Header.Values(name)
		wrong = append(wrong, Match("header "+name, node, strings.Join(values, ", "), len(values) > 0)...)
	}
	if !s.Answer.IsZero() {
		node, err := p.Node(&s.Answer)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, Match("", node, a.Body, true)...)
	}
	for _, pattern := range s.Raw {
		text, err := p.Text(pattern)
		if err != nil {
			return nil, err
		}
		if !regexp.MustCompile(text).Match(a.Raw) {
			wrong = append(wrong, Mismatch{"", "the text has nothing like " + text})
		}
	}
	for _, secret := range s.Never {
		text, err := p.Text(secret)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(a.Raw, []byte(text)) {
			wrong = append(wrong, Mismatch{"", "the text contains " + text})
		}
	}
	for word, wish := range s.Words {
		judge := p.World.dialect.Words[word]
		if judge == nil {
			continue
		}
		more, err := judge(p, &wish, a)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, more...)
	}
	return append(wrong, p.compare(s, a)...), nil
}

// compare compares an answer with that of an earlier step.
func (p *Performance) compare(s Step, a *Answer) []Mismatch {
	if s.Like != "" {
		earlier := p.answers[s.Like]
		if earlier == nil {
			return []Mismatch{{"", "no earlier step is called " + s.Like}}
		}
		if first, second := p.neutral(earlier), p.neutral(a); first != second {
			return []Mismatch{{"", fmt.Sprintf("differs from %s:\n%s\n%s", s.Like, first, second)}}
		}
	}
	if s.Same != "" && s.Same != "each other" {
		if earlier := p.answers[s.Same]; earlier == nil || string(earlier.Raw) != string(a.Raw) {
			return []Mismatch{{"", fmt.Sprintf("is not the same as %s: %s", s.Same, earlier)}}
		}
	}
	return nil
}

var stamps = regexp.MustCompile(`"(timestamp|trace_id|request_id)":\s*"[^"]*"`)

// neutral writes an answer without what differs between any two: path, time and request id.
func (p *Performance) neutral(a *Answer) string {
	header := a.Header.Clone()
	for _, name := range []string{"Date", "X-Request-Id", "X-Openstack-Request-Id", "Content-Length", "Audit-Id"} {
		if header.Get(name) != "" {
			header.Set(name, "…")
		}
	}
	body := stamps.ReplaceAllString(string(a.Raw), `"$1":"…"`)
	for _, segment := range strings.Split(strings.TrimPrefix(a.Request.Path(), p.World.dialect.Base), "/") {
		if len(segment) > 10 {
			body = strings.ReplaceAll(body, segment, "…")
		}
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(header)) {
		lines = append(lines, fmt.Sprint(name, ": ", header[name]))
	}
	return fmt.Sprintf("%d\n%s\n%s", a.Status, strings.Join(lines, "\n"), body)
}

// remember keeps what later steps refer to.
func (p *Performance) remember(s Step, a *Answer) error {
	if s.Name != "" {
		p.answers[s.Name] = a
	}
	if p.World.dialect.Remember != nil {
		p.World.dialect.Remember(p, s, a)
	}
	if s.Watch != "" && a.Stream != nil {
		p.streams[s.Watch] = newStream(a)
	}
	paths := map[string]string{}
	for name, path := range s.Save {
		if header, found := strings.CutPrefix(path, "@"); found {
			p.vars.values[name] = a.Header.Get(header)
			continue
		}
		paths[name] = path
	}
	return p.Save(paths, a.Body)
}

// Save keeps parts of a value as variables.
func (p *Performance) Save(paths map[string]string, from any) error {
	for name, path := range paths {
		value, found := LookUp(from, path)
		if !found {
			return fmt.Errorf("nothing to save at %s: %s", path, Show(from))
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
	return json.Unmarshal([]byte(text), into)
}
