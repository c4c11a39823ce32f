package suite

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"
)

// compose makes the request of a step.
func (p *Performance) compose(s Step) (Request, error) {
	if p.World.dialect.Expand != nil {
		var err error
		if s, err = p.World.dialect.Expand(p, s); err != nil {
			return Request{}, err
		}
	}
	line, err := p.Text(s.Do)
	if err != nil {
		return Request{}, err
	}
	method, target, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(target, "/api") && !strings.HasPrefix(target, "//api") {
		target = p.World.dialect.Base + target
	}
	r := Request{Method: method, Target: target, Header: http.Header{}}
	if err := p.query(&r, s.Query); err != nil {
		return Request{}, err
	}
	if err := p.body(&r, s); err != nil {
		return Request{}, err
	}
	for name, node := range s.Header {
		values, err := p.strings(&node)
		if err != nil {
			return Request{}, err
		}
		if name, err = p.Text(name); err != nil {
			return Request{}, err
		}
		r.Header[http.CanonicalHeaderKey(name)] = values
		if len(values) == 1 && values[0] == "none" {
			r.Header[http.CanonicalHeaderKey(name)] = nil
		}
	}
	if p.World.dialect.Finish != nil {
		if err := p.World.dialect.Finish(p, s, &r); err != nil {
			return Request{}, err
		}
	}
	return r, nil
}

// strings reads a scalar or a list of scalars. !padded and !overlong fill a text with blanks to 4096 and to 4097 characters.
func (p *Performance) strings(node *yaml.Node) ([]string, error) {
	replaced, err := p.Node(node)
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
func (p *Performance) query(r *Request, query map[string]yaml.Node) error {
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
	if strings.Contains(r.Target, "?") {
		separator = "&"
	}
	r.Target += separator + values.Encode()
	return nil
}

func (p *Performance) body(r *Request, s Step) error {
	switch {
	case s.Plain != nil:
		text, err := p.Text(*s.Plain)
		if err != nil {
			return err
		}
		r.Body = []byte(text)
	case s.Hex != "":
		content, err := hex.DecodeString(s.Hex)
		if err != nil {
			return err
		}
		r.Body = content
	case !s.Body.IsZero():
		node, err := p.Node(&s.Body)
		if err != nil {
			return err
		}
		text, err := toJSON(node)
		if err != nil {
			return err
		}
		r.Body = []byte(text)
	default:
		return nil
	}
	if n := s.Pad - len(r.Body); n > 0 {
		r.Body = append(r.Body, []byte(strings.Repeat(" ", n))...)
	}
	r.Header.Set("Content-Type", "application/json")
	return nil
}
