package member

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestEach(t *testing.T) {
	for name, row := range map[string]struct {
		object string
		want   [][2]string
	}{
		"white space and nesting":  {" { \"a\" : [1, {\"b\":\"}\"}] ,\n\"c\":{\"d\":null}}", [][2]string{{"a", `[1, {"b":"}"}]`}, {"c", `{"d":null}`}}},
		"a name with escapes":      {`{"\u0061\"":"q\"}"}`, [][2]string{{`a"`, `"q\"}"`}}},
		"scalars":                  {`{"n":-1.50e3,"t":true,"s":""}`, [][2]string{{"n", "-1.50e3"}, {"t", "true"}, {"s", `""`}}},
		"an empty object":          {`{}`, nil},
		"no object":                {`[1]`, nil},
		"text that ends too early": {`{"a":1,"b"`, [][2]string{{"a", "1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got [][2]string
			Each([]byte(row.object), func(name, _, value []byte) bool {
				got = append(got, [2]string{string(name), string(value)})
				return true
			})
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFind(t *testing.T) {
	object := []byte(`{"a":{"b":{"c":7}},"d":1}`)
	for name, row := range map[string]struct {
		path []string
		want string
	}{
		"a nested member":   {[]string{"a", "b"}, `{"c":7}`},
		"the object itself": {nil, string(object)},
		"below a scalar":    {[]string{"d", "x"}, ""},
		"nothing there":     {[]string{"x"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, found := Find(object, row.path)
			if string(got) != row.want || found != (row.want != "") {
				t.Errorf("got %q, %v; want %q", got, found, row.want)
			}
		})
	}
}

// FuzzEach holds that the members of any JSON object are those that a decoder finds.
func FuzzEach(f *testing.F) {
	f.Add(`{"a":[1,{"b":"}"}],"\u0061b":"\\"}`)
	f.Add(`{"a":1`)
	f.Fuzz(func(t *testing.T, text string) {
		got := map[string]string{}
		Each([]byte(text), func(name, _, value []byte) bool {
			got[string(name)] = string(value)
			return true
		})
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &want) != nil || !utf8.ValidString(text) {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
