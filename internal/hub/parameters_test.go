package hub

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"math/big"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/json"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
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

func TestWhatAnAdapterSaysInItsOwnWordsIsKeptOrRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		data, metadata string
		want           []Fault
	}{
		"nothing at all is kept":      {},
		"what comes back as sent":     {data: `{"a": [1, 0.5, null], "b": {"c": "ü"}}`, metadata: `{"n": 9223372036854775807}`},
		"a number that would be less": {data: `{"a": [1, 12345678901234567890123]}`, want: []Fault{{Field: "report.data.a[1]", Message: lossy}}},
		"one in the metadata":         {metadata: `{"n": {"m": 0.12345678901234567890}}`, want: []Fault{{Field: "report.metadata.n.m", Message: lossy}}},
	} {
		t.Run(name, func(t *testing.T) {
			report := &fleetv1.Report{Data: document(tc.data), Metadata: document(tc.metadata)}
			var got []Fault
			if refused, ok := errors.AsType[*Error](ownWords(report)); ok {
				got = refused.Faults
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

const lossy = "is a number that cannot be kept exactly; send it as a string"

func document(text string) *runtime.RawExtension {
	if text == "" {
		return nil
	}
	return &runtime.RawExtension{Raw: []byte(text)}
}
