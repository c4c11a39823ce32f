package params

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func rawExt(text string) *runtime.RawExtension {
	if text == "" {
		return nil
	}
	return &runtime.RawExtension{Raw: []byte(text)}
}

func TestMerge(t *testing.T) {
	for name, test := range map[string]struct{ under, over, merged, overlaid string }{
		"objects are merged":              {`{"a": {"b": 1, "c": 2}}`, `{"a": {"c": 3}}`, `{"a": {"b": 1, "c": 3}}`, `{"a": {"b": 1, "c": 3}}`},
		"arrays are replaced":             {`{"a": [1, 2]}`, `{"a": [3]}`, `{"a": [3]}`, `{"a": [3]}`},
		"null takes a key away, or stays": {`{"a": 1, "b": 2}`, `{"a": null}`, `{"b": 2}`, `{"a": null, "b": 2}`},
		"a scalar gives way to an object": {`{"a": 1}`, `{"a": {"b": null, "c": 1}}`, `{"a": {"c": 1}}`, `{"a": {"b": null, "c": 1}}`},
		"nothing over something":          {`{"a": 1}`, `{}`, `{"a": 1}`, `{"a": 1}`},
	} {
		t.Run(name, func(t *testing.T) {
			read := func(text string) map[string]any {
				object, faults := DecodeObject([]byte(text), "")
				if len(faults) > 0 {
					t.Fatal(faults)
				}
				return object
			}
			under, over := read(test.under), read(test.over)
			if diff := cmp.Diff(read(test.merged), Merge(under, over)); diff != "" {
				t.Errorf("Merge (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(read(test.overlaid), Overlay(under, over)); diff != "" {
				t.Errorf("Overlay (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(read(test.under), under); diff != "" {
				t.Errorf("the lower document was changed:\n%s", diff)
			}
		})
	}
}

func TestResolveAndValues(t *testing.T) {
	mapped := func(rules ...fleetv1.ParamMapping) []fleetv1.ParamMapping { return rules }
	for name, test := range map[string]struct {
		version fleetv1.AddonVersion
		params  string
		want    string
		faults  string
	}{
		"without a mapping the params are the values": {params: `{"a": {"b": 1}}`, want: `{"a": {"b": 1}}`},
		"defaults lie beneath the params": {
			version: fleetv1.AddonVersion{Defaults: rawExt(`{"a": 1, "b": {"c": 2}}`)}, params: `{"b": {"d": 3}}`, want: `{"a": 1, "b": {"c": 2, "d": 3}}`,
		},
		"fixed values lie over the params": {
			version: fleetv1.AddonVersion{Values: rawExt(`{"a": "fixed", "gone": null}`)}, params: `{"a": "mine", "gone": 1}`, want: `{"a": "fixed", "gone": null}`,
		},
		"a mapping puts params into place, and nothing else": {
			version: fleetv1.AddonVersion{
				Values:       rawExt(`{"hub": {"image": "x"}, "hosts": [{"name": "a"}]}`),
				ParamMapping: mapped(fleetv1.ParamMapping{Param: "/cpu", Value: "/hub/cpu/limit"}, fleetv1.ParamMapping{Param: "/host", Value: "/hosts/0/name"}),
			},
			params: `{"cpu": 2, "host": "b", "other": 1}`, want: `{"hub": {"image": "x", "cpu": {"limit": 2}}, "hosts": [{"name": "b"}]}`,
		},
		"a param that is not given leaves its place alone": {
			version: fleetv1.AddonVersion{ParamMapping: mapped(fleetv1.ParamMapping{Param: "/cpu", Value: "/cpu"})}, want: `{}`,
		},
		"a mapping's default fills in": {
			version: fleetv1.AddonVersion{ParamMapping: mapped(fleetv1.ParamMapping{Param: "/cpu", Value: "/cpu", Default: rawExt(`1`)})}, want: `{"cpu": 1}`,
		},
		"a constant is always taken": {
			version: fleetv1.AddonVersion{ParamMapping: mapped(fleetv1.ParamMapping{Value: "/a/b", Constant: rawExt(`[true]`)})}, want: `{"a": {"b": [true]}}`,
		},
		"types are converted": {
			version: fleetv1.AddonVersion{ParamMapping: mapped(
				fleetv1.ParamMapping{Param: "/n", Value: "/n", Type: "string"}, fleetv1.ParamMapping{Param: "/s", Value: "/s", Type: "integer"},
				fleetv1.ParamMapping{Param: "/f", Value: "/f", Type: "number"}, fleetv1.ParamMapping{Param: "/b", Value: "/b", Type: "boolean"},
				fleetv1.ParamMapping{Param: "/e", Value: "/e", Type: "integer"},
			)},
			params: `{"n": 1.50, "s": "42", "f": "2.5", "b": "true", "e": 2e3}`, want: `{"n": "1.50", "s": 42, "f": 2.5, "b": true, "e": 2000}`,
		},
		"what cannot be converted is named": {
			version: fleetv1.AddonVersion{ParamMapping: mapped(
				fleetv1.ParamMapping{Param: "/a", Value: "/a", Type: "integer"}, fleetv1.ParamMapping{Param: "/b", Value: "/b", Type: "boolean"},
				fleetv1.ParamMapping{Param: "/c", Value: "/c", Type: "string"},
			)},
			params: `{"a": 1.5, "b": "yes", "c": {}}`,
			faults: `p.a: cannot be taken as integer: 1.5; p.b: cannot be taken as boolean: "yes"; p.c: cannot be taken as string`,
		},
		"a secret that cannot be converted is not quoted": {
			version: fleetv1.AddonVersion{
				ParamsSchema: rawExt(`{"properties": {"a": {"writeOnly": true}}}`),
				ParamMapping: mapped(fleetv1.ParamMapping{Param: "/a", Value: "/a", Type: "integer"}),
			},
			params: `{"a": "hunter2"}`, faults: "p.a: cannot be taken as integer",
		},
		"a place below a scalar is refused": {
			version: fleetv1.AddonVersion{Values: rawExt(`{"a": 1}`), ParamMapping: mapped(fleetv1.ParamMapping{Value: "/a/b", Constant: rawExt(`1`)})},
			faults:  "paramMapping[0].value: /a is neither an object nor an array, so that nothing can be put below it",
		},
		"an element behind the end of an array is appended": {
			version: fleetv1.AddonVersion{Values: rawExt(`{"a": [1]}`), ParamMapping: mapped(
				fleetv1.ParamMapping{Value: "/a/-", Constant: rawExt(`2`)}, fleetv1.ParamMapping{Value: "/a/2/b", Constant: rawExt(`3`)},
			)},
			want: `{"a": [1, 2, {"b": 3}]}`,
		},
		"a reserved name is refused with a remedy": {
			params: `{"targetNamespace": "kube-system"}`,
			faults: "p.targetNamespace: is reserved and cannot be set: the namespace is the template's targetNamespace; remove it",
		},
		"a reserved name deeper down is the chart's business": {params: `{"a": {"kubeConfig": 1}}`, want: `{"a": {"kubeConfig": 1}}`},
		"params are checked with the defaults beneath them": {
			version: fleetv1.AddonVersion{ParamsSchema: rawExt(`{"required": ["a"]}`), Defaults: rawExt(`{"a": 1}`)}, want: `{"a": 1}`,
		},
		"null takes a default away": {
			version: fleetv1.AddonVersion{ParamsSchema: rawExt(`{"required": ["a"]}`), Defaults: rawExt(`{"a": 1}`)}, params: `{"a": null}`, faults: "p.a: is required",
		},
		"a schema that is none says whose it is": {
			version: fleetv1.AddonVersion{Version: "1.0.0", ParamsSchema: rawExt(`[]`)}, faults: "p: cannot be checked: paramsSchema of version 1.0.0 the schema must be an object",
		},
	} {
		t.Run(name, func(t *testing.T) {
			effective, faults := Resolve(&test.version, rawExt(test.params), "p")
			var values map[string]any
			if len(faults) == 0 {
				values, faults = effective.Values(&test.version)
			}
			if diff := cmp.Diff(test.faults, Join(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if test.want == "" {
				return
			}
			want, _ := DecodeObject([]byte(test.want), "")
			if diff := cmp.Diff(want, values); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVisible(t *testing.T) {
	version := &fleetv1.AddonVersion{ParamsSchema: rawExt(`{"properties": {"pin": {"writeOnly": true}}}`), Defaults: rawExt(`{"size": 1}`)}
	given := rawExt(`{"pin": "1234", "cpu": 2}`)
	effective, faults := Resolve(version, given, "p")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if got := string(effective.Visible(given).Raw); got != `{"cpu":2}` {
		t.Errorf("got %s", got)
	}
	if got := effective.Visible(nil); got != nil {
		t.Errorf("nothing given: got %v", got)
	}
}

// FuzzMapping holds that no mapping makes the values anything but a document, whatever it points at.
func FuzzMapping(f *testing.F) {
	f.Add("/a/b", "/x/0/y", "integer", `{"a": {"b": "12"}}`, `{"x": [1]}`)
	f.Add("/a~1b", "/-", "string", `{"a/b": 1}`, `{}`)
	f.Add("", "//", "", `{}`, `{"": {"": 1}}`)
	f.Fuzz(func(t *testing.T, param, value, kind, params, fixed string) {
		version := &fleetv1.AddonVersion{Values: rawExt(fixed), ParamMapping: []fleetv1.ParamMapping{
			{Param: param, Value: value, Type: kind}, {Value: value, Constant: rawExt(`{"c": [1]}`)},
		}}
		effective, faults := Resolve(version, rawExt(params), "p")
		if len(faults) > 0 {
			return
		}
		before, err := json.Marshal(effective.Params)
		if err != nil {
			t.Fatal(err)
		}
		values, faults := effective.Values(version)
		if len(faults) > 0 {
			return
		}
		if _, err := json.Marshal(values); err != nil {
			t.Fatalf("the values cannot be written: %v", err)
		}
		after, err := json.Marshal(effective.Params)
		if err != nil || string(before) != string(after) {
			t.Fatalf("the params were changed: %s, %s, %v", before, after, err)
		}
	})
}
