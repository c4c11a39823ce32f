package cce

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/params"
)

// object decodes a JSON object.
func object(t testing.TB, text string) map[string]any {
	t.Helper()
	decoded, faults := params.DecodeObject([]byte(text), "")
	if len(faults) > 0 {
		t.Fatalf("%s: %s", text, params.Join(faults))
	}
	return decoded
}

// TestParamsOfValues is the way in.
func TestParamsOfValues(t *testing.T) {
	for name, row := range map[string]struct{ values, want string }{
		"nothing":                          {`{}`, `{}`},
		"basic":                            {`{"basic":{"a":1}}`, `{"a":1}`},
		"custom":                           {`{"custom":{"a":1}}`, `{"a":1}`},
		"custom wins":                      {`{"custom":{"a":2},"basic":{"a":1,"b":1}}`, `{"a":2,"b":1}`},
		"other keys":                       {`{"flavor":{"replicas":2},"x":"y","basic":{}}`, `{"flavor":{"replicas":2},"x":"y"}`},
		"sections win over other keys":     {`{"a":0,"basic":{"a":1}}`, `{"a":1}`},
		"a param is replaced as a whole":   {`{"basic":{"o":{"x":1}},"custom":{"o":{"y":2}}}`, `{"o":{"y":2}}`},
		"a param that is called a section": {`{"basic":{"basic":1,"custom":2}}`, `{"basic":1,"custom":2}`},
		"numbers keep their digits":        {`{"basic":{"n":1.50}}`, `{"n":1.50}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := sectionsOf(object(t, row.values)).params()
			if diff := cmp.Diff(object(t, row.want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestValuesOfParams is the way out.
func TestValuesOfParams(t *testing.T) {
	for name, row := range map[string]struct{ sent, params, want string }{
		"nobody sent values":                 {"", `{"b":1,"a":"x"}`, `{"basic":{"a":"x","b":1}}`},
		"nobody sent values, no params":      {"", `{}`, `{"basic":{}}`},
		"nobody sent values, a flavor":       {"", `{"flavor":{"n":1},"a":1}`, `{"basic":{"a":1},"flavor":{"n":1}}`},
		"the same":                           {`{"custom":{"b":1},"basic":{"a":"x"},"flavor":2}`, `{"a":"x","b":1,"flavor":2}`, `{"custom":{"b":1},"basic":{"a":"x"},"flavor":2}`},
		"the same, in texts":                 {`{"basic":{"n":"2","t":"true","f":"1.5"}}`, `{"n":2,"t":true,"f":1.5}`, `{"basic":{"n":"2","t":"true","f":"1.5"}}`},
		"the same, deep":                     {`{"basic":{"o":{"l":["1",{"x":"2"}]}}}`, `{"o":{"l":[1,{"x":2}]}}`, `{"basic":{"o":{"l":["1",{"x":"2"}]}}}`},
		"the same, in other digits":          {`{"basic":{"n":1.0,"m":1e2,"f":1.50}}`, `{"n":1,"m":100,"f":1.5}`, `{"basic":{"n":1.0,"m":1e2,"f":1.50}}`},
		"no section sent":                    {`{}`, `{}`, `{}`},
		"white space":                        {"{ \"basic\" : { \"a\" : 1 } }", `{"a":1}`, `{"basic":{"a":1}}`},
		"changed in basic":                   {`{"z":1,"basic":{"b":1,"a":1}}`, `{"z":1,"b":2,"a":1}`, `{"z":1,"basic":{"b":2,"a":1}}`},
		"changed in custom":                  {`{"basic":{"a":1},"custom":{"a":2}}`, `{"a":3}`, `{"basic":{"a":1},"custom":{"a":3}}`},
		"changed beside the sections":        {`{"flavor":{"n":1},"basic":{}}`, `{"flavor":{"n":2}}`, `{"flavor":{"n":2},"basic":{}}`},
		"removed":                            {`{"basic":{"a":1,"b":2},"custom":{"a":3},"x":4}`, `{"b":2}`, `{"basic":{"b":2},"custom":{}}`},
		"new":                                {`{"custom":{"c":1},"basic":{"a":1}}`, `{"c":1,"a":1,"n":2,"m":3}`, `{"custom":{"c":1},"basic":{"a":1,"m":3,"n":2}}`},
		"new, without basic":                 {`{"custom":{"c":1}}`, `{"c":1,"n":2}`, `{"custom":{"c":1},"basic":{"n":2}}`},
		"new beside what stays as text":      {`{"basic":{"n":"2"}}`, `{"n":2,"x":1}`, `{"basic":{"n":"2","x":1}}`},
		"a number instead of another one":    {`{"basic":{"n":9007199254740993}}`, `{"n":9007199254740992}`, `{"basic":{"n":9007199254740992}}`},
		"a text instead of the number in it": {`{"basic":{"n":2}}`, `{"n":"2"}`, `{"basic":{"n":"2"}}`},
		"another type":                       {`{"basic":{"n":{"x":1},"l":[1]}}`, `{"n":[1],"l":{"x":1}}`, `{"basic":{"n":[1],"l":{"x":1}}}`},
		"a text that is no number":           {`{"basic":{"n":"two","b":"yes"}}`, `{"n":2,"b":true}`, `{"basic":{"n":2,"b":true}}`},
		"what is no object":                  {`[]`, `{"a":1}`, `{"basic":{"a":1}}`},
	} {
		t.Run(name, func(t *testing.T) {
			var sent []byte
			if row.sent != "" {
				sent = []byte(row.sent)
			}
			if got := string(valuesOf(sent, object(t, row.params))); got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

// TestValuesMeanTheParams holds that the values that are shown mean the params, whatever was sent before.
func TestValuesMeanTheParams(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	for range 5000 {
		sent, wanted := randomValues(random), object(t, randomObject(random, 2))
		shown := valuesOf([]byte(sent), wanted)
		decoded := object(t, string(shown))
		if got := sectionsOf(decoded).params(); !means(got, wanted) {
			t.Fatalf("%s with %v shows %s", sent, wanted, shown)
		}
		for _, section := range []string{sectionBasic, sectionCustom} {
			if value, found := decoded[section]; found {
				if _, isObject := value.(map[string]any); !isObject {
					t.Fatalf("%s with %v shows %s", sent, wanted, shown)
				}
			}
		}
	}
}

// randomValues are values as clients send them.
func randomValues(random *rand.Rand) string {
	var sections []string
	for _, name := range []string{`"basic"`, `"custom"`} {
		if random.IntN(3) > 0 {
			sections = append(sections, name+":"+randomObject(random, 2))
		}
	}
	if random.IntN(3) == 0 {
		sections = append(sections, `"flavor":`+randomValue(random, 2))
	}
	random.Shuffle(len(sections), func(i, j int) { sections[i], sections[j] = sections[j], sections[i] })
	return "{" + strings.Join(sections, ",") + "}"
}

func randomObject(random *rand.Rand, depth int) string {
	var members []string
	for _, name := range []string{"a", "b", `\u0063`, "flavor", "d/~"} {
		if random.IntN(2) == 0 {
			members = append(members, fmt.Sprintf(`"%s":%s`, name, randomValue(random, depth)))
		}
	}
	random.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, ", ") + "}"
}

func randomValue(random *rand.Rand, depth int) string {
	scalars := []string{"1", "1.0", "1e1", "10", "-0.5", "true", `"true"`, `"1"`, `"<&>"`, `"\u003c"`, "9007199254740993", "12345678901234567890"}
	switch {
	case depth > 0 && random.IntN(4) == 0:
		return randomObject(random, depth-1)
	case depth > 0 && random.IntN(6) == 0:
		return "[" + randomValue(random, depth-1) + " ," + randomValue(random, depth-1) + "]"
	default:
		return scalars[random.IntN(len(scalars))]
	}
}

// TestRoundTrip holds that what is POSTed reads back as it was sent, after the kube-apiserver stored it: in its order and with its
// digits, but for white space.
func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 1))
	h := newFakeHub()
	for range 300 {
		h.catalogue[0].Spec.Versions[0].ParamsSchema = nil
		values := randomValues(random)
		body := fmt.Sprintf(`{"kind":"Addon","apiVersion":"v3","metadata":{},"spec":{"clusterID":"prod","version":"1.13.5","addonTemplateName":"npd","values":%s}}`, values)
		posted := ask{method: "POST", path: "/addons", body: body}.do(t, h)
		if posted.status != 200 {
			t.Fatalf("%s: %s", body, posted.text)
		}
		read := ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
		if want := `"values":` + string(member.Compact([]byte(values))) + "}"; !strings.Contains(read.text, want) || !strings.Contains(posted.text, want) {
			t.Fatalf("sent %s\nkept %s\nread %s", want, h.addons[0].Object.Spec.Extensions.CCE.Raw, read.text)
		}
	}
}

// TestTextIsKeptWhereItMatters holds that a request is kept as it was sent and nothing beside it, unless that would lose something.
func TestTextIsKeptWhereItMatters(t *testing.T) {
	for values, want := range map[string]bool{
		`{"basic":{"rbac_enabled":true,"swr_addr":"100.125.6.246:20202"}}`: false,
		`{"basic":{"a":"<b>"}}`:      false,
		`{"basic":{"b":1,"a":2}}`:    true,
		`{"basic":{"a":1.0}}`:        true,
		`{"basic":{"a":"\u003cb>"}}`: true,
		`{"basic":{"l":"` + strings.Repeat("x", maxText) + `","a":1}}`: false,
	} {
		kept := keep([]byte(`{"kind":"Addon","valuesAsSent":"{}","spec":{"values":`+values+`}}`), nil)
		var got map[string]any
		if err := json.Unmarshal(kept.Raw, &got); err != nil {
			t.Fatal(err)
		}
		if _, found := got[memberText]; found != want {
			t.Errorf("%.80s: the text is kept: %v", kept.Raw, found)
		}
	}
}

// A text that does not mean what is kept beside it is not believed.
func TestForgedText(t *testing.T) {
	forged := raw(`{"spec":{"values":{"basic":{"a":1}}},"valuesAsSent":"{\"basic\":{\"a\":2}}"}`)
	if got := string(keptValues(forged)); got != `{"basic":{"a":1}}` {
		t.Errorf("got %s", got)
	}
	for _, text := range []string{`7`, `"{"`, `""`, `null`} {
		if got := string(keptValues(raw(`{"spec":{"values":{"basic":{"a":1}}},"valuesAsSent":` + text + `}`))); got != `{"basic":{"a":1}}` {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

// FuzzValues holds that any values that are accepted read back, and that no params make the way out fail.
func FuzzValues(f *testing.F) {
	f.Add(`{"basic":{"b":1,"a":"2"},"custom":{"a":2},"flavor":null}`, `{"a":2,"c":[1]}`)
	f.Add(`{"basic":null}`, `{}`)
	f.Fuzz(func(t *testing.T, values, stored string) {
		sent := withoutNulls([]byte(values))
		given, faults := params.DecodeObject([]byte(values), "")
		wanted, more := params.DecodeObject([]byte(stored), "")
		if len(faults)+len(more) > 0 || given == nil || !isObject([]byte(values)) {
			return
		}
		decoded, faults := params.DecodeObject(sent, "")
		if len(faults) > 0 {
			t.Fatalf("%s became %s: %s", values, sent, params.Join(faults))
		}
		if got := valuesOf(sent, sectionsOf(decoded).params()); string(got) != string(member.Compact(sent)) {
			t.Fatalf("%s reads back as %s", sent, got)
		}
		shown := valuesOf(sent, wanted)
		if !json.Valid(shown) {
			t.Fatalf("%s with %s shows %s", sent, stored, shown)
		}
	})
}

// FuzzKeep holds that what is kept of any request can be read again, and holds no null outside of arrays.
func FuzzKeep(f *testing.F) {
	f.Add(`{"metadata":{"annotations":{"a":"b"}},"spec":{"values":{"basic":{"b":1,"a":null}}}}`)
	f.Add(`{"valuesAsSent":"x","spec":{"values":7}}`)
	f.Fuzz(func(t *testing.T, request string) {
		if _, faults := params.DecodeObject([]byte(request), ""); len(faults) > 0 || !isObject([]byte(request)) {
			return
		}
		kept := keep(withoutNulls([]byte(request)), []string{"/basic/b"})
		if !json.Valid(kept.Raw) {
			t.Fatalf("kept %s", kept.Raw)
		}
		if values := keptValues(kept); values != nil && !json.Valid(values) {
			t.Fatalf("read %s", values)
		}
		keptAnnotations(kept)
	})
}
