package cel

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// edit changes one place of an object. Objects are unstructured here, because a Go type cannot say what a rule has to
// refuse: an empty string, a missing field, a value of another type.
type edit struct {
	path   string
	value  any
	remove bool
}

// set puts a value at a path such as spec.versions[0].chart.name. An index one past the end appends.
func set(path string, value any) edit { return edit{path: path, value: value} }

// unset removes what is at a path.
func unset(path string) edit { return edit{path: path, remove: true} }

// apply makes the edits in order.
func apply(object *unstructured.Unstructured, edits []edit) {
	for _, e := range edits {
		object.Object = e.in(object.Object, steps(e.path)).(map[string]any)
	}
}

// in returns the tree with the edit made at the steps below it.
func (e edit) in(tree any, steps []string) any {
	if len(steps) == 0 {
		return e.value
	}
	if index, err := strconv.Atoi(steps[0]); err == nil {
		list, _ := tree.([]any)
		if index == len(list) {
			list = append(list, nil)
		}
		list[index] = e.in(list[index], steps[1:])
		return list
	}
	fields, ok := tree.(map[string]any)
	if !ok {
		fields = map[string]any{}
	}
	if len(steps) == 1 && e.remove {
		delete(fields, steps[0])
		return fields
	}
	fields[steps[0]] = e.in(fields[steps[0]], steps[1:])
	return fields
}

// steps splits a path: a.b[0].c becomes a, b, 0, c.
func steps(path string) []string {
	return strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path), ".")
}

// sample reads config/samples/<name>.yaml.
func sample(t *testing.T, name string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(read(t, "config", "samples", name+".yaml"), &object.Object); err != nil {
		t.Fatalf("reading sample %s: %v", name, err)
	}
	return object
}

// read returns the content of a file of the checkout.
func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(append([]string{testenv.Root()}, path...)...))
	if err != nil {
		t.Fatalf("reading a file of the checkout: %v", err)
	}
	return content
}

// list makes a list of n values.
func list(n int, value func(i int) any) []any {
	values := make([]any, n)
	for i := range values {
		values[i] = value(i)
	}
	return values
}

// numbered returns a function for list that numbers a word.
func numbered(format string) func(int) any {
	return func(i int) any { return fmt.Sprintf(format, i) }
}

// fields is a part of an object.
type fields = map[string]any

// text returns a word of n letters.
func text(n int) string { return strings.Repeat("a", n) }
