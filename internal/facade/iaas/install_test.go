package iaas

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/iaas/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestInstallAsPublished(t *testing.T) {
	h := newFakeHub()
	w := ask(t, server(t, h), http.MethodPost, addonsOfCluster, `{"addon": "jupyterhub", "params": {"cpu_limit": 2, "memory_limit": "4Gi"}}`)
	answered(t, w, http.StatusAccepted, `{"name":"jupyterhub-abcd","addon_type":"jupyterhub","status":"pending-install","version":"3.3.8",`+
		`"cluster_id":"abc-123","message":null,"created_at":"`+stamp+`","updated_at":"`+stamp+`"}`)
	want := []hub.NewAddon{{
		Cluster: hub.Ref{Kind: fleetv1.KindCluster, ID: clusterID}, Template: "jupyterhub", Version: "3.3.8", Instance: "jupyterhub-abcd",
		Params: []byte(`{"cpu_limit":2,"memory_limit":"4Gi"}`),
		Extensions: &fleetv1.Extensions{IaaS: &runtime.RawExtension{
			Raw: []byte(`{"addon":"jupyterhub","params":{"cpu_limit":2,"memory_limit":"4Gi"}}`),
		}},
	}}
	if diff := cmp.Diff(want, h.wishes); diff != "" {
		t.Errorf("wishes (-want +got):\n%s", diff)
	}
}

// TestParamsArePassedAsSent keeps digits, tells no params from empty ones, and ignores other members of the body.
func TestParamsArePassedAsSent(t *testing.T) {
	for body, want := range map[string]struct{ params, kept string }{
		`{"addon":"jupyterhub"}`:                                {"", `{"addon":"jupyterhub"}`},
		`{"addon":"jupyterhub","params":null}`:                  {"", `{"addon":"jupyterhub","params":null}`},
		`{"addon":"jupyterhub","params":{}}`:                    {"{}", `{"addon":"jupyterhub","params":{}}`},
		`{"addon":"jupyterhub","params":{"cpu_limit":1.50}}`:    {`{"cpu_limit":1.50}`, `{"addon":"jupyterhub","params":{"cpu_limit":1.50}}`},
		`{"addon":"jupyterhub","params":{"cpu_limit":null}}`:    {`{"cpu_limit":null}`, `{"addon":"jupyterhub","params":{"cpu_limit":null}}`},
		`{"x":[1],"addon":"jupyterhub","Params":5,"version":2}`: {"", `{"Params":5,"addon":"jupyterhub","version":2,"x":[1]}`},
	} {
		t.Run(body, func(t *testing.T) {
			h := newFakeHub()
			if w := ask(t, server(t, h), http.MethodPost, addonsOfCluster+"/", body); w.Code != http.StatusAccepted {
				t.Fatalf("answered %d %s", w.Code, w.Body)
			}
			got := h.wishes[0]
			if string(got.Params) != want.params || (got.Params == nil) != (want.params == "") || string(got.Extensions.IaaS.Raw) != want.kept {
				t.Errorf("params %s, kept %s", got.Params, got.Extensions.IaaS.Raw)
			}
		})
	}
}

