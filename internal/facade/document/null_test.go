package document_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-dev/slipway/internal/facade/document"
)

func TestWithNull(t *testing.T) {
	got := document.WithNull(map[string]any{
		"may":  map[string]any{"type": "string", "nullable": true},
		"must": map[string]any{"type": "string", "nullable": false},
		"any":  []any{map[string]any{"type": "integer", "nullable": true}},
	})
	want := map[string]any{
		"may":  map[string]any{"type": []any{"string", "null"}, "nullable": true},
		"must": map[string]any{"type": "string", "nullable": false},
		"any":  []any{map[string]any{"type": []any{"integer", "null"}, "nullable": true}},
	}
	if diff := cmp.Diff(any(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
