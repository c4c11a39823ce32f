package backup

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// object reads an object from YAML.
func object(t testing.TB, text string) *unstructured.Unstructured {
	t.Helper()
	read := &unstructured.Unstructured{}
	raw, err := yaml.YAMLToJSON([]byte(text))
	if err == nil {
		err = read.UnmarshalJSON(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func written(t testing.TB, archive *Archive) string {
	t.Helper()
	var text bytes.Buffer
	if err := archive.Write(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func two(t testing.TB) *Archive {
	return &Archive{Taken: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Objects: []*unstructured.Unstructured{
		object(t, "{apiVersion: v1, kind: Namespace, metadata: {name: team-a}}"),
		object(t, `{apiVersion: v1, kind: Secret, metadata: {namespace: team-a, name: s}, data: {a: "PGI+JiI="}}`),
	}}
}

func TestArchiveIsReadAsItWasWritten(t *testing.T) {
	want := two(t)
	got, err := Read(strings.NewReader(written(t, want)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	whole := written(t, two(t))
	lines := strings.SplitAfter(whole, "\n")
	for name, tc := range map[string]struct{ text, want string }{
		"an empty file":               {"", "not whole"},
		"what is no archive":          {"kind: Cluster\n", "no backup of Slipway's"},
		"another version":             {strings.Replace(whole, `"version":1`, `"version":2`, 1), "version 2 of the format"},
		"one that was cut":            {strings.Join(lines[:3], ""), "its last line is missing"},
		"one that was cut in a line":  {whole[:len(whole)-90], "not whole"},
		"one without one object":      {lines[0] + lines[1] + lines[3], "its digest differs"},
		"one with a changed object":   {strings.Replace(whole, "team-a", "team-b", 1), "its digest differs"},
		"one with another header":     {strings.Replace(whole, "2026", "2025", 1), "its digest differs"},
		"more after the last line":    {whole + lines[1], "goes on after its last line"},
		"what is no object":           {lines[0] + "[]\n" + lines[3], "reading object 1"},
		"an object without a kind":    {lines[0] + "{\"metadata\":{}}\n" + lines[3], "reading object 1"},
		"a list in place of an entry": {lines[0] + `{"apiVersion":"v1","kind":"List","items":[]}` + "\n" + lines[3], "it is a list"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("the error is %v, and should say %q", err, tc.want)
			}
		})
	}
}

// FuzzRead holds that nothing makes the reader fail badly, and that what it takes it would write in the same way.
func FuzzRead(f *testing.F) {
	whole := written(f, two(f))
	f.Add([]byte(whole))
	f.Add([]byte(whole[:40]))
	f.Add([]byte(written(f, &Archive{})))
	f.Fuzz(func(t *testing.T, text []byte) {
		archive, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		again, err := Read(strings.NewReader(written(t, archive)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(archive, again); diff != "" {
			t.Error(diff)
		}
		// What is restored of it is decided without a panic.
		plan := newPlan(archive)
		for _, object := range archive.Objects {
			_, _ = plan.draft(object, nil)
		}
	})
}
