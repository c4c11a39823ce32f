package kept_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	kjson "sigs.k8s.io/json"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// stored is a JSON text as the kube-apiserver gives it back.
func stored(t testing.TB, text []byte) []byte {
	t.Helper()
	var value any
	if err := kjson.UnmarshalCaseSensitivePreserveInts(text, &value); err != nil {
		t.Fatal(err)
	}
	made, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// texts are the members and labels of a document.
func texts(document kept.Document) (members, labels map[string]string) {
	of := func(values map[string]kept.Value) map[string]string {
		if values == nil {
			return nil
		}
		made := map[string]string{}
		for name, value := range values {
			made[name] = string(value.JSON)
		}
		return made
	}
	return of(document.Members), of(document.Labels)
}

func TestKeep(t *testing.T) {
	for name, row := range map[string]struct {
		sent, kept      string
		members, labels map[string]string
	}{
		"what needs no text of its own": {
			`{ "name" : "a", "labels": {"b": "c", "d": 5, "e": [true, {"f": 1, "g": 2}] } }`,
			`{"labels":{"b":"c","d":5,"e":[true,{"f":1,"g":2}]},"name":"a"}`,
			map[string]string{"name": `"a"`}, map[string]string{"b": `"c"`, "d": `5`, "e": `[true,{"f":1,"g":2}]`},
		},
		"members out of order, and numbers": {
			`{"addons":[{"z":1.50,"a":null}],"count":1e2,"labels":{"x":[{"g":2,"f":1}],"n":1.0}}`,
			`{"addons":[{"a":null,"z":1.50}],"count":1e2,"labels":{"n":1.0,"x":[{"f":1,"g":2}]},` +
				`"textsAsSent":{"members":{"addons":"[{\"z\":1.50,\"a\":null}]","count":"1e2"},"labels":{"n":"1.0","x":"[{\"g\":2,\"f\":1}]"}}}`,
			map[string]string{"addons": `[{"z":1.50,"a":null}]`, "count": "1e2"}, map[string]string{"x": `[{"g":2,"f":1}]`, "n": "1.0"},
		},
		"what is null": {
			`{"name":null,"labels":{"a":null}}`, `{"labels":{}}`, map[string]string{}, map[string]string{},
		},
		"no labels":             {`{"name":"a"}`, `{"name":"a"}`, map[string]string{"name": `"a"`}, nil},
		"labels that are null":  {`{"name":"a","labels":null}`, `{"name":"a"}`, map[string]string{"name": `"a"`}, nil},
		"a member like our own": {`{"textsAsSent":"mine"}`, `{"textsAsSent":{"members":{"textsAsSent":"\"mine\""}}}`, map[string]string{"textsAsSent": `"mine"`}, nil},
		"secrets": {
			`{"labels":{"user_script":"s","user_script_v2":"","boot_volume_appkey":"s","extra_volumes":[{"volume_appkey":"s","a":1},{"volume_appkey":""},7]}}`,
			`{"labels":{"boot_volume_appkey":{},"extra_volumes":[{"volume_appkey":{},"a":1},{"volume_appkey":""},7],"user_script":{},"user_script_v2":""},` +
				`"textsAsSent":{"labels":{"extra_volumes":"[{\"volume_appkey\":{},\"a\":1},{\"volume_appkey\":\"\"},7]"}}}`,
			map[string]string{}, map[string]string{"user_script": "{}", "user_script_v2": `""`, "boot_volume_appkey": "{}",
				"extra_volumes": `[{"volume_appkey":{},"a":1},{"volume_appkey":""},7]`},
		},
		"secrets in a text": {
			`{"labels":{"extra_volumes":"[ {\"volume_appkey\" : \"s\", \"a\":1} ]"}}`,
			`{"labels":{"extra_volumes":"[{\"volume_appkey\":{},\"a\":1}]"}}`,
			map[string]string{}, map[string]string{"extra_volumes": `"[{\"volume_appkey\":{},\"a\":1}]"`},
		},
		"a text without secrets": {
			`{"labels":{"extra_volumes":"[ {\"a\" : 1} ]"}}`, `{"labels":{"extra_volumes":"[ {\"a\" : 1} ]"}}`,
			map[string]string{}, map[string]string{"extra_volumes": `"[ {\"a\" : 1} ]"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			object, _ := params.DecodeObject([]byte(row.sent), "body")
			made := kept.Keep([]byte(row.sent), object)
			if diff := cmp.Diff(row.kept, string(made.Raw)); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
			made.Raw = stored(t, made.Raw)
			members, labels := texts(kept.Of(&fleetv1.Extensions{NKS: made}))
			if diff := cmp.Diff(row.members, members); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.labels, labels); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongTextsKeepTheirMeaning(t *testing.T) {
	sent := `{"labels":{"x":["` + strings.Repeat("a", 64<<10) + `",1.0]}}`
	object, _ := params.DecodeObject([]byte(sent), "body")
	made := kept.Keep([]byte(sent), object)
	made.Raw = stored(t, made.Raw)
	_, labels := texts(kept.Of(&fleetv1.Extensions{NKS: made}))
	if text := labels["x"]; !strings.HasSuffix(text, `a",1]`) || strings.Count(string(made.Raw), "aaaa") > 16<<10 {
		t.Errorf("%d bytes are kept, and end in %s", len(made.Raw), text[len(text)-10:])
	}
}

func TestWhatIsKeptMayHaveBeenEdited(t *testing.T) {
	for name, row := range map[string]struct {
		kept            *fleetv1.Extensions
		members, labels map[string]string
	}{
		"nothing":                   {nil, nil, nil},
		"nothing of ours":           {&fleetv1.Extensions{}, nil, nil},
		"no JSON":                   {&fleetv1.Extensions{NKS: fixture.JSON(`{`)}, nil, nil},
		"a text that was overtaken": {&fleetv1.Extensions{NKS: fixture.JSON(`{"labels":{"x":[2]},"textsAsSent":{"labels":{"x":"[1.0]","y":"[2]"}}}`)}, map[string]string{}, map[string]string{"x": "[2]"}},
		"texts that are none":       {&fleetv1.Extensions{NKS: fixture.JSON(`{"labels":{"x":[2]},"textsAsSent":5}`)}, map[string]string{}, map[string]string{"x": "[2]"}},
		"labels that are a list":    {&fleetv1.Extensions{NKS: fixture.JSON(`{"labels":[1]}`)}, map[string]string{"labels": "[1]"}, nil},
		"a text that is no JSON":    {&fleetv1.Extensions{NKS: fixture.JSON(`{"textsAsSent":{"members":{"textsAsSent":"{"}}}`)}, map[string]string{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			members, labels := texts(kept.Of(row.kept))
			if diff := cmp.Diff(row.members, members); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.labels, labels); diff != "" {
				t.Errorf("labels (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWith(t *testing.T) {
	if got := string(kept.With(nil, "a", "b").Raw); got != `{"a":"b"}` {
		t.Errorf("made %s", got)
	}
	before := fixture.JSON(`{"a":1,"c":{"z":1.0}}`)
	if got := string(kept.With(before, "a", "b").Raw); got != `{"a":"b","c":{"z":1.0}}` || string(before.Raw) != `{"a":1,"c":{"z":1.0}}` {
		t.Errorf("made %s of %s", got, before.Raw)
	}
	if broken := fixture.JSON(`[`); kept.With(broken, "a", "b") != broken {
		t.Error("what cannot be read was overwritten")
	}
}

func TestSecret(t *testing.T) {
	one := kept.Secret("c-p", kept.ForScripts, map[string][]byte{"a": []byte("bc"), "d": nil})
	if !strings.HasPrefix(one.Name, "c-p-user-script-") || len(one.Name) != len("c-p-user-script-")+10 {
		t.Errorf("the Secret is called %s", one.Name)
	}
	for name, other := range map[string]map[string][]byte{
		"another value": {"a": []byte("bd"), "d": nil}, "another key": {"b": []byte("bc"), "d": nil}, "one key less": {"a": []byte("bc")}, "text elsewhere": {"a": []byte("b"), "d": []byte("c")},
	} {
		if kept.Secret("c-p", kept.ForScripts, other).Name == one.Name {
			t.Errorf("%s makes no difference", name)
		}
	}
}

// FuzzKeep holds that whatever is kept comes back as it was sent, once it was stored.
func FuzzKeep(f *testing.F) {
	f.Add(`{"a":[{"z":1.50,"a":null}],"labels":{"x":[{"g":-0,"f":1e3}],"user_script":"s","extra_volumes":[{"volume_appkey":"s"}]},"textsAsSent":{}}`)
	f.Add(`{"labels":[],"\u0061":"\ud800","b":12345678901234567890}`)
	f.Fuzz(func(t *testing.T, text string) {
		object, faults := params.DecodeObject([]byte(text), "body")
		if len(faults) > 0 || len(text) > 4096 {
			return
		}
		made := kept.Keep([]byte(text), object)
		made.Raw = stored(t, made.Raw)
		document := kept.Of(&fleetv1.Extensions{NKS: made})
		for name, value := range object {
			if _, isLabels := value.(map[string]any); name == "labels" && isLabels || value == nil {
				continue
			}
			if diff := cmp.Diff(value, document.Members[name].Any); diff != "" {
				t.Fatalf("%q of %s (-sent +kept):\n%s", name, text, diff)
			}
		}
	})
}
