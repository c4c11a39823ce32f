package cel

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// Every sample applies cleanly: server-side, with unknown and repeated fields refused.
func TestSamplesApply(t *testing.T) {
	for _, folder := range []string{"config/samples", "config/samples/local", "config/samples/imported", "config/samples/catalog", "config/samples/nks"} {
		t.Run(folder, func(t *testing.T) {
			objects := decode(t, kustomize(t, folder))
			if len(objects) == 0 {
				t.Fatal("there are no samples")
			}
			for _, object := range objects {
				applies(t, object)
			}
		})
	}
	files, err := filepath.Glob(filepath.Join(testenv.Root(), "hack", "local", "catalog", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found no catalogue entries of the local environment: %v", err)
	}
	for _, file := range files {
		t.Run("hack/local/catalog/"+filepath.Base(file), func(t *testing.T) {
			for _, object := range decode(t, read(t, "hack", "local", "catalog", filepath.Base(file))) {
				applies(t, object)
			}
		})
	}
}

// The folder of samples has one object of every kind.
func TestEveryKindHasASample(t *testing.T) {
	kinds := map[string]bool{}
	for _, object := range decode(t, kustomize(t, "config/samples")) {
		kinds[object.GetKind()] = true
	}
	for kind := range definitions(t) {
		if !kinds[kind] {
			t.Errorf("config/samples has no %s", kind)
		}
	}
}

// Every overlay of config renders.
func TestOverlaysRender(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testenv.Root(), "config", "*", "kustomization.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found no overlays: %v", err)
	}
	for _, file := range append(files, filepath.Join(testenv.Root(), "config", "rbac", "kwok-adapter", "kustomization.yaml")) {
		folder, err := filepath.Rel(testenv.Root(), filepath.Dir(file))
		if err != nil {
			t.Fatalf("naming %s: %v", file, err)
		}
		t.Run(folder, func(t *testing.T) {
			if len(decode(t, kustomize(t, folder))) == 0 {
				t.Error("the overlay is empty")
			}
		})
	}
}

// applies sends an object as `kubectl apply --server-side --validate=strict` would, without keeping it.
func applies(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	err := api.Apply(context.Background(), client.ApplyConfigurationFromUnstructured(object), client.FieldOwner("samples"), client.DryRunAll)
	if err != nil {
		t.Errorf("applying %s %s: %v", object.GetKind(), object.GetName(), err)
	}
}

// kustomize renders a folder with the kubectl of the toolchain.
func kustomize(t *testing.T, folder string) []byte {
	t.Helper()
	command := exec.Command(filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kubectl"), "kustomize", filepath.Join(testenv.Root(), filepath.FromSlash(folder)))
	var stderr bytes.Buffer
	command.Stderr = &stderr
	rendered, err := command.Output()
	if err != nil {
		t.Fatalf("rendering %s: %v: %s", folder, err, stderr.String())
	}
	return rendered
}

// decode splits a stream of YAML documents into objects.
func decode(t *testing.T, stream []byte) []*unstructured.Unstructured {
	t.Helper()
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(stream), 4096)
	var objects []*unstructured.Unstructured
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatalf("reading YAML: %v", err)
		}
		objects = append(objects, object)
	}
}
