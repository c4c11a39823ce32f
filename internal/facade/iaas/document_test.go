package iaas

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/document"
)

// schemaNamed compiles a schema of the document as it is served.
func schemaNamed(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi://iaas", document.WithNull(served(t))); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("openapi://iaas#/components/schemas/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// served is the document as it is served.
func served(t testing.TB) map[string]any {
	t.Helper()
	return decoded(t, newDialect(t, nil).document).(map[string]any)
}

func decoded(t testing.TB, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

func TestTheDocumentIsPublic(t *testing.T) {
	w := ask(t, server(t, newFakeHub()), http.MethodGet, "/addons/openapi", "")
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" || strings.Contains(w.Body.String(), `"x-`) {
		t.Errorf("answered %d %v", w.Code, w.Header())
	}
	if version := decoded(t, w.Body.Bytes()).(map[string]any)["openapi"]; version != "3.0.3" {
		t.Errorf("it is of version %v", version)
	}
}

// TestTheDocumentHasAllRoutes compares paths, methods, variables and which are public.
func TestTheDocumentHasAllRoutes(t *testing.T) {
	var routes, documented []string
	for _, route := range newDialect(t, nil).Routes() {
		routes = append(routes, fmt.Sprint(route.Method, " ", base+route.Path, " ", route.Public))
	}
	for path, item := range served(t)["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			if method != "parameters" {
				_, public := operation.(map[string]any)["security"]
				documented = append(documented, fmt.Sprint(strings.ToUpper(method), " ", path, " ", public))
			}
		}
	}
	slices.Sort(routes)
	slices.Sort(documented)
	if !slices.Equal(routes, documented) {
		t.Errorf("routes     %q\ndocumented %q", routes, documented)
	}
}

// TestAnswersSatisfyTheDocument holds what is really answered against the schemas.
func TestAnswersSatisfyTheDocument(t *testing.T) {
	failed := newFakeHub()
	failed.addons[0].Phase = "Degraded"
	for schema, answers := range map[string][]string{
		"Catalog":   {ask(t, server(t, newFakeHub()), http.MethodGet, "/addons/catalog", "").Body.String()},
		"Instances": {ask(t, server(t, settled()), http.MethodGet, addonsOfCluster, "").Body.String(), "[]"},
		"Instance": {
			ask(t, server(t, settled()), http.MethodGet, addonsOfCluster+"/jupyterhub-x7k2", "").Body.String(),
			ask(t, server(t, failed), http.MethodGet, addonsOfCluster+"/jupyterhub-x7k2", "").Body.String(),
			ask(t, server(t, newFakeHub()), http.MethodPost, addonsOfCluster, `{"addon":"kuberay"}`).Body.String(),
		},
		"ValidationError": {ask(t, server(t, newFakeHub()), http.MethodPost, addonsOfCluster, `{"params":1}`).Body.String()},
		"Error":           {ask(t, server(t, newFakeHub()), http.MethodPost, addonsOfCluster, `{"addon":"x"}`).Body.String()},
	} {
		for _, answer := range answers {
			if err := schemaNamed(t, schema).Validate(decoded(t, []byte(answer))); err != nil {
				t.Errorf("%s: %s: %v", schema, answer, err)
			}
		}
	}
}

// TestTheExamplesSatisfyTheDocument looks at every example of a body.
func TestTheExamplesSatisfyTheDocument(t *testing.T) {
	examples := 0
	check := func(media map[string]any) {
		reference, named := media["schema"].(map[string]any)["$ref"].(string)
		if !named {
			return
		}
		given := []any{}
		if example, ok := media["example"]; ok {
			given = append(given, example)
		}
		list, _ := media["examples"].(map[string]any)
		for _, example := range list {
			given = append(given, example.(map[string]any)["value"])
		}
		for _, example := range given {
			examples++
			if err := schemaNamed(t, reference[strings.LastIndex(reference, "/")+1:]).Validate(example); err != nil {
				t.Errorf("%v: %v", example, err)
			}
		}
	}
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case map[string]any:
			if media, ok := v["application/json"].(map[string]any); ok {
				check(media)
			}
			for _, member := range v {
				walk(member)
			}
		case []any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(served(t))
	if examples < 10 {
		t.Errorf("only %d examples were found", examples)
	}
}

// TestTheDocumentAndTheDecoderAgree on which bodies are good.
func TestTheDocumentAndTheDecoderAgree(t *testing.T) {
	schema := schemaNamed(t, "InstallRequest")
	for _, body := range []string{
		`{}`, `{"addon":"a"}`, `{"addon":""}`, `{"addon":1}`, `{"addon":null}`, `{"addon":"a","params":null}`, `{"addon":"a","params":{}}`,
		`{"addon":"a","params":{"b":[1]}}`, `{"addon":"a","params":[]}`, `{"addon":"a","params":""}`, `{"addon":"a","more":1}`,
	} {
		object := decoded(t, []byte(body))
		_, refused := decodeInstallation(object.(map[string]any))
		if against := schema.Validate(object); (against == nil) != (refused == nil) {
			t.Errorf("%s: the document says %v, the decoder %v", body, against, refused)
		}
	}
}

func TestCredentials(t *testing.T) {
	if got := newDialect(t, nil).Credentials(); got != (facade.Credentials{Scope: "user"}) {
		t.Errorf("credentials are %+v", got)
	}
}
