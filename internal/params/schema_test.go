package params

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const notebooks = `{
  "type": "object", "additionalProperties": false, "required": ["cpu"],
  "properties": {
    "cpu": {"type": "number", "minimum": 0.5, "maximum": 8},
    "size": {"enum": ["small", "large"]},
    "name": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5},
    "ports": {"type": "array", "uniqueItems": true, "maxItems": 2, "items": {"type": "integer"}},
    "mail": {"type": "string", "format": "email"},
    "auth": {"$ref": "#/$defs/auth"},
    "either": {"anyOf": [{"type": "integer"}, {"const": "auto"}]},
    "pin": {"type": "string", "writeOnly": true, "minLength": 8, "pattern": "^[0-9]+$"}
  },
  "$defs": {"auth": {"type": "object", "writeOnly": true, "properties": {"token": {"type": "string", "maxLength": 3}}}}
}`

func TestValidate(t *testing.T) {
	for name, test := range map[string]struct {
		schema, document string
		want             []string
	}{
		"a document that satisfies it has no faults": {schema: notebooks, document: `{"cpu": 2, "size": "small", "ports": [1, 2], "either": "auto"}`},
		"no schema allows anything":                  {document: `{"a": [1, {"b": 2}]}`},
		"what is missing is named":                   {schema: notebooks, document: `{}`, want: []string{"p.cpu: is required"}},
		"a wrong type is named":                      {schema: notebooks, document: `{"cpu": "2"}`, want: []string{"p.cpu: must be a number"}},
		"a bound is named with the value":            {schema: notebooks, document: `{"cpu": 0.1}`, want: []string{"p.cpu: must be at least 1/2, not 0.1"}},
		"the choices are listed":                     {schema: notebooks, document: `{"cpu": 1, "size": "huge"}`, want: []string{`p.size: must be one of "small", "large", not "huge"`}},
		"a pattern is quoted":                        {schema: notebooks, document: `{"cpu": 1, "name": "A"}`, want: []string{`p.name: must match the pattern ^[a-z]+$, not "A"`}},
		"a format is checked":                        {schema: notebooks, document: `{"cpu": 1, "mail": "nobody"}`, want: []string{`p.mail: must be in the format email, not "nobody"`}},
		"an element is named by its index": {
			schema: notebooks, document: `{"cpu": 1, "ports": [1, "x"]}`, want: []string{"p.ports[1]: must be an integer"},
		},
		"equal elements are refused": {schema: notebooks, document: `{"cpu": 1, "ports": [1, 1]}`, want: []string{"p.ports: has equal elements at 0 and 1"}},
		"none of several forms": {
			schema: notebooks, document: `{"cpu": 1, "either": "manual"}`,
			want: []string{`p.either: satisfies none of the allowed forms (p.either: must be an integer; or p.either: must be "auto", not "manual")`},
		},
		"everything is listed, in the order of the paths": {
			schema: notebooks, document: `{"zeta": 1, "alpha.beta": 2, "cpu": 9}`,
			want: []string{
				"p.cpu: must be at most 8, not 9",
				"p.zeta: is unknown; known are auth, cpu, either, mail, name, pin, ports, size",
				`p["alpha.beta"]: is unknown; known are auth, cpu, either, mail, name, pin, ports, size`,
			},
		},
		"a secret is never quoted": {
			schema: notebooks, document: `{"cpu": 1, "pin": "hunter"}`,
			want: []string{"p.pin: must be at least 8 characters long", "p.pin: must match the pattern ^[0-9]+$"},
		},
		"what lies within a secret is never quoted": {
			schema: notebooks, document: `{"cpu": 1, "auth": {"token": "hunter"}}`, want: []string{"p.auth.token: must be at most 3 characters long"},
		},
		"a document that is no JSON is a fault": {schema: notebooks, document: `{`, want: []string{"p: is not valid JSON: it ends too early"}},
		"a schema that is none is a fault": {
			schema: `{"type": 3}`, document: `{}`,
			want: []string{`p: cannot be checked: the schema is not a valid JSON schema: type: satisfies none of the allowed forms (type: must be one of "array", "boolean", "integer", "null", "number", "object", "string"; or type: must be an array)`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, fault := range Validate([]byte(test.schema), []byte(test.document), "p") {
				got = append(got, fault.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompileSchemaRefuses(t *testing.T) {
	for name, test := range map[string]struct{ schema, want string }{
		"a reference to the network":        {`{"$ref": "https://example.com/schema.json"}`, "references to other documents are not followed"},
		"a reference to a file":             {`{"properties": {"a": {"$ref": "file:///etc/passwd"}}}`, "references to other documents are not followed"},
		"a reference beside itself":         {`{"$ref": "other.json"}`, "references to other documents are not followed"},
		"a dialect that is not known":       {`{"$schema": "https://example.com/dialect"}`, "references to other documents are not followed"},
		"a reference to nothing":            {`{"$ref": "#/$defs/none"}`, "is not a valid JSON schema"},
		"a pattern that is no RE2":          {`{"pattern": "(?=x)"}`, "is not a valid JSON schema"},
		"a list":                            {`[]`, "must be an object"},
		"a key given twice":                 {`{"type": "object", "type": "object"}`, "is given twice"},
		"a schema nested deeper than 64":    {strings.Repeat(`{"not":`, 65) + "{}" + strings.Repeat("}", 65), "nested deeper"},
		"a keyword with a value of no use":  {`{"minimum": "one"}`, "minimum: must be a number"},
		"a keyword deep down of wrong type": {`{"properties": {"a": {"required": "b"}}}`, "properties.a.required: must be an array"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := CompileSchema([]byte(test.schema))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestSecretsAreLeftOut(t *testing.T) {
	schema, err := CompileSchema([]byte(`{"properties": {
	  "user": {"type": "string"}, "password": {"writeOnly": true},
	  "hubs": {"items": {"properties": {"key": {"writeOnly": true}}}},
	  "extra": {"additionalProperties": {"writeOnly": true}},
	  "mode": {"if": {"properties": {"code": {"writeOnly": true}}}},
	  "list": {"prefixItems": [{}, {"writeOnly": true}]}
	}, "patternProperties": {"^secret": {"writeOnly": true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	document, faults := DecodeObject([]byte(`{"user": "u", "password": "p", "secretOne": 1, "hubs": [{"key": "k", "name": "n"}],
	  "extra": {"a": 1}, "mode": {"code": 1, "on": true}, "list": ["x", "y"]}`), "")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	want := map[string]any{
		"user": "u", "extra": map[string]any{}, "mode": map[string]any{"on": true},
	}
	if diff := cmp.Diff(want, schema.WithoutSecrets(document)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestKnows(t *testing.T) {
	for name, test := range map[string]struct {
		schema, pointer string
		want            bool
	}{
		"a property":                         {notebooks, "/cpu", true},
		"a property behind a reference":      {notebooks, "/auth/token", true},
		"nothing in a closed object":         {notebooks, "/nothing", false},
		"anything in an open object":         {notebooks, "/auth/other", true},
		"anything without a schema":          {``, "/a/b", true},
		"a name that a pattern allows":       {`{"patternProperties": {"^x-": {}}, "additionalProperties": false}`, "/x-1", true},
		"a name that no pattern allows":      {`{"patternProperties": {"^x-": {}}, "additionalProperties": false}`, "/y", false},
		"what is no pointer":                 {notebooks, "cpu", false},
		"an element of an array":             {notebooks, "/ports/0", true},
		"a property of a combination":        {`{"unevaluatedProperties": false, "allOf": [{"properties": {"a": {}}}]}`, "/a", true},
		"nothing that a combination misses":  {`{"unevaluatedProperties": false, "allOf": [{"properties": {"a": {}}}]}`, "/b", false},
		"a property below an escaped number": {`{"properties": {"a/b": {"properties": {"c": {}}, "additionalProperties": false}}}`, "/a~1b/c", true},
	} {
		t.Run(name, func(t *testing.T) {
			schema, err := CompileSchema([]byte(test.schema))
			if err != nil {
				t.Fatal(err)
			}
			if got := schema.Knows(test.pointer); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// FuzzValidate holds that no schema and no document makes a check panic or hang, and that faults come sorted.
func FuzzValidate(f *testing.F) {
	f.Add([]byte(notebooks), []byte(`{"cpu": 0, "pin": "a", "zeta": 1}`))
	f.Add([]byte(`{"$ref": "#"}`), []byte(`{}`))
	f.Add([]byte(`{"$dynamicRef": "#x", "$defs": {"a": {"$dynamicAnchor": "x"}}}`), []byte(`[1]`))
	f.Add([]byte(`{"oneOf": [true, true]}`), []byte(`null`))
	f.Fuzz(func(t *testing.T, schema, document []byte) {
		faults := Validate(schema, document, "p")
		for i := range faults {
			if i > 0 && faults[i-1].Path > faults[i].Path {
				t.Fatalf("not sorted: %v", faults)
			}
			if faults[i].Message == "" {
				t.Fatalf("a fault without a message: %v", faults[i])
			}
		}
		compiled, err := CompileSchema(schema)
		if err != nil {
			return
		}
		if object, faults := DecodeObject(document, "p"); len(faults) == 0 {
			compiled.WithoutSecrets(object)
		}
	})
}
