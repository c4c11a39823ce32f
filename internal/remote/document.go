package remote

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// MaxSize is the greatest size of a kubeconfig in bytes. It is that of a Secret.
const MaxSize = 1 << 20

// document is the part of a kubeconfig that is looked at. Clusters and users are kept as they stand, field by field, so that
// the presence of a refused one is seen whatever its value.
type document struct {
	CurrentContext string         `yaml:"current-context"`
	Contexts       []namedContext `yaml:"contexts"`
	Clusters       []namedCluster `yaml:"clusters"`
	Users          []namedUser    `yaml:"users"`
}

type namedContext struct {
	Name    string `yaml:"name"`
	Context struct {
		Cluster string `yaml:"cluster"`
		User    string `yaml:"user"`
	} `yaml:"context"`
}

type namedCluster struct {
	Name   string `yaml:"name"`
	Fields fields `yaml:"cluster"`
}

type namedUser struct {
	Name   string `yaml:"name"`
	Fields fields `yaml:"user"`
}

// fields are the fields of a cluster or user by name.
type fields map[string]yaml.Node

// text returns a scalar field as text.
func (f fields) text(name string) string {
	node := f[name]
	if node.Kind != yaml.ScalarNode || node.Tag == "!!null" {
		return ""
	}
	return node.Value
}

// given tells whether a field is there with a value that means something. What clients write for "not set" does not count.
func (f fields) given(name string) bool {
	node, ok := f[name]
	if !ok {
		return false
	}
	if node.Kind == yaml.ScalarNode {
		return node.Tag != "!!null" && node.Value != "" && (node.Tag != "!!bool" || node.Value != "false")
	}
	return len(node.Content) > 0
}

// read decodes one YAML (or JSON) document. Duplicate keys, aliases and further documents are errors.
func read(raw []byte) (*document, error) {
	if len(raw) > MaxSize {
		return nil, fmt.Errorf("%w: it has %d bytes; at most %d are accepted", ErrUnreadable, len(raw), MaxSize)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var root yaml.Node
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it is empty", ErrUnreadable)
	} else if err != nil {
		return nil, unreadable(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it must be a single YAML document", ErrUnreadable)
	}
	// An alias is the one thing in YAML by which a small document becomes a large one.
	if line := firstAlias(&root); line > 0 {
		return nil, fmt.Errorf("%w: line %d is a YAML alias; write the value out", ErrUnreadable, line)
	}
	doc := &document{}
	if err := root.Decode(doc); err != nil {
		return nil, unreadable(err)
	}
	return doc, nil
}

func firstAlias(node *yaml.Node) int {
	if node.Kind == yaml.AliasNode {
		return node.Line
	}
	for _, child := range node.Content {
		if line := firstAlias(child); line > 0 {
			return line
		}
	}
	return 0
}

var lineNumber = regexp.MustCompile(`line (\d+)`)

// unreadable keeps the line number of a YAML error and nothing else, since such errors quote the content.
func unreadable(err error) error {
	if line := lineNumber.FindStringSubmatch(err.Error()); line != nil {
		return fmt.Errorf("%w: it is no kubeconfig in YAML or JSON, or holds a key twice (line %s)", ErrUnreadable, line[1])
	}
	return fmt.Errorf("%w: it is no kubeconfig in YAML or JSON", ErrUnreadable)
}
