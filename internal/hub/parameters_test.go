package hub

import (
	"bytes"
	stdjson "encoding/json"
	"math/big"
	"testing"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/json"

	"github.com/slipway-dev/slipway/internal/params"
)

// FuzzParameters holds that what is accepted survives the way of the kube-apiserver: into int64, float64 and strings, and back.
func FuzzParameters(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"a": null}`, `{"a": 9223372036854775808}`, `{"a": -0.0, "b": 1e21, "c": 1.0}`, `{"a": 0.30000000000000004}`,
		`{"a": "\ud83d\ude80"}`, `{"a": "\ud83d"}`, `{"\\ud83d": "\\\ude80"}`, `{"a": 1e-400}`, `{"": {"": [[]]}}`, `{"a": 18446744073709551616}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		kept, err := parameters(sent)
		if err != nil || kept == nil {
			return
		}
		var object any
		if err := json.Unmarshal(kept.Raw, &object); err != nil {
			t.Fatalf("accepted %q, which the kube-apiserver does not read: %v", sent, err)
		}
		stored, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if want, got := canonical(t, kept.Raw), canonical(t, stored); want != got {
			t.Fatalf("accepted %s, which becomes %s", want, got)
		}
		replaced := bytes.ContainsRune(stored, utf8.RuneError)
		if replaced && !bytes.ContainsRune(sent, utf8.RuneError) && !bytes.Contains(bytes.ToLower(sent), []byte(`\ufffd`)) {
			t.Fatalf("accepted %q, of which characters are lost", sent)
		}
	})
}

// canonical returns a document with its numbers as exact fractions.
func canonical(t *testing.T, document []byte) string {
	value, faults := params.Decode(document, "")
	if len(faults) > 0 {
		t.Fatalf("%s: %v", document, faults)
	}
	text, err := json.Marshal(fractions(value))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func fractions(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			v[key] = fractions(v[key])
		}
	case []any:
		for i := range v {
			v[i] = fractions(v[i])
		}
	case stdjson.Number:
		number, ok := new(big.Rat).SetString(v.String())
		if !ok {
			return "no number: " + v.String()
		}
		return "number " + number.RatString()
	}
	return value
}
