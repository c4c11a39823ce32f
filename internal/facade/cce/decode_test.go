package cce

import (
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/facade/cce/wire"
	"github.com/slipway-dev/slipway/internal/params"
)

// TestBadBodies is what is said of requests to install that break rules.
func TestBadBodies(t *testing.T) {
	good := body(`{}`, `"version":"1.13.5","values":{}`)
	for name, row := range map[string]struct{ body, want string }{
		"nothing":                        {" ", "The body is empty"},
		"no JSON":                        {"{", "body: is not valid JSON"},
		"no object":                      {"[]", "The body must be a JSON object."},
		"a key twice":                    {`{"kind":"Addon","kind":"Addon"}`, "body.kind: is given twice"},
		"too deep":                       {body(`{}`, `"values":{"basic":`+strings.Repeat(`{"a":`, 62)+"1"+strings.Repeat("}", 62)+`}`), "is nested deeper than 64 levels"},
		"no kind":                        {strings.Replace(good, `"kind":"Addon",`, "", 1), "kind: is required"},
		"another kind":                   {strings.Replace(good, `"Addon"`, `"Cluster"`, 1), `kind: must be one of "Addon"`},
		"another version of the API":     {strings.Replace(good, `"v3"`, `"v1"`, 1), `apiVersion: must be one of "v3"`},
		"no metadata":                    {strings.Replace(good, `"metadata":{},`, "", 1), "metadata: is required"},
		"metadata that is null":          {strings.Replace(good, `"metadata":{}`, `"metadata":null`, 1), "metadata: is required"},
		"metadata that is no object":     {strings.Replace(good, `"metadata":{}`, `"metadata":[]`, 1), "metadata: must be an object"},
		"a name in capitals":             {body(`{"name":"NPD"}`, `"values":{}`), "metadata.name: must match the pattern"},
		"a name that is too long":        {body(`{"name":"`+strings.Repeat("a", 54)+`"}`, `"values":{}`), "metadata.name: must be at most 53 characters long"},
		"another annotation":             {body(`{"annotations":{"addon.install/type":"upgrade"}}`, `"values":{}`), `metadata.annotations["addon.install/type"]: must be one of "install"`},
		"an annotation that is no text":  {body(`{"annotations":{"a":1}}`, `"values":{}`), "metadata.annotations.a: must be a string"},
		"no spec":                        {`{"kind":"Addon","apiVersion":"v3","metadata":{}}`, "spec: is required"},
		"no template":                    {strings.Replace(good, `"addonTemplateName":"npd",`, "", 1), "spec.addonTemplateName: is required"},
		"an empty template":              {strings.Replace(good, `"npd"`, `""`, 1), "spec.addonTemplateName: must be at least 1 characters long"},
		"no values":                      {strings.Replace(good, `,"values":{}`, "", 1), "spec.values: is required"},
		"values that are no object":      {strings.Replace(good, `"values":{}`, `"values":[]`, 1), "spec.values: must be an object"},
		"a section that is no object":    {strings.Replace(good, `"values":{}`, `"values":{"basic":7}`, 1), "spec.values.basic: must be an object"},
		"custom that is no object":       {strings.Replace(good, `"values":{}`, `"values":{"custom":"x"}`, 1), "spec.values.custom: must be an object"},
		"a version that is no text":      {strings.Replace(good, `"1.13.5"`, `1.13`, 1), "spec.version: must be a string"},
		"a cluster that is no text":      {strings.Replace(good, `"prod"`, `7`, 1), "spec.clusterID: must be a string"},
		"no cluster":                     {strings.Replace(good, `"prod"`, `""`, 1), "spec.clusterID: is missing"},
		"several faults, in their order": {`{"kind":"Addon","metadata":7,"spec":{"values":{},"addonTemplateName":"npd"}}`, "apiVersion: is required; metadata: must be an object"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			got := ask{method: "POST", path: "/addons", body: row.body}.do(t, h)
			text, _ := got.at("error_msg").(string)
			if kindOf(got) != kindRequest || !strings.Contains(text, row.want) || h.writes > 0 {
				t.Errorf("got %d %q; want %q", got.status, text, row.want)
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	got := ask{method: "POST", path: "/addons", body: body(`{}`, `"values":{"basic":{"a":"`+strings.Repeat("a", 1<<20)+`"}}`)}.do(t, newFakeHub())
	if kindOf(got) != kindLarge {
		t.Error(got.text)
	}
}

// FuzzDecode holds that no body makes the way in fail, and that what comes out can be given to the hub.
func FuzzDecode(f *testing.F) {
	d, err := New(newFakeHub())
	if err != nil {
		f.Fatal(err)
	}
	version := &newTemplate().Spec.Versions[1]
	f.Add(guide)
	f.Add(body(`{"annotations":{}}`, `"values":{"basic":{"token":"s","replicas":"2"},"custom":null}`))
	f.Fuzz(func(t *testing.T, text string) {
		if decoded, faults := params.Decode([]byte(text), ""); len(faults) > 0 || !isObject([]byte(text)) || decoded == nil {
			return // refused before
		}
		var sent wire.AddonInstallRequest
		q, err := d.decode([]byte(text), schemaInstall, &sent)
		if err != nil {
			if translate(t.Context(), err).status != 400 {
				t.Fatal(err)
			}
			return
		}
		wish := q.wishFor(version)
		for _, made := range [][]byte{wish.params, wish.kept.Raw} {
			if _, faults := params.DecodeObject(made, ""); len(faults) > 0 {
				t.Fatalf("%s became %s: %s", text, made, params.Join(faults))
			}
		}
		if strings.Contains(string(wish.kept.Raw), `"token"`) && strings.Contains(string(q.text), `"token"`) {
			checkNoToken(t, keptValues(wish.kept))
		}
	})
}

// checkNoToken fails if values still have the secret param.
func checkNoToken(t *testing.T, values []byte) {
	t.Helper()
	in := sectionsOf(object(t, string(values)))
	if section, found := in.standsIn("token"); found {
		t.Fatalf("the secret still stands in %q of %s", section, values)
	}
}
