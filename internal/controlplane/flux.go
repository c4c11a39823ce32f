package controlplane

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/dynamic"
)

// fluxNamespace is where Flux takes itself to be running. It keeps nothing there.
const fluxNamespace = "flux-system"

var kindOfKinds = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}

// fluxKindsFile holds the definitions of Flux's kinds, as hack/tools makes it.
func (c *ControlPlane) fluxKindsFile() string { return filepath.Join(c.opts.BinDir, "flux-crds.yaml") }

func (c *ControlPlane) fluxArguments(component Component) []string {
	if component == HelmController {
		return []string{
			"--metrics-addr=" + loopback(c.ports[portHelmMetrics]),
			"--health-addr=" + loopback(c.ports[string(component)]),
		}
	}
	storage := loopback(c.ports[portSourceStorage])
	return []string{
		"--metrics-addr=" + loopback(c.ports[portSourceMetrics]),
		"--health-addr=" + loopback(c.ports[string(component)]),
		"--storage-path=" + c.fluxDir("source-controller"),
		"--storage-addr=" + storage,
		"--storage-adv-addr=" + storage,
	}
}

// fluxVariables let Flux act as the administrator, which is what its own installation makes it.
func (c *ControlPlane) fluxVariables() []string {
	return []string{"KUBECONFIG=" + c.AdminKubeconfigFile(), "RUNTIME_NAMESPACE=" + fluxNamespace, "TMPDIR=" + c.fluxDir("tmp")}
}

func (c *ControlPlane) fluxDir(name string) string { return filepath.Join(c.opts.Dir, name) }

// applyFluxKinds makes Flux's folders and kinds, without which its controllers end soon after they start.
func (c *ControlPlane) applyFluxKinds(ctx context.Context) error {
	for _, name := range []string{"source-controller", "tmp"} {
		if err := os.MkdirAll(c.fluxDir(name), 0o700); err != nil {
			return fmt.Errorf("making a folder for Flux: %w", err)
		}
	}
	kinds, err := readObjects(c.fluxKindsFile())
	if err != nil {
		return fmt.Errorf("reading the kinds of Flux: %w", err)
	}
	// The lock is held: RESTConfig would wait for it.
	config, err := c.restConfig()
	if err != nil {
		return err
	}
	config.QPS = -1 // they are a handful
	all, err := dynamic.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("building a client: %w", err)
	}
	client := all.Resource(kindOfKinds)
	for _, kind := range kinds {
		_, err := client.Apply(ctx, kind.GetName(), kind, metav1.ApplyOptions{FieldManager: "slipway-controlplane", Force: true})
		if err != nil {
			return fmt.Errorf("applying the kind %s: %w", kind.GetName(), err)
		}
	}
	for _, kind := range kinds {
		if err := waitServed(ctx, client, kind.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// waitServed waits until a kind is served.
func waitServed(ctx context.Context, client dynamic.ResourceInterface, name string) error {
	err := wait.PollUntilContextCancel(ctx, healthPollEvery, true, func(ctx context.Context) (bool, error) {
		kind, err := client.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		return established(kind), nil
	})
	if err != nil {
		return fmt.Errorf("waiting for the kind %s to be served: %w", name, err)
	}
	return nil
}

func established(kind *unstructured.Unstructured) bool {
	var status struct {
		Status struct {
			Conditions []metav1.Condition `json:"conditions"`
		} `json:"status"`
	}
	text, err := json.Marshal(kind.Object)
	if err != nil || json.Unmarshal(text, &status) != nil {
		return false
	}
	return apimeta.IsStatusConditionTrue(status.Status.Conditions, "Established")
}

// readObjects reads the documents of a YAML file.
func readObjects(name string) ([]*unstructured.Unstructured, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w; make it with: go run ./hack/tools local", err)
	}
	defer file.Close()
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bufio.NewReader(file), 4096)
	for {
		object := &unstructured.Unstructured{}
		err := decoder.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("parsing %s: %w", name, err)
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}
