package chart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// namespace is where the tests install Slipway; config/ knows no other.
const namespace = "slipway-system"

// folder is the chart's.
func folder() string { return filepath.Join(testenv.Root(), "charts", "slipway") }

// tool runs one of the pinned tools and returns what it printed.
func tool(t *testing.T, name string, arguments ...string) ([]byte, error) {
	t.Helper()
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		t.Fatal("KUBEBUILDER_ASSETS is not set: run the tests with `make test`, or export the folder that " +
			"`go run ./hack/tools --print-bin-dir` prints")
	}
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), filepath.Join(assets, name), arguments...)
	command.Stderr = &stderr
	// Nothing of the user's own configuration, and no cluster.
	home := t.TempDir()
	command.Env = []string{"HOME=" + home, "KUBECONFIG=" + filepath.Join(home, "none")}
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", name, err, stderr.String())
	}
	return out, nil
}

// template renders the chart, as release slipway, with more arguments of helm template.
func template(t *testing.T, arguments ...string) ([]*unstructured.Unstructured, error) {
	t.Helper()
	out, err := tool(t, "helm", append([]string{"template", "slipway", folder(), "--namespace", namespace}, arguments...)...)
	if err != nil {
		return nil, err
	}
	return decode(t, out), nil
}

// rendered is template for values that are good.
func rendered(t *testing.T, arguments ...string) []*unstructured.Unstructured {
	t.Helper()
	objects, err := template(t, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// kustomized renders a folder of the repository.
func kustomized(t *testing.T, path string) []*unstructured.Unstructured {
	t.Helper()
	out, err := tool(t, "kubectl", "kustomize", filepath.Join(testenv.Root(), path))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, out)
}

// decode reads the documents of a YAML stream.
func decode(t *testing.T, stream []byte) []*unstructured.Unstructured {
	t.Helper()
	var objects []*unstructured.Unstructured
	documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(stream), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := documents.Decode(object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("reading what was rendered: %v", err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

// key names an object among others.
func key(object *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s/%s", object.GroupVersionKind().GroupKind(), object.GetNamespace(), object.GetName())
}

// byKey refuses two objects of one name, of which the cluster would take only one.
func byKey(t *testing.T, objects []*unstructured.Unstructured) map[string]*unstructured.Unstructured {
	t.Helper()
	all := make(map[string]*unstructured.Unstructured, len(objects))
	for _, object := range objects {
		if all[key(object)] != nil {
			t.Errorf("%s is there twice", key(object))
		}
		all[key(object)] = object
	}
	return all
}
