package suite

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// variables are what ${name} in a case stands for. ${t}, ${t+10s} and ${t-1h} are times in whole seconds, counted from a
// moment ten minutes before the case began.
type variables struct {
	values map[string]any
	start  time.Time
}

func newVariables(run string) *variables {
	return &variables{values: map[string]any{"run": run}, start: time.Now().UTC().Truncate(time.Second).Add(-10 * time.Minute)}
}

// add adds the variables of a case or of a row. They may refer to each other and to what steps save.
func (v *variables) add(values map[string]yaml.Node) {
	for name, node := range values {
		v.values[name] = &node
	}
}

var reference = regexp.MustCompile(`\$\{([^}]+)\}`)

func (v *variables) value(name string) (any, error) {
	switch value := v.values[name].(type) {
	case nil:
		if _, found := v.values[name]; found {
			return nil, nil
		}
	case *yaml.Node:
		return v.resolve(value)
	default:
		return value, nil
	}
	if offset, found := strings.CutPrefix(name, "t"); found {
		after := time.Duration(0)
		if offset != "" {
			parsed, err := time.ParseDuration(strings.TrimPrefix(offset, "+"))
			if err != nil {
				return nil, fmt.Errorf("unknown variable %s", name)
			}
			after = parsed
		}
		return v.start.Add(after).Format(time.RFC3339Nano), nil
	}
	return nil, fmt.Errorf("unknown variable %s", name)
}

// resolve turns a variable of a case into what it stands for: a text, where it is one.
func (v *variables) resolve(value *yaml.Node) (any, error) {
	node, err := v.node(value)
	if err != nil {
		return nil, err
	}
	switch node.Tag {
	case "!chars":
		text, err := toJSON(node)
		return strings.Trim(text, `"`), err
	case "!!str":
		return node.Value, nil
	}
	return node, nil
}

// Text replaces every reference in a text.
func (p *Performance) Text(text string) (string, error) { return p.vars.text(text) }

// Node returns a copy of the node in which every reference is replaced.
func (p *Performance) Node(node *yaml.Node) (*yaml.Node, error) { return p.vars.node(node) }

// text replaces every reference in a text.
func (v *variables) text(text string) (string, error) {
	var failure error
	replaced := reference.ReplaceAllStringFunc(text, func(found string) string {
		value, err := v.value(found[2 : len(found)-1])
		if err != nil {
			failure = fmt.Errorf("in %q: %w", text, err)
		}
		if node, ok := value.(*yaml.Node); ok {
			value = node.Value
		}
		return fmt.Sprint(value)
	})
	return replaced, failure
}

// node returns a copy of the node in which every reference is replaced. A scalar that is one reference and nothing else becomes
// the value, of whatever type; so does !var name, which also stands where braces cannot.
func (v *variables) node(node *yaml.Node) (*yaml.Node, error) {
	if node.Kind == yaml.AliasNode {
		return v.node(node.Alias)
	}
	replaced := *node
	replaced.Content = make([]*yaml.Node, len(node.Content))
	for i, child := range node.Content {
		var err error
		if replaced.Content[i], err = v.node(child); err != nil {
			return nil, err
		}
	}
	if node.Tag == "!var" {
		value, err := v.value(node.Value)
		if err != nil {
			return nil, err
		}
		return toNode(value), nil
	}
	if node.Kind != yaml.ScalarNode || !strings.Contains(node.Value, "${") {
		return &replaced, nil
	}
	whole := reference.FindString(node.Value) == node.Value
	if whole && node.Style == 0 && (node.Tag == "" || strings.HasPrefix(node.Tag, "!!")) {
		value, err := v.value(node.Value[2 : len(node.Value)-1])
		if err != nil {
			return nil, err
		}
		return toNode(value), nil
	}
	var err error
	replaced.Value, err = v.text(node.Value)
	return &replaced, err
}

// toNode makes a wish or a body of a value that was saved.
func toNode(value any) *yaml.Node {
	scalar := func(tag, text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text} }
	switch known := value.(type) {
	case *yaml.Node:
		return known
	case *Object:
		node := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range known.Keys {
			node.Content = append(node.Content, scalar("!!str", key), toNode(known.Members[key]))
		}
		return node
	case []any:
		node := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range known {
			node.Content = append(node.Content, toNode(item))
		}
		return node
	case json.Number:
		if strings.ContainsAny(known.String(), ".eE") {
			return scalar("!!float", known.String())
		}
		return scalar("!!int", known.String())
	case bool:
		return scalar("!!bool", strconv.FormatBool(known))
	case nil:
		return scalar("!!null", "null")
	default:
		return scalar("!!str", fmt.Sprint(known))
	}
}

// toJSON writes a YAML value as JSON, members in the order in which they stand. Tags make what YAML cannot say:
//
//	!chars n   a string of n characters
//	!deep n    objects in objects, n levels
//	!json text that text
func toJSON(node *yaml.Node) (string, error) {
	switch {
	case node.Tag == "!json":
		return node.Value, nil
	case node.Tag == "!chars" || node.Tag == "!deep":
		n, err := strconv.Atoi(node.Value)
		if err != nil {
			return "", err
		}
		if node.Tag == "!chars" {
			return strconv.Quote(strings.Repeat("a", n)), nil
		}
		return strings.Repeat(`{"a":`, n-1) + "{}" + strings.Repeat("}", n-1), nil
	case node.Kind == yaml.AliasNode:
		return toJSON(node.Alias)
	case node.Kind == yaml.MappingNode:
		return joinJSON(node, "{", "}", 2)
	case node.Kind == yaml.SequenceNode:
		return joinJSON(node, "[", "]", 1)
	}
	switch node.ShortTag() {
	case "!!null":
		return "null", nil
	case "!!int", "!!float", "!!bool":
		return node.Value, nil
	default:
		text, err := json.Marshal(node.Value)
		return string(text), err
	}
}

func joinJSON(node *yaml.Node, open, closing string, stride int) (string, error) {
	var parts []string
	for i := 0; i < len(node.Content); i += stride {
		value, err := toJSON(node.Content[i+stride-1])
		if err != nil {
			return "", err
		}
		if stride == 2 {
			key, err := json.Marshal(node.Content[i].Value)
			if err != nil {
				return "", err
			}
			value = string(key) + ":" + value
		}
		parts = append(parts, value)
	}
	return open + strings.Join(parts, ",") + closing, nil
}
