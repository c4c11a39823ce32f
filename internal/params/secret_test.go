package params

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const secrets = `{"properties": {
	"user": {"type": "string"}, "password": {"writeOnly": true},
	"hubs": {"items": {"properties": {"key": {"writeOnly": true}}}},
	"auth": {"$ref": "#/$defs/auth"}, "token": {"allOf": [{"type": "object"}, {"writeOnly": true}]},
	"ports": {"items": {"type": "integer"}}, "a/b": {"writeOnly": true}
  }, "$defs": {"auth": {"properties": {"mode": {}, "pin": {"writeOnly": true}}}}}`

func TestSplit(t *testing.T) {
	for name, test := range map[string]struct {
		document, visible, secret string
		pointers                  []string
	}{
		"nothing secret":                              {document: `{"user": "u", "ports": [1, 2]}`, visible: `{"user": "u", "ports": [1, 2]}`, secret: `{}`},
		"nothing at all":                              {document: `{}`, visible: `{}`, secret: `{}`},
		"a secret beside what may be seen":            {document: `{"user": "u", "password": "p"}`, visible: `{"user": "u"}`, secret: `{"password": "p"}`, pointers: []string{"/password"}},
		"a secret that is null":                       {document: `{"password": null, "user": null}`, visible: `{"user": null}`, secret: `{"password": null}`, pointers: []string{"/password"}},
		"a secret in an object":                       {document: `{"auth": {"mode": 1, "pin": 2}}`, visible: `{"auth": {"mode": 1}}`, secret: `{"auth": {"pin": 2}}`, pointers: []string{"/auth/pin"}},
		"an object with nothing but secrets":          {document: `{"auth": {"pin": 2}}`, visible: `{"auth": {}}`, secret: `{"auth": {"pin": 2}}`, pointers: []string{"/auth/pin"}},
		"a secret object":                             {document: `{"token": {"a": {"b": 1}}}`, visible: `{}`, secret: `{"token": {"a": {"b": 1}}}`, pointers: []string{"/token"}},
		"an array with a secret in it":                {document: `{"hubs": [{"name": "n"}, {"name": "m", "key": "k"}]}`, visible: `{}`, secret: `{"hubs": [{"name": "n"}, {"name": "m", "key": "k"}]}`, pointers: []string{"/hubs"}},
		"an array without the secret it could have":   {document: `{"hubs": [{"name": "n"}]}`, visible: `{"hubs": [{"name": "n"}]}`, secret: `{}`},
		"a name with a slash, and the order of names": {document: `{"a/b": 1, "password": 2}`, visible: `{}`, secret: `{"a/b": 1, "password": 2}`, pointers: []string{"/a~1b", "/password"}},
	} {
		t.Run(name, func(t *testing.T) {
			schema, err := CompileSchema([]byte(secrets))
			if err != nil {
				t.Fatal(err)
			}
			read := func(text string) map[string]any {
				object, faults := DecodeObject([]byte(text), "")
				if len(faults) > 0 {
					t.Fatal(faults)
				}
				return object
			}
			document := read(test.document)
			visible, secret := schema.Split(document)
			if diff := cmp.Diff(read(test.visible), visible); diff != "" {
				t.Errorf("visible (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(read(test.secret), secret); diff != "" {
				t.Errorf("secret (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.pointers, schema.Secrets(document)); diff != "" {
				t.Errorf("pointers (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(read(test.document), document); diff != "" {
				t.Errorf("the document was changed:\n%s", diff)
			}
		})
	}
}

func TestSplitOfASecretDocument(t *testing.T) {
	schema, err := CompileSchema([]byte(`{"writeOnly": true}`))
	if err != nil {
		t.Fatal(err)
	}
	visible, secret := schema.Split(map[string]any{"a": "b"})
	if len(visible) != 0 || secret["a"] != "b" {
		t.Errorf("got %v, %v", visible, secret)
	}
}

// FuzzSplit holds that the halves make the whole again, over whatever they are laid, and that splitting the visible half finds
// nothing secret.
func FuzzSplit(f *testing.F) {
	f.Add([]byte(secrets), []byte(`{"user": "u", "password": null, "hubs": [{"key": 1}], "auth": {"pin": {"a": 1}}}`), []byte(`{"auth": 1, "hubs": {}}`))
	f.Add([]byte(`{"additionalProperties": {"writeOnly": true}}`), []byte(`{"a": {"b": [null]}}`), []byte(`{"a": {"b": 1}}`))
	f.Add([]byte(`{"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"a": {"$ref": "#/$defs/a"}, "s": {"writeOnly": true}}}}}`), []byte(`{"a": {"a": {"s": 1}}}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, schemaText, documentText, underText []byte) {
		schema, err := CompileSchema(schemaText)
		if err != nil {
			return
		}
		document, faults := DecodeObject(documentText, "p")
		under, more := DecodeObject(underText, "p")
		if len(faults) > 0 || len(more) > 0 {
			return
		}
		visible, secret := schema.Split(document)
		// cmp.Diff takes exponential time for deeply nested arrays.
		if want, got := Merge(under, document), Merge(Merge(under, visible), secret); !reflect.DeepEqual(want, got) {
			t.Fatalf("the halves %v and %v are not the whole %v", visible, secret, document)
		}
		if again := schema.Secrets(visible); len(again) > 0 {
			t.Fatalf("the visible half has secrets: %v", again)
		}
		if (len(secret) > 0) != (len(schema.Secrets(document)) > 0) {
			t.Fatalf("Secrets and Split differ about %s", documentText)
		}
	})
}
