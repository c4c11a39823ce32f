package params

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

func TestCheckMapping(t *testing.T) {
	const schema = `{"additionalProperties": false, "properties": {
		"count": {"type": "integer", "minimum": 1}, "name": {"type": "string"}, "labels": {"type": "object"}, "any": {}, "list": {"type": "array"}}}`
	type rule = fleetv1.ParamMapping
	for name, test := range map[string]struct {
		values, defaults string
		rules            []rule
		want             string
	}{
		"no rules": {},
		"a param, a default, a constant, conversions": {
			values: `{"a": {"b": 1}, "hosts": [{"name": "x"}]}`, defaults: `{"count": 2}`,
			rules: []rule{
				{Param: "/count", Value: "/a/count", Type: "string"}, {Param: "/name", Value: "/a/name", Default: rawExt(`"x"`)},
				{Value: "/owner", Constant: rawExt(`{"a": [1]}`)}, {Value: "/number", Constant: rawExt(`2`), Type: "number"},
				{Param: "/any", Value: "/hosts/0/name"}, {Param: "/labels", Value: "/labels"}, {Value: "/labels/owner", Constant: rawExt(`"me"`)},
				{Param: "/list", Value: "/list"}, {Value: "/list/0", Constant: rawExt(`1`)}, {Value: "/hosts/-", Constant: rawExt(`1`)}, {Value: "/hosts/-", Constant: rawExt(`2`)},
			},
		},
		"neither a param nor a constant":      {rules: []rule{{Value: "/a"}}, want: "v.paramMapping[0]: needs param or constant"},
		"a param and a constant":              {rules: []rule{{Value: "/a", Param: "/any", Constant: rawExt(`1`)}}, want: "v.paramMapping[0]: must have only one of param and constant"},
		"a default beside a constant":         {rules: []rule{{Value: "/a", Default: rawExt(`1`), Constant: rawExt(`1`)}}, want: "v.paramMapping[0].default: has no meaning beside a constant"},
		"a param that the schema lacks":       {rules: []rule{{Value: "/a", Param: "/nothing"}}, want: "v.paramMapping[0].param: /nothing is nothing that the paramsSchema allows"},
		"a param that is no pointer":          {rules: []rule{{Value: "/a", Param: "count"}}, want: `v.paramMapping[0].param: "count" is not a JSON pointer: it does not start with a slash`},
		"a value that is no pointer":          {rules: []rule{{Value: "/a~2", Param: "/any"}}, want: `v.paramMapping[0].value: "/a~2" is not a JSON pointer: ~ stands only in ~0 and ~1`},
		"no value":                            {rules: []rule{{Param: "/any"}}, want: `v.paramMapping[0].value: "" is no place in the values`},
		"a type that the param cannot become": {rules: []rule{{Value: "/a", Param: "/labels", Type: "integer"}}, want: "v.paramMapping[0].type: /labels is an object, which cannot be taken as an integer"},
		"a default of another type":           {rules: []rule{{Value: "/a", Param: "/any", Type: "integer", Default: rawExt(`1.5`)}}, want: "v.paramMapping[0].default: must be an integer, as type says"},
		"a default that the schema refuses":   {rules: []rule{{Value: "/a", Param: "/count", Default: rawExt(`0`)}}, want: "v.paramMapping[0].default: must be at least 1, not 0"},
		"a default that is no JSON":           {rules: []rule{{Value: "/a", Param: "/count", Default: rawExt(`{`)}}, want: "v.paramMapping[0].default: is not valid JSON: it ends too early"},
		"a constant of another type":          {rules: []rule{{Value: "/a", Constant: rawExt(`"1"`), Type: "number"}}, want: "v.paramMapping[0].constant: must be a number, as type says"},
		"a constant that is no JSON":          {rules: []rule{{Value: "/a", Constant: rawExt(`{"a": 1, "a": 2}`)}}, want: "v.paramMapping[0].constant.a: is given twice"},
		"a default of the version that cannot become the type": {
			defaults: `{"name": "many"}`, rules: []rule{{Value: "/a", Param: "/name", Type: "integer"}},
			want: "v.defaults.name: cannot be taken as an integer, as v.paramMapping[0].type says",
		},
		"two rules for one place":         {rules: []rule{{Value: "/a/b", Param: "/any"}, {Value: "/a/b", Param: "/name"}}, want: "v.paramMapping[1].value: /a/b is where paramMapping[0] puts its value already"},
		"a rule inside another's scalar":  {rules: []rule{{Value: "/a", Param: "/count"}, {Value: "/a/b", Param: "/name"}}, want: "v.paramMapping[1].value: /a/b lies inside /a, where paramMapping[0] puts an integer"},
		"a rule inside another's type":    {rules: []rule{{Value: "/a", Param: "/any", Type: "string"}, {Value: "/a/b", Param: "/name"}}, want: "v.paramMapping[1].value: /a/b lies inside /a, where paramMapping[0] puts a string"},
		"a rule that replaces another's":  {rules: []rule{{Value: "/a/b", Param: "/name"}, {Value: "/a", Param: "/labels"}}, want: "v.paramMapping[1].value: /a would replace what paramMapping[0] puts at /a/b; put this rule before it"},
		"a place inside a fixed scalar":   {values: `{"a": 1}`, rules: []rule{{Value: "/a/b", Param: "/name"}}, want: "v.paramMapping[0].value: /a is neither an object nor an array, so that nothing can be put below it"},
		"an element that there is not":    {values: `{"a": []}`, rules: []rule{{Value: "/a/1", Param: "/name"}}, want: `v.paramMapping[0].value: "1" is not the index of one of the array's 0 elements, nor of the next one`},
		"a key with a slash is one place": {rules: []rule{{Value: "/a~1b", Param: "/name"}, {Value: "/a/b", Param: "/count"}}},
	} {
		t.Run(name, func(t *testing.T) {
			version := &fleetv1.AddonVersion{ParamsSchema: rawExt(schema), Values: rawExt(test.values), Defaults: rawExt(test.defaults), ParamMapping: test.rules}
			if diff := cmp.Diff(test.want, Join(CheckMapping(version, "v"))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTakesObjects(t *testing.T) {
	for schema, want := range map[string]bool{
		``: true, `{}`: true, `true`: true, `{"type": "object"}`: true, `{"type": ["null", "object"]}`: true, `{"allOf": [{"type": "object"}]}`: true,
		`false`: false, `{"type": "string"}`: false, `{"$ref": "#/$defs/a", "$defs": {"a": {"type": "array"}}}`: false,
	} {
		t.Run(schema, func(t *testing.T) {
			compiled, err := CompileSchema([]byte(schema))
			if err != nil {
				t.Fatal(err)
			}
			if got := compiled.TakesObjects(); got != want {
				t.Errorf("got %t", got)
			}
		})
	}
}

// FuzzCheckMapping holds that no mapping makes the check panic, and that every fault says where and what.
func FuzzCheckMapping(f *testing.F) {
	const schema = `{"properties": {"count": {"type": "integer"}, "name": {"type": "string"}, "labels": {"type": "object"}}}`
	f.Add(schema, "/count", "/a/b", "string", "/name", "/a/c", `{"a": {}}`, `{"count": 1, "name": "x"}`)
	f.Add(schema, "/labels", "/a", "", "/name", "/a/c", `{"a": {}}`, `{"labels": {"c": 1}}`)
	f.Add(schema, "/name", "/a/0", "", "/count", "/a/-", `{"a": []}`, `{}`)
	f.Fuzz(func(t *testing.T, schema, param1, value1, type1, param2, value2, fixed, defaults string) {
		version := &fleetv1.AddonVersion{ParamsSchema: rawExt(schema), Values: rawExt(fixed), Defaults: rawExt(defaults), ParamMapping: []fleetv1.ParamMapping{
			{Param: param1, Value: value1}, {Param: param2, Value: value2}, {Param: param1, Value: value2 + "x", Type: type1},
		}}
		faults := CheckMapping(version, "v")
		for _, fault := range faults {
			if fault.Path == "" || fault.Message == "" {
				t.Fatalf("a fault without a place or a message: %v", fault)
			}
		}
	})
}
