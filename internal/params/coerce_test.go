package params

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const scalars = `{"properties": {
	"count": {"type": "integer"}, "share": {"type": "number"}, "on": {"type": "boolean"}, "text": {"type": "string"}, "any": {},
	"both": {"type": ["string", "integer"]}, "either": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "maybe": {"type": ["integer", "null"]},
	"auto": {"anyOf": [{"type": "integer"}, {"enum": ["1st", "2"]}]}, "ref": {"$ref": "#/$defs/count"}, "all": {"allOf": [{"minimum": 1}, {"type": "integer"}]},
	"list": {"type": "array", "items": {"type": "boolean"}}, "deep": {"properties": {"n": {"type": "number"}}}, "not": {"type": "integer", "not": {"type": "string"}}
  }, "additionalProperties": {"type": "integer"}, "$defs": {"count": {"type": "integer"}}}`

func TestCoerce(t *testing.T) {
	for name, test := range map[string]struct{ document, want string }{
		"the text of an integer":                  {`{"count": "2"}`, `{"count": 2}`},
		"the text of a negative integer":          {`{"count": "-2"}`, `{"count": -2}`},
		"the text of a number":                    {`{"share": "2.50"}`, `{"share": 2.50}`},
		"the text of a boolean":                   {`{"on": "true", "list": ["false"]}`, `{"on": true, "list": [false]}`},
		"a fraction is no integer":                {`{"count": "2.5"}`, `{"count": "2.5"}`},
		"a word is no number":                     {`{"count": "two", "share": "NaN", "on": "yes"}`, `{"count": "two", "share": "NaN", "on": "yes"}`},
		"hexadecimal, signs and blanks stay":      {`{"count": "0x2", "share": "+2", "on": " true"}`, `{"count": "0x2", "share": "+2", "on": " true"}`},
		"the empty text stays":                    {`{"count": "", "share": "", "on": ""}`, `{"count": "", "share": "", "on": ""}`},
		"a string stays where it may be one":      {`{"text": "2", "both": "2", "either": "2", "any": "2"}`, `{"text": "2", "both": "2", "either": "2", "any": "2"}`},
		"null beside it does not matter":          {`{"maybe": "2"}`, `{"maybe": 2}`},
		"one of the choices stays":                {`{"auto": "2"}`, `{"auto": "2"}`},
		"what is none of the choices":             {`{"auto": "3"}`, `{"auto": 3}`},
		"behind a reference":                      {`{"ref": "2"}`, `{"ref": 2}`},
		"behind a combination":                    {`{"all": "2"}`, `{"all": 2}`},
		"what it must not be does not matter":     {`{"not": "2"}`, `{"not": 2}`},
		"deeper down":                             {`{"deep": {"n": "1e3"}}`, `{"deep": {"n": 1e3}}`},
		"a name that is not listed":               {`{"other": "2"}`, `{"other": 2}`},
		"what has its type already is left alone": {`{"count": 2, "on": false, "share": null}`, `{"count": 2, "on": false, "share": null}`},
		"a number too long to compute with":       {`{"share": "1e999999999"}`, `{"share": "1e999999999"}`},
	} {
		t.Run(name, func(t *testing.T) {
			schema, err := CompileSchema([]byte(scalars))
			if err != nil {
				t.Fatal(err)
			}
			document, _ := DecodeObject([]byte(test.document), "")
			want, _ := DecodeObject([]byte(test.want), "")
			if diff := cmp.Diff(want, schema.Coerce(document)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			unchanged, _ := DecodeObject([]byte(test.document), "")
			if diff := cmp.Diff(unchanged, document); diff != "" {
				t.Errorf("the document was changed:\n%s", diff)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	for name, test := range map[string]struct {
		schema string
		want   map[string]Property
	}{
		"no schema": {schema: "", want: map[string]Property{}},
		"types and descriptions": {
			schema: `{"properties": {"cpu": {"type": "number", "description": "CPU limit"}, "name": {}, "size": {"type": ["null", "integer"]}}}`,
			want:   map[string]Property{"cpu": {Type: "number", Description: "CPU limit"}, "name": {Type: "string"}, "size": {Type: "integer"}},
		},
		"behind references and combinations": {
			schema: `{"allOf": [{"$ref": "#/$defs/base"}], "properties": {"b": {"$ref": "#/$defs/b"}}, "$defs": {"base": {"properties": {"a": {"type": "boolean"}}}, "b": {"type": "array", "description": "many"}}}`,
			want:   map[string]Property{"a": {Type: "boolean"}, "b": {Type: "array", Description: "many"}},
		},
		"a description beside a reference goes first": {
			schema: `{"properties": {"b": {"$ref": "#/$defs/b", "description": "mine"}}, "$defs": {"b": {"type": "object", "description": "its own"}}}`,
			want:   map[string]Property{"b": {Type: "object", Description: "mine"}},
		},
		"what must not be is not described": {schema: `{"not": {"properties": {"a": {}}}}`, want: map[string]Property{}},
	} {
		t.Run(name, func(t *testing.T) {
			schema, err := CompileSchema([]byte(test.schema))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, schema.Describe()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzCoerce holds that what satisfied a schema satisfies it afterwards, that doing it twice changes nothing more, and that only
// strings change.
func FuzzCoerce(f *testing.F) {
	f.Add([]byte(scalars), []byte(`{"count": "2", "on": "true", "list": ["x", "true"], "auto": "2"}`))
	f.Add([]byte(`{"items": {"type": "integer"}, "additionalProperties": {"const": "1"}}`), []byte(`{"a": "1"}`))
	f.Fuzz(func(t *testing.T, schemaText, documentText []byte) {
		schema, err := CompileSchema(schemaText)
		if err != nil {
			return
		}
		schema.Describe()
		document, faults := DecodeObject(documentText, "p")
		if len(faults) > 0 {
			return
		}
		once := schema.Coerce(document)
		text, err := json.Marshal(once)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(schema.Coerce(once)); string(again) != string(text) {
			t.Fatalf("changed again: %s, %s", text, again)
		}
		if faults := Validate(schemaText, text, "p"); len(faults) > 0 && len(text) <= MaxSize {
			if before := schema.ValidatePartial(document, "p"); len(before) == 0 && plain(schemaText) && len(schema.Validate(document, "p")) == 0 {
				t.Fatalf("%s satisfied the schema, %s does not: %s", documentText, text, Join(faults))
			}
		}
	})
}

// plain tells whether a schema has none of the keywords by which a type that is named does not have to hold.
func plain(schema []byte) bool {
	var keywords map[string]json.RawMessage
	if json.Unmarshal(schema, &keywords) != nil {
		return true
	}
	for _, keyword := range []string{"anyOf", "oneOf", "if", "not", "allOf", "$ref", "$dynamicRef", "$defs", "dependentSchemas", "dependencies", "properties"} {
		if _, found := keywords[keyword]; found {
			return false
		}
	}
	return true
}
