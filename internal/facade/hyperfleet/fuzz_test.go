package hyperfleet

import (
	"encoding/json"
	"testing"

	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// fuzz feeds a decoder. It must not panic; what it accepts must satisfy its schema as it is read back; what it refuses it must
// explain.
func fuzz(f *testing.F, decoder string, seeds ...string) {
	decode := decoders(newDialect(f, nil))[decoder]
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body, ok := read(text)
		if !ok {
			return
		}
		err := decode(body)
		for _, row := range verdict(err) {
			if row == "" || row == "The body is not of the form that is needed here." {
				t.Errorf("%s: %v", text, err)
			}
		}
		if err != nil && len(verdict(err)) == 0 {
			t.Errorf("%s is refused without a reason", text)
		}
		if err == nil {
			again, ok := read(string(reply.Encode(body.Object)))
			if !ok || decode(again) != nil {
				t.Errorf("%s is accepted, and refused in another form", text)
			}
		}
	})
}

func FuzzDecodeCluster(f *testing.F) {
	fuzz(f, "cluster", cluster(""), cluster(`,"labels":{"a":"b"}`), cluster(`,"Name":1,"labels":null`), `{"kind":1,"name":"","spec":[]}`)
}

func FuzzDecodeNodePool(f *testing.F) {
	fuzz(f, "node pool", nodePool(""), nodePool(`,"labels":{"a/b":"c"}`), `{"kind":"NodePool","name":null}`)
}

func FuzzDecodePatch(f *testing.F) {
	fuzz(f, "patch", `{}`, `{"spec":{}}`, `{"labels":{"a":"b"}}`, `{"labels":null,"x":1}`)
}

func FuzzDecodeForceDelete(f *testing.F) {
	fuzz(f, "force-delete", `{"reason":"x"}`, `{"reason":""}`, `{"Reason":"x"}`)
}

func FuzzDecodeReport(f *testing.F) {
	fuzz(f, "report", reported(), reported(`]}`, `],"data":{},"metadata":{"a":1}}`), reported("1,", "2147483648,"), reported(`:05Z`, `:60Z`),
		reported(`]}`, `,{"type":"Health","status":"x"}]}`))
}

// FuzzCanonical looks for values that change when they are written in the canonical form and read again.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"a":1.50e-3}`, `{"a":[0,-0,1e400]}`, `{"b":{"c":"\u0000"},"a":null}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body, ok := read(text)
		if !ok {
			return
		}
		once := canonical(body.Object)
		again, ok := read(string(once))
		if !json.Valid(once) || !ok {
			t.Fatalf("%s became %s", text, once)
		}
		if twice := canonical(again.Object); string(twice) != string(once) {
			t.Errorf("%s became %s and then %s", text, once, twice)
		}
	})
}

// FuzzIfMatch looks for headers that stop the reader or make up tags.
func FuzzIfMatch(f *testing.F) {
	for _, seed := range []string{`"1", W/"2",*`, `"`, `,,"a`, `x"y"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, version := range ifMatch(map[string][]string{headerIfMatch: {header}}).ResourceVersions {
			if len(version) > len(header)-2 {
				t.Errorf("%q gave %q", header, version)
			}
		}
	})
}