// TestShapeOfTheBody goes through the table of 422.
func TestShapeOfTheBody(t *testing.T) {
	const (
		notJSON  = `{"detail":[{"loc":["body"],"msg":"JSON decode error","type":"json_invalid"}]}`
		noObject = `{"detail":[{"loc":["body"],"msg":"must be an object","type":"model_attributes_type"}]}`
		noAddon  = `{"loc":["body","addon"],"msg":"field required","type":"missing"}`
		noText   = `{"loc":["body","addon"],"msg":"must be a string","type":"string_type"}`
		noDict   = `{"loc":["body","params"],"msg":"must be an object","type":"dict_type"}`
	)
	list := func(entries ...string) string { return `{"detail":[` + strings.Join(entries, ",") + `]}` }
	tests := map[string]struct{ body, want string }{
		"nothing":                 {``, notJSON},
		"blanks":                  {" \n", notJSON},
		"no JSON":                 {`{`, notJSON},
		"text after the document": {`{"addon":"jupyterhub"}}`, notJSON},
		"a member twice":          {`{"addon":"jupyterhub","addon":"kuberay"}`, notJSON},
		"too deep":                {strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), notJSON},
		"no UTF-8":                {"{\"addon\":\"\xff\"}", notJSON},
		"a list":                  {`[{"addon":"jupyterhub"}]`, noObject},
		"a text":                  {`"jupyterhub"`, noObject},
		"null":                    {`null`, noObject},
		"a number":                {` 1`, noObject},
		"no add-on":               {`{"params":{}}`, list(noAddon)},
		"an add-on in capitals":   {`{"Addon":"jupyterhub"}`, list(noAddon)},
		"an add-on that is null":  {`{"addon":null}`, list(noText)},
		"an add-on of a number":   {`{"addon":1}`, list(noText)},
		"params of a list":        {`{"addon":"jupyterhub","params":[]}`, list(noDict)},
		"params of a text":        {`{"addon":"none","params":"{}"}`, list(noDict)},
		"params of false":         {`{"addon":"none","params":false}`, list(noDict)},
		"all of it":               {`{"params":1}`, list(noAddon, noDict)},
		"another all of it":       {`{"params":true,"addon":{}}`, list(noText, noDict)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			answered(t, ask(t, server(t, h), http.MethodPost, addonsOfCluster, test.body), http.StatusUnprocessableEntity, test.want)
			answered(t, ask(t, server(t, h), http.MethodPost, "/clusters/none/addons", test.body), http.StatusUnprocessableEntity, test.want)
			unauthorized := refusing(t, facade.Refusal{Status: http.StatusForbidden, Cause: facade.NoRight})
			answered(t, ask(t, unauthorized, http.MethodPost, addonsOfCluster, test.body), http.StatusUnprocessableEntity, test.want)
			if len(h.wishes) > 0 {
				t.Error("the hub was asked")
			}
		})
	}
	t.Run("another media type", func(t *testing.T) {
		w := ask(t, server(t, newFakeHub()), http.MethodPost, addonsOfCluster, `{"addon":"kuberay"}`, "Content-Type", "text/plain")
		answered(t, w, http.StatusUnprocessableEntity, notJSON)
	})
	t.Run("too large", func(t *testing.T) {
		w := ask(t, server(t, newFakeHub()), http.MethodPost, addonsOfCluster, `{"addon":"kuberay"}`+strings.Repeat(" ", facade.MaxBody))
		answered(t, w, http.StatusRequestEntityTooLarge, `{"detail":"The body may have 1 MiB at most"}`)
	})
}

