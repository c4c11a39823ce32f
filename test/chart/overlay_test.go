package chart

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// overlays are the overlays of config/ and the values, in the chart's ci folder, that make the same of the chart.
var overlays = map[string]string{
	"config/default":               "default-values.yaml",
	"config/overlays/cert-manager": "cert-manager-values.yaml",
	"config/overlays/full":         "full-values.yaml",
}

// Chart and kustomize make the same objects, field by field.
func TestChartAndKustomizeAgree(t *testing.T) {
	for overlay, values := range overlays {
		t.Run(overlay, func(t *testing.T) {
			want := byKey(t, shared(kustomized(t, overlay)))
			got := byKey(t, shared(rendered(t, "--values", filepath.Join(folder(), "ci", values))))
			if len(want) < 30 {
				t.Fatalf("the overlay has %d objects only", len(want))
			}
			for key := range maps.Keys(want) {
				if got[key] == nil {
					t.Errorf("the chart lacks %s", key)
				}
			}
			for key, object := range got {
				if want[key] == nil {
					t.Errorf("%s lacks %s", overlay, key)
					continue
				}
				if diff := cmp.Diff(lines(t, want[key]), lines(t, object)); diff != "" {
					t.Errorf("%s differs (-kustomize +chart):\n%s", key, diff)
				}
			}
		})
	}
}

// lines writes an object down for a person to compare.
func lines(t *testing.T, object *unstructured.Unstructured) []string {
	t.Helper()
	text, err := yaml.Marshal(object.Object)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}

// shared leaves out what only one of the two can have: the namespace, which Helm is told to make; what stands on helm test;
// and the labels and annotations by which Helm finds its objects again.
func shared(objects []*unstructured.Unstructured) []*unstructured.Unstructured {
	var compared []*unstructured.Unstructured
	for _, object := range objects {
		if object.GetKind() == "Namespace" || object.GetName() == "slipway-check" {
			continue
		}
		object.SetLabels(without(object.GetLabels(), "helm.sh/chart", "app.kubernetes.io/managed-by", "app.kubernetes.io/instance",
			"app.kubernetes.io/version"))
		object.SetAnnotations(without(object.GetAnnotations(), "helm.sh/resource-policy"))
		compared = append(compared, object)
	}
	return compared
}

// without returns nil when nothing is left, so that no field and an empty one are the same.
func without(words map[string]string, names ...string) map[string]string {
	rest := maps.Clone(words)
	for _, name := range names {
		delete(rest, name)
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

// Every folder of config/overlays is held against the chart.
func TestEveryOverlayIsCompared(t *testing.T) {
	found, err := filepath.Glob(filepath.Join(folder(), "..", "..", "config", "overlays", "*"))
	if err != nil || len(found) == 0 {
		t.Fatalf("found no overlays: %v", err)
	}
	for _, overlay := range found {
		if name := "config/overlays/" + filepath.Base(overlay); overlays[name] == "" {
			t.Errorf("%s is compared with no values of the chart", strings.TrimSpace(name))
		}
	}
}
