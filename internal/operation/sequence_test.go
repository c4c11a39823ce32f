package operation_test

import (
	"testing"

	"github.com/slipway-dev/slipway/internal/operation"
)

// Whatever has a number has the name of that number, and no other name has it.
func FuzzSequence(f *testing.F) {
	for _, seed := range []string{"op-1", "op-01", "op-+1", "op--1", "op-", "example-1", "op-9223372036854775807", "op-9223372036854775808"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		sequence := operation.Sequence(name)
		if sequence != 0 && operation.Name(sequence) != name {
			t.Errorf("Sequence(%q) = %d, whose name is %q", name, sequence, operation.Name(sequence))
		}
		if sequence < 0 {
			t.Errorf("Sequence(%q) = %d", name, sequence)
		}
	})
}
