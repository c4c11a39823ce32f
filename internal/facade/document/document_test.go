package document_test

import (
	"testing"

	"github.com/slipway-dev/slipway/internal/facade/document"
)

func TestServed(t *testing.T) {
	got, err := document.Served([]byte("a: &anchor {x-order: 1, b: [{x-go-type: string, c: 2}]}\nd: *anchor\n"))
	if want := `{"a":{"b":[{"c":2}]},"d":{"b":[{"c":2}]}}`; err != nil || string(got) != want {
		t.Errorf("served %s (%v), want %s", got, err, want)
	}
	if _, err := document.Served([]byte("a: [")); err == nil {
		t.Error("what is no YAML is served")
	}
}
