package params

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

const hub = `{
  "type": "object", "additionalProperties": false, "required": ["user", "password"],
  "properties": {
    "user": {"type": "string", "maxLength": 4},
    "password": {"type": "string", "writeOnly": true, "minLength": 4},
    "size": {"type": "integer", "maximum": 9},
    "auth": {"type": "object", "properties": {"mode": {"enum": ["a", "b"]}, "pin": {"type": "integer", "writeOnly": true}}}
  }}`

func TestResolveWithLayers(t *testing.T) {
	for name, test := range map[string]struct {
		params string
		over   []string
		want   string
		faults string
	}{
		"a layer completes the params":      {params: `{"user": "u"}`, over: []string{`{"password": "long"}`}, want: `{"user": "u", "password": "long", "size": 1}`},
		"a later layer wins":                {params: `{"user": "u"}`, over: []string{`{"password": "long"}`, "password: other"}, want: `{"user": "u", "password": "other", "size": 1}`},
		"a layer changes one key":           {params: `{"user": "u", "auth": {"mode": "a"}}`, over: []string{`{"password": "long", "auth": {"pin": 1}}`}, want: `{"user": "u", "password": "long", "size": 1, "auth": {"mode": "a", "pin": 1}}`},
		"a null takes away what lies below": {params: `{"user": "u"}`, over: []string{"password: long\nsize: null"}, want: `{"user": "u", "password": "long"}`},
		"what is still missing is named":    {params: `{}`, over: []string{`{"password": "long"}`}, faults: "p.user: is required"},
		"a fault in a layer is named there, and nothing of the layer is quoted": {
			params: `{"user": "u"}`, over: []string{`{}`, `{"password": "abc", "size": 77, "auth": {"mode": "hunter2"}}`},
			faults: `v[1].auth.mode: must be one of "a", "b"; v[1].password: must be at least 4 characters long; v[1].size: must be at most 9`,
		},
		"what a layer hides is not quoted, what stands in the open is": {
			params: `{"user": "unknown", "size": 10}`, over: []string{`{"password": "long"}`},
			faults: `p.size: must be at most 9, not 10; p.user: must be at most 4 characters long, not "unknown"`,
		},
		"a name that is not known is named where it stands": {
			params: `{"user": "u", "here": 1}`, over: []string{`{"password": "long", "there": "hunter2"}`},
			faults: "p.here: is unknown; known are auth, password, size, user; v[0].there: is unknown; known are auth, password, size, user",
		},
		"a reserved name is refused in a layer too": {
			params: `{"user": "u"}`, over: []string{`{"password": "long", "kubeConfig": "hunter2"}`},
			faults: "v[0].kubeConfig: is reserved and cannot be set: the cluster is the one that spec.clusterName names; remove it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			version := &fleetv1.AddonVersion{ParamsSchema: rawExt(hub), Defaults: rawExt(`{"size": 1}`)}
			var layers []Layer
			for i, text := range test.over {
				layer, faults := ReadLayer([]byte(text), path{text: "v"}.index(i).text)
				if len(faults) > 0 {
					t.Fatal(faults)
				}
				layers = append(layers, layer)
			}
			effective, faults := Resolve(version, rawExt(test.params), "p", layers...)
			if diff := cmp.Diff(test.faults, Join(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if test.want == "" {
				return
			}
			want, _ := DecodeObject([]byte(test.want), "")
			if diff := cmp.Diff(want, effective.Params); diff != "" {
				t.Errorf("params (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALayerIsNotQuotedByTheMapping(t *testing.T) {
	version := &fleetv1.AddonVersion{ParamMapping: []fleetv1.ParamMapping{{Param: "/a/b", Value: "/a", Type: "integer"}}}
	effective, faults := Resolve(version, rawExt(`{"a": {"b": 1}}`), "p", Layer{At: "v[0]", Params: map[string]any{"a": map[string]any{"b": "hunter2"}}})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	_, faults = effective.Values(version)
	if got, want := Join(faults), "v[0].a.b: cannot be taken as integer"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReadLayer(t *testing.T) {
	for name, test := range map[string]struct {
		text, fault string
		want        map[string]any
	}{
		"nothing is an empty document":    {text: "", want: map[string]any{}},
		"a comment is an empty document":  {text: "# nothing\n", want: map[string]any{}},
		"JSON":                            {text: `{"a": "b"}`, want: map[string]any{"a": "b"}},
		"YAML":                            {text: "a: b\nc:\n- d\n", want: map[string]any{"a": "b", "c": []any{"d"}}},
		"an anchor is followed":           {text: "a: &x {b: c}\nd: *x\n", want: map[string]any{"a": map[string]any{"b": "c"}, "d": map[string]any{"b": "c"}}},
		"a list is refused":               {text: "- hunter2\n", fault: "v: must be an object"},
		"a scalar is refused":             {text: "hunter2", fault: "v: must be an object"},
		"what is neither is not quoted":   {text: "a: b\nhunter2: [", fault: "v: leads to a document that is neither JSON nor YAML: look at line 2"},
		"a key given twice is not quoted": {text: "hunter2: b\nhunter2: c\n", fault: "v: leads to a document that is neither JSON nor YAML: look at line 2"},
		"not-a-number is refused":         {text: "a: .nan\n", fault: "v: leads to a document that is neither JSON nor YAML"},
		"a megabyte and more is refused":  {text: strings.Repeat(" ", MaxSize+1), fault: "v: leads to 1048577 bytes; at most 1048576 are allowed"},
		"anchors that multiply are refused": {
			text:  "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
			fault: "v: leads to a document that is neither JSON nor YAML",
		},
	} {
		t.Run(name, func(t *testing.T) {
			layer, faults := ReadLayer([]byte(test.text), "v")
			if diff := cmp.Diff(test.fault, Join(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, layer.Params); diff != "" {
				t.Errorf("params (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckPartial(t *testing.T) {
	for name, test := range map[string]struct{ schema, params, want string }{
		"what is required may be missing":                {hub, `{}`, ""},
		"a wrong value is refused":                       {hub, `{"user": 1}`, "p.user: must be a string"},
		"a name that is not known is refused":            {hub, `{"users": "u"}`, "p.users: is unknown; known are auth, password, size, user"},
		"a reserved name is refused":                     {hub, `{"postRenderers": []}`, "p.postRenderers: is reserved and cannot be set: rendered manifests cannot be changed; ask for a template version that offers the setting; remove it"},
		"a form that can still come to fit is no fault":  {`{"anyOf": [{"required": ["a"]}, {"properties": {"b": {"const": 1}}}]}`, `{"b": 2}`, ""},
		"forms none of which can come to fit are one":    {`{"anyOf": [{"properties": {"b": {"const": 3}}}, {"properties": {"b": {"const": 1}}}]}`, `{"b": 2}`, "p: satisfies none of the allowed forms (p.b: must be 3, not 2; or p.b: must be 1, not 2)"},
		"fitting two forms is no fault yet":              {`{"oneOf": [{"required": ["a"]}, {"required": ["b"]}, true, true]}`, `{}`, ""},
		"what is forbidden as a whole is no fault yet":   {`{"not": {"properties": {"a": {"const": 1}}}}`, `{}`, ""},
		"too few properties are no fault":                {`{"minProperties": 1}`, `{}`, ""},
		"too many properties are one":                    {`{"maxProperties": 1}`, `{"a": 1, "b": 2}`, "p: must have at most 1 properties"},
		"what follows from a condition is no fault yet":  {`{"if": {"properties": {"a": {"const": 1}}}, "then": {"properties": {"b": {"const": 1}}}}`, `{"b": 2}`, ""},
		"a property called then is checked all the same": {`{"properties": {"then": {"type": "string"}}}`, `{"then": 1}`, "p.then: must be a string"},
		"what a name asks for beside it may be missing":  {`{"dependentRequired": {"a": ["b"]}}`, `{"a": 1}`, ""},
		"a form that needs more evaluates nothing yet":   {`{"anyOf": [{"required": ["a"], "properties": {"b": {}}}, {"properties": {"c": {}}}], "unevaluatedProperties": false}`, `{"b": 1}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			version := &fleetv1.AddonVersion{ParamsSchema: rawExt(test.schema)}
			if diff := cmp.Diff(test.want, Join(CheckPartial(version, rawExt(test.params), "p"))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckPartialChecksTheMapping(t *testing.T) {
	version := &fleetv1.AddonVersion{ParamMapping: []fleetv1.ParamMapping{{Param: "/a", Value: "/a", Type: "integer"}, {Param: "/b", Value: "/b"}}}
	if got, want := Join(CheckPartial(version, rawExt(`{"a": "x"}`), "p")), `p.a: cannot be taken as integer: "x"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHoldsParams(t *testing.T) {
	if HoldsParams(nil) || HoldsParams([]fleetv1.ValuesReference{{Kind: "Secret", Name: "a"}, {Kind: "Secret", Name: "b", Holds: fleetv1.ContentValues}}) {
		t.Error("references to values count as params")
	}
	if !HoldsParams([]fleetv1.ValuesReference{{Kind: "Secret", Name: "a"}, {Kind: "ConfigMap", Name: "b", Holds: fleetv1.ContentParams}}) {
		t.Error("a reference to params does not count")
	}
}

// FuzzReadLayer holds that no content of a Secret makes reading it panic or take what is over the bounds, and that no fault
// quotes it.
func FuzzReadLayer(f *testing.F) {
	for _, seed := range []string{`{"a": 1}`, "a: &x [1]\nb: *x", "- 1", "a: b: c", "\x00", "? {a: b}\n: c", "1e999: .inf"} {
		f.Add(seed)
	}
	const mark = "hunter2-hunter2"
	f.Fuzz(func(t *testing.T, text string) {
		for _, document := range []string{text, mark + ": [" + text, text + "\n" + mark} {
			layer, faults := ReadLayer([]byte(document), "v")
			if strings.Contains(Join(faults), mark) {
				t.Fatalf("quoted: %s", Join(faults))
			}
			if len(faults) > 0 {
				continue
			}
			if written, err := json.Marshal(layer.Params); err != nil || len(written) > 8*MaxSize {
				t.Fatalf("%d bytes were made of %d, %v", len(written), len(document), err)
			}
		}
	})
}
