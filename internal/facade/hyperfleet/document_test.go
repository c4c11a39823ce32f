package hyperfleet

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// documented reads the document and returns how to check a JSON text against one of its schemas.
func documented(t *testing.T) (document any, check func(schema string, text []byte) error) {
	t.Helper()
	decode := func() any {
		decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(newDialect(t, nil).document.json))
		if err != nil {
			t.Fatal(err)
		}
		return decoded
	}
	compiler, err := newCompiler(decode())
	if err != nil {
		t.Fatal(err)
	}
	return decode(), func(schema string, text []byte) error {
		compiled, err := compiler.Compile(schemasURL + schema)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return err
		}
		return compiled.Validate(value)
	}
}

func TestServedDocumentHasNoHintsForOurGenerator(t *testing.T) {
	d := newDialect(t, nil)
	if bytes.Contains(d.document.json, []byte(`"x-`)) || !bytes.Contains(openAPI, []byte("x-order")) {
		t.Error("the document is served as it is written")
	}
}

// Every example stands beside a schema, or is named by it; it satisfies that schema.
func TestExamplesAreAsDocumented(t *testing.T) {
	document, check := documented(t)
	root := document.(map[string]any)
	shared := root["components"].(map[string]any)["examples"].(map[string]any)
	checked := 0
	var walk func(at string, value any)
	verify := func(at string, schema map[string]any, example any) {
		reference, _ := schema["$ref"].(string)
		if reference == "" {
			return
		}
		text, err := json.Marshal(example)
		if err == nil {
			err = check(strings.TrimPrefix(reference, "#/components/schemas/"), text)
		}
		if err != nil {
			t.Errorf("%s: %v", at, err)
		}
		checked++
	}
	walk = func(at string, value any) {
		switch v := value.(type) {
		case map[string]any:
			if schema, ok := v["schema"].(map[string]any); ok {
				if example, given := v["example"]; given {
					verify(at, schema, example)
				}
				examples, _ := v["examples"].(map[string]any)
				for name, example := range examples {
					reference, _ := example.(map[string]any)["$ref"].(string)
					if referred, ok := shared[strings.TrimPrefix(reference, "#/components/examples/")].(map[string]any); ok {
						verify(at+"/"+name, schema, referred["value"])
					}
				}
			}
			for name, member := range v {
				walk(at+"/"+name, member)
			}
		case []any:
			for _, item := range v {
				walk(at, item)
			}
		}
	}
	walk("", root)
	if checked < 12 {
		t.Errorf("only %d examples were found", checked)
	}
}

func TestAnswersAreAsDocumented(t *testing.T) {
	_, check := documented(t)
	h := newFakeHub()
	h.records[0].Reports = []*fleetv1.AdapterStatus{newReport()}
	h.stored = newReport()
	for _, row := range []struct{ method, path, body, schema string }{
		{http.MethodGet, clusters, "", "ClusterList"},
		{http.MethodGet, pools, "", "NodePoolList"},
		{http.MethodGet, one + "/statuses", "", "AdapterStatusList"},
		{http.MethodGet, one, "", "Cluster"},
		{http.MethodGet, flat, "", "NodePool"},
		{http.MethodPost, one + "/statuses", reported(), "AdapterStatus"},
		{http.MethodGet, "/nothing", "", "Problem"},
		{http.MethodPost, clusters, `{"kind":5,"labels":{"slipway.dev/x":""}}`, "Problem"},
		{http.MethodPost, one + "/statuses", reported(`"dns"`, `"-"`, "Health", "Applied", ":05Z", ""), "Problem"},
		{http.MethodGet, clusters + "?page=0&fields=x", "", "Problem"},
	} {
		w := ask(t, h, row.method, row.path, row.body)
		if err := check(row.schema, w.Body.Bytes()); err != nil {
			t.Errorf("%s %s: %s\n%v", row.method, row.path, w.Body, err)
		}
	}
}
