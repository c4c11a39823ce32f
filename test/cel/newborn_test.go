package cel

import (
	"context"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// A client that waits for kstatus must never take a newborn object for ready. kstatus calls an object Current if it says
// nothing about itself, InProgress if status.observedGeneration is not metadata.generation: hence the default of -1.
func TestNewbornIsInProgress(t *testing.T) {
	ctx := context.Background()
	for kind, table := range tables {
		if kind == "AdapterStatus" { // has no status: it is one
			continue
		}
		t.Run(kind, func(t *testing.T) {
			object := sample(t, table.sample)
			if err := api.Create(ctx, object); err != nil {
				t.Fatalf("creating the sample: %v", err)
			}
			t.Cleanup(func() {
				if err := api.Delete(ctx, object); err != nil {
					t.Errorf("deleting the sample: %v", err)
				}
			})
			status, _, err := unstructured.NestedMap(object.Object, "status")
			if err != nil {
				t.Fatalf("reading the status: %v", err)
			}
			for field, value := range status {
				if want := map[bool]int64{true: -1}[field == "observedGeneration"]; value != want {
					t.Errorf("status.%s of a newborn object is %v, want %d", field, value, want)
				}
			}
			if got := kstatus(t, object); got != "InProgress" {
				t.Errorf("kstatus is %s, want InProgress", got)
			}
		})
	}
}

// kstatus is the generic part of how kstatus (sigs.k8s.io/cli-utils) reads a custom resource, in its order: deletion, then
// generation, then Stalled and Reconciling, then Ready; and Current for an object that shows none of these.
func kstatus(t *testing.T, object *unstructured.Unstructured) string {
	t.Helper()
	if object.GetDeletionTimestamp() != nil {
		return "Terminating"
	}
	observed, found, err := unstructured.NestedInt64(object.Object, "status", "observedGeneration")
	if err != nil {
		t.Fatalf("reading status.observedGeneration: %v", err)
	}
	if found && observed != object.GetGeneration() {
		return "InProgress"
	}
	conditions, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
	if err != nil {
		t.Fatalf("reading status.conditions: %v", err)
	}
	is := map[any]any{}
	for _, c := range conditions {
		is[c.(map[string]any)["type"]] = c.(map[string]any)["status"]
	}
	switch {
	case is["Stalled"] == "True":
		return "Failed"
	case is["Reconciling"] == "True", is["Ready"] == "False", is["Ready"] == "Unknown":
		return "InProgress"
	}
	return "Current"
}

// The rules that TestNewbornIsInProgress reads by, so that they are seen to tell the cases apart.
func TestKstatusRules(t *testing.T) {
	for name, test := range map[string]struct {
		observed   int64
		conditions []any
		want       string
	}{
		"ready at the present generation":   {2, []any{fields{"type": "Ready", "status": "True"}}, "Current"},
		"ready at an older generation":      {1, []any{fields{"type": "Ready", "status": "True"}}, "InProgress"},
		"not ready":                         {2, []any{fields{"type": "Ready", "status": "False"}}, "InProgress"},
		"stalled at the present generation": {2, []any{fields{"type": "Ready", "status": "False"}, fields{"type": "Stalled", "status": "True"}}, "Failed"},
	} {
		t.Run(name, func(t *testing.T) {
			object := &unstructured.Unstructured{Object: fields{"metadata": fields{"generation": int64(2)},
				"status": fields{"observedGeneration": test.observed, "conditions": test.conditions}}}
			if got := kstatus(t, object); got != test.want {
				t.Errorf("kstatus is %s, want %s", got, test.want)
			}
		})
	}
}
