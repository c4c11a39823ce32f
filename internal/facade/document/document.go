package document

import (
	"encoding/json"
	"maps"
	"strings"

	"sigs.k8s.io/yaml"
)

// Served returns a document in YAML as it is served: in JSON, and without what is for our own generator only, since that would
// mislead the generators of clients. Errors: no YAML.
func Served(text []byte) ([]byte, error) {
	var written any
	if err := yaml.Unmarshal(text, &written); err != nil {
		return nil, err
	}
	return json.Marshal(withoutHints(written))
}

// withoutHints takes away members whose names begin with x-.
func withoutHints(value any) any {
	switch v := value.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(name string, _ any) bool { return strings.HasPrefix(name, "x-") })
		for _, member := range v {
			withoutHints(member)
		}
	case []any:
		for _, item := range v {
			withoutHints(item)
		}
	}
	return value
}
