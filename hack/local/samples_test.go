package main

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestReadiness(t *testing.T) {
	condition := func(status string, generation int64) []any {
		return []any{
			map[string]any{"type": "Other", "status": "False", "observedGeneration": generation},
			map[string]any{"type": "Ready", "status": status, "reason": "Installing", "message": "on its way", "observedGeneration": generation},
		}
	}
	cases := map[string]struct {
		conditions []any
		ready      bool
		words      string
	}{
		"an object without conditions is not ready":             {nil, false, "nobody has looked at it yet"},
		"a True of the present generation is ready":             {condition("True", 2), true, "ready"},
		"a True of an earlier generation is not":                {condition("True", 1), false, "generation 2 is not observed yet"},
		"what is not True says why, in the condition's message": {condition("False", 2), false, "Installing: on its way"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			object := &unstructured.Unstructured{Object: map[string]any{"metadata": map[string]any{"generation": int64(2)}}}
			if c.conditions != nil {
				object.Object["status"] = map[string]any{"conditions": c.conditions}
			}
			if ready, words := readiness(object); ready != c.ready || words != c.words {
				t.Errorf("got %v, %q; want %v, %q", ready, words, c.ready, c.words)
			}
		})
	}
}
