package nks

import (
	_ "embed"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/slipway-dev/slipway/test/conformance/suite"
)

//go:embed bodies.yaml
var bodies []byte

// asks tells whether a step without do is a request.
func asks(s suite.Step) bool { return s.Words["cluster"].Kind != 0 || s.Words["group"].Kind != 0 }

// expand makes the request of a step with one of the words cluster and group.
func expand(p *suite.Performance, s suite.Step) (suite.Step, error) {
	if !asks(s) {
		return s, nil
	}
	kind := "cluster"
	s.Do = "POST /v1/clusters"
	if s.Words["group"].Kind != 0 {
		kind = "group"
		s.Do += "/" + orElse(s.Text("of"), "${kind}-${run}") + "/nodegroups"
	}
	known := map[string]yaml.Node{}
	if err := yaml.Unmarshal(bodies, &known); err != nil {
		return s, err
	}
	base, changes := known[kind], s.Words[kind]
	for _, node := range []*yaml.Node{&base, &changes} {
		replaced, err := p.Node(node)
		if err != nil {
			return s, err
		}
		*node = *replaced
	}
	if changes.Kind != yaml.MappingNode {
		return s, fmt.Errorf("%s must be a mapping", kind)
	}
	s.Body = *merge(&base, &changes)
	return s, nil
}

// merge returns a mapping with the members of another one in it; !absent takes a member away, !only leaves none of the first.
func merge(base, changes *yaml.Node) *yaml.Node {
	merged := &yaml.Node{Kind: yaml.MappingNode}
	if changes.Tag == "!only" {
		base = merged
	}
	for i := 0; i < len(base.Content); i += 2 {
		name, value := base.Content[i], base.Content[i+1]
		change := member(changes, name.Value)
		switch {
		case change == nil:
		case change.Tag == "!absent":
			continue
		case change.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			value = merge(value, change)
		default:
			value = change
		}
		merged.Content = append(merged.Content, name, value)
	}
	for i := 0; i < len(changes.Content); i += 2 {
		name, value := changes.Content[i], changes.Content[i+1]
		if member(base, name.Value) == nil && value.Tag != "!absent" {
			merged.Content = append(merged.Content, name, value)
		}
	}
	return merged
}

// member is a member of a mapping, or nil.
func member(mapping *yaml.Node, name string) *yaml.Node {
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
