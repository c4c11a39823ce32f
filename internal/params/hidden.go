package params

import (
	"cmp"
	"encoding/base64"
	"slices"
)

// Hidden returns the texts in the params that the schema calls writeOnly, as Texts does.
func (e Effective) Hidden() []string {
	if e.schema == nil {
		return nil
	}
	_, secret := e.schema.Split(e.Params)
	return Texts(secret)
}

// Texts returns the texts in a document, plain and as base64 writes them, the longest first: what has to be looked for in words
// that others found about the document, where those must not show it.
func Texts(document map[string]any) []string {
	var texts []string
	for _, text := range collect(nil, document) {
		texts = append(texts, text, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return slices.Compact(texts)
}

func collect(texts []string, value any) []string {
	switch v := value.(type) {
	case string:
		if v != "" {
			texts = append(texts, v)
		}
	case map[string]any:
		for _, child := range v {
			texts = collect(texts, child)
		}
	case []any:
		for _, child := range v {
			texts = collect(texts, child)
		}
	}
	return texts
}
