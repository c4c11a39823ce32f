package document

// WithNull says in the words of JSON schema where a decoded OpenAPI 3.0 document allows null, so that a library for JSON schema
// can hold values against it. It changes the document in place, and returns it.
func WithNull(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = WithNull(member)
		}
		if v["nullable"] == true {
			v["type"] = []any{v["type"], "null"}
		}
	case []any:
		for i := range v {
			v[i] = WithNull(v[i])
		}
	}
	return value
}