// TestValuesOfTheBody goes through the table of 400.
func TestValuesOfTheBody(t *testing.T) {
	tests := map[string]struct {
		change func(*fakeHub)
		body   string
		detail string
	}{
		"an unknown add-on":      {body: `{"addon":"foo"}`, detail: "addon: 'foo' is not in the catalogue"},
		"no name at all":         {body: `{"addon":""}`, detail: "addon: '' is not in the catalogue"},
		"an endless name":        {body: `{"addon":"` + strings.Repeat("ü", 99) + `"}`, detail: "addon: '" + strings.Repeat("ü", 64) + "…' is not in the catalogue"},
		"a number as text":       {body: jupyter(`"cpu_limit":"2"`), detail: "params.cpu_limit: must be a number"},
		"true for a number":      {body: jupyter(`"cpu_limit":true`), detail: "params.cpu_limit: must be a number"},
		"a number for a text":    {body: jupyter(`"memory_limit":4`), detail: "params.memory_limit: must be a string"},
		"below the minimum":      {body: jupyter(`"cpu_limit":0`), detail: "params.cpu_limit: must be at least 1/10, not 0"},
		"against the pattern":    {body: jupyter(`"memory_limit":"4"`), detail: `params.memory_limit: must match the pattern ^[0-9]+(Mi|Gi)$, not "4"`},
		"an unknown param":       {body: jupyter(`"disk":1`), detail: "params.disk: is unknown, known are cpu_limit, memory_limit"},
		"a param in capitals":    {body: jupyter(`"CPU_limit":1`), detail: "params.CPU_limit: is unknown, known are cpu_limit, memory_limit"},
		"several":                {body: jupyter(`"memory_limit":4,"cpu_limit":"2"`), detail: "params.cpu_limit: must be a number; params.memory_limit: must be a string"},
		"a param of no add-on's": {body: `{"addon":"kuberay","params":{"a.b":1}}`, detail: `params["a.b"]: is unknown`},
		"missing": {
			change: schema(`{"required":["token"],"properties":{"token":{"type":"string","writeOnly":true}}}`),
			body:   jupyter(""), detail: "params.token: is required",
		},
		"a secret": {
			change: schema(`{"properties":{"token":{"type":"string","pattern":"^a+$","writeOnly":true}}}`),
			body:   jupyter(`"token":"hunter2"`), detail: "params.token: must match the pattern ^a+$",
		},
		"unknown to a schema that allows everything": {
			change: schema(`{"properties":{"a":{}}}`), body: jupyter(`"b":1`), detail: "params.b: is unknown, known are a",
		},
		"too old a cluster": {
			change: running("v1.23.3"), body: jupyter(""), detail: "cluster version v1.23.3 does not satisfy jupyterhub 3.3.8: needs >=1.25.0",
		},
		"a cluster version that no expression matches": {
			change: func(h *fakeHub) {
				h.templates[0].Spec.Versions[0].ClusterVersions = []string{`v1\.2[0-9]\..*`, `v1\.30\..*`}
			},
			body:   `{"addon":"kuberay"}`,
			detail: `cluster version v1.31.2 does not satisfy kuberay 1.1.0: needs a version that matches v1\.2[0-9]\..* or v1\.30\..*`,
		},
		"a cluster that never was ready": {
			change: func(h *fakeHub) { h.cluster.Cluster.Status.Conditions = nil }, body: jupyter(""), detail: "cluster is not ready",
		},
		"a cluster that is not provisioned": {
			change: func(h *fakeHub) { h.cluster.Cluster.Status.Conditions[0].Status = metav1.ConditionUnknown },
			body:   jupyter(""), detail: "cluster is not ready",
		},
		"a cluster that is being deleted": {
			change: func(h *fakeHub) { h.cluster.Cluster.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} },
			body:   jupyter(""), detail: "cluster is not ready",
		},
		"an entry without versions": {
			change: func(h *fakeHub) { h.templates[0].Spec.Versions = nil }, body: `{"addon":"kuberay"}`, detail: "addon: 'kuberay' is not in the catalogue",
		},
		"what only the hub finds": {
			change: func(h *fakeHub) {
				h.fail = &hub.Error{Reason: hub.Invalid, Faults: []hub.Fault{
					{Field: "spec.params.a", Message: "must be b"}, {Field: "spec.templateName", Message: "is gone"},
				}}
			},
			body: jupyter(""), detail: "params.a: must be b; addon: is gone",
		},
		"what only the hub finds, in one sentence": {
			change: func(h *fakeHub) { h.fail = &hub.Error{Reason: hub.Invalid, Message: "A quota says no."} },
			body:   jupyter(""), detail: "A quota says no.",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			if test.change != nil {
				test.change(h)
			}
			w := ask(t, server(t, h), http.MethodPost, addonsOfCluster, test.body)
			answered(t, w, http.StatusBadRequest, string(reply.Encode(wire.Error{Detail: test.detail})))
		})
	}
}

func jupyter(params string) string {
	return fmt.Sprintf(`{"addon":"jupyterhub","params":{%s}}`, params)
}

func schema(text string) func(*fakeHub) {
	return func(h *fakeHub) { h.templates[1].Spec.Versions[1].ParamsSchema.Raw = []byte(text) }
}

func running(version string) func(*fakeHub) {
	return func(h *fakeHub) { h.cluster.Cluster.Status.KubernetesVersion = version }
}

