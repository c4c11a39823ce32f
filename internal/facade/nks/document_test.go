package nks

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/document"
)

// described are the schemas of the document as it is served.
type described struct {
	*testing.T
	served   map[string]any
	compiler *jsonschema.Compiler
}

func newDescribed(t *testing.T) described {
	t.Helper()
	d := described{T: t, compiler: jsonschema.NewCompiler()}
	w := ask(t, newServer(t, newFakeHub(), Options{}), "GET /v1/openapi", "")
	if w.Code != http.StatusOK {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	d.served = d.decoded(w.Body.String()).(map[string]any)
	d.compiler.DefaultDraft(jsonschema.Draft2020)
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource("openapi://nks", document.WithNull(d.decoded(w.Body.String()))); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d described) decoded(text string) any {
	d.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		d.Fatalf("%s: %v", text, err)
	}
	return value
}

// check holds a value against the schema at a place in the document.
func (d described) check(at string, value any) {
	d.Helper()
	schema, err := d.compiler.Compile("openapi://nks#" + at)
	if err != nil {
		d.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		d.Errorf("%s: %v: %v", at, value, err)
	}
}

// TestTheDocumentHasAllRoutes compares paths, methods and which are public.
func TestTheDocumentHasAllRoutes(t *testing.T) {
	var routes, documented []string
	for _, route := range (&Dialect{}).Routes() {
		routes = append(routes, fmt.Sprint(route.Method, " ", cmp.Or(route.Path, "/"), " ", route.Public))
	}
	for path, methods := range newDescribed(t).served["paths"].(map[string]any) {
		for method, operation := range methods.(map[string]any) {
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
	d, h := newDescribed(t), newFakeHub()
	made := newOperation(1)
	made.Status.State, made.Status.Message = fleetv1.OperationFailed, "no room"
	h.operations = []*fleetv1.Operation{made}
	handler := newServer(t, h, Options{})
	if w := ask(t, handler, "POST /v1/clusters", newClusterBody); w.Code != http.StatusAccepted {
		t.Fatal(w.Body)
	}
	const worker = "/v1/clusters/new/nodegroups/default-worker"
	for line, schema := range map[string]string{
		"GET /": "Root", "GET /v1": "Version", "GET /v1/supports": "Supports",
		"GET /v1/clusters": "Clusters", "GET /v1/clusters?limit=1": "Clusters", "GET /v1/clusters/detail": "ClusterDetails",
		"GET /v1/clusters/new": "Cluster", "GET /v1/clusters/test-k8s": "Cluster", "GET /v1/clusters/new/config": "Config",
		"GET /v1/clusters/test-k8s/events": "Events", "GET /v1/clusters/test-k8s/events/" + eventUUID: "Event",
		"GET /v1/clusters/new/api_ep_ipacl": "Access", "GET /v1/clusters/new/nodegroups": "NodeGroups",
		"GET " + worker: "NodeGroup", "GET /v1/clusters/new/nodegroups/default-master": "NodeGroup", "GET " + worker + "/autoscale": "Autoscaling",
		"GET /v1/certificates/new": "Certificate", "PATCH /v1/certificates/test-k8s": "Accepted",
		"GET /v1/clusters/nobody": "Errors", "GET /v1/nothing": "Errors", "PUT /v1": "Errors", "GET /v1/clusters?limit=0": "Errors",
	} {
		for _, client := range []string{"curl", "gophercloud/v2.15.0"} {
			w := ask(t, handler, line, "", "User-Agent", client)
			if (schema == "Errors") != (w.Code >= http.StatusBadRequest) {
				t.Errorf("%s answers %d %s", line, w.Code, w.Body)
			}
			d.check("/components/schemas/"+schema, d.decoded(w.Body.String()))
		}
	}
}

// TestTheExamplesAreAccepted sends every example of a body where it stands.
func TestTheExamplesAreAccepted(t *testing.T) {
	d := newDescribed(t)
	examples := 0
	for path, methods := range d.served["paths"].(map[string]any) {
		for method, operation := range methods.(map[string]any) {
			if method == "parameters" {
				continue
			}
			body, _ := operation.(map[string]any)["requestBody"].(map[string]any)
			if body == nil {
				continue
			}
			media := body["content"].(map[string]any)["application/json"].(map[string]any)
			example, ok := media["example"]
			if !ok {
				continue
			}
			examples++
			at := strings.NewReplacer("~", "~0", "/", "~1").Replace(path)
			d.check("/paths/"+at+"/"+method+"/requestBody/content/application~1json/schema", example)
			h := newFakeHub()
			h.fleets[0].Cluster.Cluster.Spec.ServiceGateways = &fleetv1.ServiceGateways{Registry: "x", ObjectStorage: "y"}
			line := strings.ToUpper(method) + " " + expand(path, "test-k8s")
			if w := ask(t, newServer(t, h, Options{}), line, encoded(t, example)); w.Code != http.StatusAccepted {
				t.Errorf("%s: the example is answered %d %s", line, w.Code, w.Body)
			}
		}
	}
	if examples < 15 {
		t.Errorf("only %d examples were found", examples)
	}
}

// TestTheDocumentIsPlain holds that it shows nothing that is for generators of ours.
func TestTheDocumentIsPlain(t *testing.T) {
	w := ask(t, newServer(t, newFakeHub(), Options{}), "GET /v1/openapi", "")
	if bytes.Contains(w.Body.Bytes(), []byte(`"x-`)) || newDescribed(t).served["openapi"] != "3.0.3" {
		t.Errorf("answered %s", w.Body)
	}
}

// encoded is a value as JSON.
func encoded(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
