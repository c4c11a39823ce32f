//go:build e2e

package hyperfleet

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// compose makes the request of a step.
func (p *performance) compose(s step) (request, error) {
	if s.Report != "" {
		var err error
		if s, err = p.reportStep(s); err != nil {
			return request{}, err
		}
	}
	line, err := p.vars.text(s.Do)
	if err != nil {
		return request{}, err
	}
	method, target, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(target, "/api") && !strings.HasPrefix(target, "//api") {
		target = base + target
	}
	r := request{method: method, target: target, header: http.Header{}}
	if err := p.query(&r, s.Query); err != nil {
		return request{}, err
	}
	if err := p.body(&r, s); err != nil {
		return request{}, err
	}
	for name, node := range s.Header {
		values, err := p.strings(&node)
		if err != nil {
			return request{}, err
		}
		if name, err = p.vars.text(name); err != nil {
			return request{}, err
		}
		r.header[http.CanonicalHeaderKey(name)] = values
		if len(values) == 1 && values[0] == "none" {
			r.header[http.CanonicalHeaderKey(name)] = nil
		}
	}
	return r, nil
}

// strings reads a scalar or a list of scalars. !padded and !overlong fill a text with blanks to 4096 and to 4097 characters.
func (p *performance) strings(node *yaml.Node) ([]string, error) {
	replaced, err := p.vars.node(node)
	if err != nil {
		return nil, err
	}
	if replaced.Kind != yaml.SequenceNode {
		replaced = &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{replaced}}
	}
	var values []string
	for _, item := range replaced.Content {
		value := item.Value
		switch item.Tag {
		case "!chars":
			if value, err = toJSON(item); err != nil {
				return nil, err
			}
			value = strings.Trim(value, `"`)
		case "!padded":
			value += strings.Repeat(" ", 4096-len(value))
		case "!overlong":
			value += strings.Repeat(" ", 4097-len(value))
		}
		values = append(values, value)
	}
	return values, nil
}

// query adds the parameters, in the order of their names, to what the path already has.
func (p *performance) query(r *request, query map[string]yaml.Node) error {
	values := url.Values{}
	for name, node := range query {
		list, err := p.strings(&node)
		if err != nil {
			return err
		}
		values[name] = list
	}
	if len(values) == 0 {
		return nil
	}
	separator := "?"
	if strings.Contains(r.target, "?") {
		separator = "&"
	}
	r.target += separator + values.Encode()
	return nil
}

func (p *performance) body(r *request, s step) error {
	switch {
	case s.Text != nil:
		text, err := p.vars.text(*s.Text)
		if err != nil {
			return err
		}
		r.body = []byte(text)
	case s.Hex != "":
		content, err := hex.DecodeString(s.Hex)
		if err != nil {
			return err
		}
		r.body = content
	case !s.Body.IsZero():
		node, err := p.vars.node(&s.Body)
		if err != nil {
			return err
		}
		text, err := toJSON(node)
		if err != nil {
			return err
		}
		r.body = []byte(text)
	default:
		return nil
	}
	if n := s.Pad - len(r.body); n > 0 {
		r.body = append(r.body, []byte(strings.Repeat(" ", n))...)
	}
	r.header.Set("Content-Type", "application/json")
	return nil
}

// reportStep turns a report into the request that carries it.
func (p *performance) reportStep(s step) (step, error) {
	words := strings.Fields(s.Report)
	p.reports++
	at := orElse(s.At, fmt.Sprintf("${t+%ds}", p.reports))
	conditions := []string{
		condition("Applied", "True", `"reason":"Applied","message":"written down"`),
		condition("Available", words[1], `"reason":"Looked","message":"as seen"`),
		condition("Health", "True", `"reason":"Healthy","message":"nothing to say"`),
	}
	if s.Finalized != "" {
		conditions = append(conditions, condition("Finalized", s.Finalized, `"reason":"","message":""`))
	}
	text := fmt.Sprintf(`{"adapter":%q,"observed_generation":%s,"observed_time":%q,"conditions":[%s]}`,
		words[0], words[2], at, strings.Join(conditions, ","))
	var whole yaml.Node
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil {
		return s, err
	}
	extra, err := p.vars.node(&s.Extra)
	if err != nil {
		return s, err
	}
	replace(whole.Content[0], extra)
	s.Do, s.Body = "POST "+s.To+"/statuses", *whole.Content[0]
	return s, nil
}

func condition(name, status, more string) string {
	return fmt.Sprintf(`{"type":%q,"status":%q,%s}`, name, status, more)
}

// replace puts the members of one mapping in place of those of another; !absent removes one.
func replace(into, members *yaml.Node) {
	for i := 0; i+1 < len(members.Content); i += 2 {
		name, value := members.Content[i], members.Content[i+1]
		position := slices.IndexFunc(into.Content, func(node *yaml.Node) bool { return node.Value == name.Value })
		if value.Tag == "!absent" {
			into.Content = slices.Delete(into.Content, position, position+2)
			continue
		}
		if position < 0 {
			into.Content = append(into.Content, name, value)
			continue
		}
		into.Content[position+1] = value
	}
}