// TestOrderOfErrors takes away one error after the other.
func TestOrderOfErrors(t *testing.T) {
	h := newFakeHub()
	running("v1.23.3")(h)
	h.cluster.Cluster.Status.Conditions = nil
	handler := server(t, h)
	for _, step := range []struct {
		path, body, want string
		status           int
	}{
		{"/clusters/none/addons", `{"addon":1}`, "string_type", http.StatusUnprocessableEntity},
		{"/clusters/none/addons", `{"addon":"foo","params":{"a":1}}`, "Cluster not found", http.StatusNotFound},
		{addonsOfCluster, `{"addon":"foo","params":{"a":1}}`, "catalogue", http.StatusBadRequest},
		{addonsOfCluster, jupyter(`"a":1`), "params.a", http.StatusBadRequest},
		{addonsOfCluster, jupyter(``), "cluster version", http.StatusBadRequest},
		{addonsOfCluster, `{"addon":"kuberay"}`, "not ready", http.StatusBadRequest},
	} {
		if w := ask(t, handler, http.MethodPost, step.path, step.body); w.Code != step.status || !strings.Contains(w.Body.String(), step.want) {
			t.Errorf("%s to %s is answered %d %s, want %s", step.body, step.path, w.Code, w.Body, step.want)
		}
	}
}

func TestAClusterThatHasNotSaidItsVersionIsTrusted(t *testing.T) {
	h := newFakeHub()
	running("")(h)
	if w := ask(t, server(t, h), http.MethodPost, addonsOfCluster, jupyter("")); w.Code != http.StatusAccepted {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestSecretsAreNotKept(t *testing.T) {
	h := newFakeHub()
	schema(`{"properties":{"token":{"type":"string","writeOnly":true},"name":{"type":"string"}}}`)(h)
	if w := ask(t, server(t, h), http.MethodPost, addonsOfCluster, jupyter(`"token":"hunter2","name":"a"`)); w.Code != http.StatusAccepted {
		t.Fatalf("answered %d %s", w.Code, w.Body)
	}
	got := h.wishes[0]
	if string(got.Extensions.IaaS.Raw) != `{"addon":"jupyterhub","params":{"name":"a"}}` || !strings.Contains(string(got.Params), "hunter2") {
		t.Errorf("params %s, kept %s", got.Params, got.Extensions.IaaS.Raw)
	}
}

func TestNamesAreDrawnAgain(t *testing.T) {
	h := newFakeHub()
	h.taken = 2
	w := ask(t, server(t, h), http.MethodPost, addonsOfCluster, `{"addon":"kuberay"}`)
	if w.Code != http.StatusAccepted || len(h.wishes) != 3 || h.wishes[2].Instance != "kuberay-ijkl" {
		t.Errorf("answered %d %s after %+v", w.Code, w.Body, h.wishes)
	}
	h = newFakeHub()
	h.taken = maxDraws
	w = ask(t, server(t, h), http.MethodPost, addonsOfCluster, `{"addon":"kuberay"}`)
	answered(t, w, http.StatusInternalServerError, `{"detail":"Internal Server Error"}`)
	if len(h.wishes) != maxDraws {
		t.Errorf("%d names were drawn", len(h.wishes))
	}
}

func TestDrawName(t *testing.T) {
	for name, test := range map[string]struct{ template, random, want string }{
		"all letters":                    {"jupyterhub", "\x00\x01\x19\x1a", "jupyterhub-abz0"},
		"bytes start again":              {"jupyterhub", "\x23\x24\xfb\x00", "jupyterhub-9a9a"},
		"bytes that would favour some":   {"jupyterhub", "\xfc\x00\xff\x01\xfd\x02\x03", "jupyterhub-abcd"},
		"a long name":                    {strings.Repeat("x", 60), "\x00\x00\x00\x00", strings.Repeat("x", 48) + "-aaaa"},
		"a name with dots":               {"npd.v2", "\x00\x00\x00\x00", "npd-v2-aaaa"},
		"a name that is as long as goes": {strings.Repeat("x", 48), "\x00\x00\x00\x00", strings.Repeat("x", 48) + "-aaaa"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := drawName(test.template, strings.NewReader(test.random)); err != nil || got != test.want {
				t.Errorf("drew %s (%v), want %s", got, err, test.want)
			}
		})
	}
	broken := errors.New("no entropy")
	if _, err := drawName("x", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}
