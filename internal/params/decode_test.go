package params

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecode(t *testing.T) {
	for name, test := range map[string]struct {
		document string
		want     any
		fault    string
	}{
		"an empty document is an empty object":   {document: "", want: map[string]any{}},
		"numbers keep their text":                {document: `{"a": 1.10, "b": [1e3]}`, want: map[string]any{"a": json.Number("1.10"), "b": []any{json.Number("1e3")}}},
		"null, booleans and strings are read":    {document: `{"a": null, "b": true, "c": "x"}`, want: map[string]any{"a": nil, "b": true, "c": "x"}},
		"a key given twice is refused":           {document: `{"a": 1, "a": 2}`, fault: "at.a: is given twice"},
		"a key given twice deep down is refused": {document: `{"l": [{"x.y": {"b": 1, "b": 1}}]}`, fault: `at.l[0]["x.y"].b: is given twice`},
		"text after the document is refused":     {document: `{} {}`, fault: "at: has text after the end of the JSON document"},
		"a document that ends early is refused":  {document: `{"a": [1, 2`, fault: "at.a: is not valid JSON: it ends too early"},
		"what is no JSON is refused":             {document: `{a: 1}`, fault: "at: is not valid JSON at byte 1"},
		"a single quote from YAML is refused":    {document: `{'a': 1}`, fault: "at: is not valid JSON at byte 1"},
		"invalid UTF-8 is refused":               {document: "{\"a\": \"\xff\"}", fault: "at: is not valid UTF-8"},
		"65 levels are refused":                  {document: strings.Repeat("[", 65) + strings.Repeat("]", 65), fault: "at" + strings.Repeat("[0]", 64) + ": is nested deeper than 64 levels"},
		"more than a mebibyte is refused":        {document: `"` + strings.Repeat("a", MaxSize) + `"`, fault: "at: is 1048578 bytes long; at most 1048576 are allowed"},
		"a number that begins with 0 is refused": {document: `{"a": 01}`, fault: "at: is not valid JSON at byte 7"},
		"half of a number is refused":            {document: `[1, -]`, fault: "at[1]: is not valid JSON at byte 5"},
		"a fraction without digits is refused":   {document: `[1.]`, fault: "at[0]: is not valid JSON at byte 3"},
		"an exponent without digits is refused":  {document: `[1e+]`, fault: "at[0]: is not valid JSON at byte 4"},
		"a comma at the end is refused":          {document: `{"a": [1,]}`, fault: "at.a[1]: is not valid JSON at byte 9"},
		"an object without colon is refused":     {document: `{"a" 1}`, fault: "at: is not valid JSON at byte 5"},
		"a string over two lines is refused":     {document: "[\"a\nb\"]", fault: "at[0]: is not valid JSON at byte 3"},
		"an unknown escape is refused":           {document: `["a\x"]`, fault: "at[0]: is not valid JSON at byte 1"},
		"a string that does not end is refused":  {document: `{"a": "b\"`, fault: "at.a: is not valid JSON: it ends too early"},
		"half of a word is refused":              {document: `[tru]`, fault: "at[0]: is not valid JSON at byte 1"},
		"escapes are read":                       {document: `["\u0061\ud83d\ude00\n\""]`, want: []any{"a😀\n\""}},
		"a key given twice with escapes":         {document: `{"a": 1, "\u0061": 2}`, fault: "at.a: is given twice"},
		"a number with a huge exponent is refused": {
			document: `{"a": 1e999999999}`, fault: "at.a: is a number that is too long or has too large an exponent",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, faults := Decode([]byte(test.document), "at")
			if diff := cmp.Diff(test.fault, Join(faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeAccepts64Levels(t *testing.T) {
	if _, faults := Decode([]byte(strings.Repeat("[", 64)+strings.Repeat("]", 64)), "at"); len(faults) > 0 {
		t.Error(Join(faults))
	}
}

func TestDecodeObjectRefusesWhatIsNoObject(t *testing.T) {
	if _, faults := DecodeObject([]byte(`[1]`), "spec.params"); Join(faults) != "spec.params: must be an object" {
		t.Errorf("got %q", Join(faults))
	}
	if got, faults := DecodeObject([]byte(`null`), "spec.params"); len(faults) > 0 || len(got) > 0 {
		t.Errorf("null gave %v, %v", got, faults)
	}
}

// FuzzDecode holds Decode against encoding/json: what is accepted is JSON, and means the same to both.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":[1,2.5e3,{"b":null}]}`, `{"a":1,"a":2}`, `[[[[`, `"é\ud800"`, `1e400`, "\xff", ` {"a" : "\n"} x`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		got, faults := Decode(document, "at")
		if len(document) == 0 {
			return
		}
		if len(faults) > 0 {
			if message := faults[0].Message; json.Valid(document) && (strings.HasPrefix(message, "is not valid JSON") || strings.HasPrefix(message, "has text after")) {
				t.Fatalf("refused what is JSON: %q: %s", document, Join(faults))
			}
			return
		}
		if !json.Valid(document) {
			t.Fatalf("accepted what is no JSON: %q", document)
		}
		again, err := json.Marshal(got)
		if err != nil {
			t.Fatalf("cannot be written again: %v", err)
		}
		twice, faults := Decode(again, "at")
		if len(faults) > 0 {
			t.Fatalf("refused what it wrote itself: %s", Join(faults))
		}
		// cmp.Diff takes exponential time for deeply nested arrays.
		if !reflect.DeepEqual(got, twice) {
			t.Fatalf("changed on the way: %v, %v", got, twice)
		}
	})
}
