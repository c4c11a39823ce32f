package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"sigs.k8s.io/yaml"

	"github.com/slipway-dev/slipway/internal/process"
)

const (
	// facadeAccount is the facade's service account.
	facadeAccount = "slipway-apiserver"
	// facadeService is what the APIService points to.
	facadeService = "api"
	apiService    = "v1alpha1.rest.slipway.dev"
	// maxFacades is how many facades can run beside each other.
	maxFacades = 3
	// sampleNamespace is the tenant of the samples, and of whoever has no other.
	sampleNamespace = "team-a"
	// sampleCluster is the tenant's cluster.
	sampleCluster = "sample"
)

// facadeName is the name of the first, second, … facade.
func facadeName(number int) string {
	if number == 1 {
		return "apiserver"
	}
	return "apiserver-" + strconv.Itoa(number)
}

// facadeNames are the names that facades can have.
func facadeNames() []string {
	names := make([]string, 0, maxFacades)
	for number := 1; number <= maxFacades; number++ {
		names = append(names, facadeName(number))
	}
	return names
}

// startFacades runs as many facades as were asked for, and ends those beyond.
func (e *environment) startFacades(ctx context.Context) error {
	for number, name := range facadeNames() {
		if number < e.facades {
			if err := e.startFacade(ctx, name); err != nil {
				return err
			}
			continue
		}
		running, err := process.Find(e.record(name))
		if err != nil {
			return fmt.Errorf("looking for %s: %w", name, err)
		}
		if running == nil {
			continue
		}
		e.say("  ending %s (process %d)", name, running.PID)
		if err := running.Stop(ctx, stopGrace); err != nil {
			return err
		}
	}
	return nil
}

// startFacade runs a facade as its service account.
func (e *environment) startFacade(ctx context.Context, name string) error {
	kubeconfig, err := e.serviceAccountKubeconfig(facadeAccount)
	if err != nil {
		return err
	}
	certificate, err := e.ensureServingCertificate(e.facadeCertificate(), facadeAccount,
		// The name of a cluster, or its id, may be the first label of the host.
		[]string{"localhost", "*.localhost", "127.0.0.1", facadeService + "." + systemNamespace + ".svc"})
	if err != nil {
		return err
	}
	return e.run(ctx, service{
		name: name, ports: []string{"https", "http"}, healthPort: "http", healthPath: "/readyz",
		spec: func(address func(string) string) process.Spec {
			return process.Spec{
				Path: e.binary("apiserver"),
				Args: []string{
					"--kubeconfig=" + kubeconfig,
					"--authentication-kubeconfig=" + kubeconfig,
					"--authorization-kubeconfig=" + kubeconfig,
					"--bind-address=127.0.0.1",
					"--secure-port=" + portOf(address("https")),
					"--tls-cert-file=" + certificate[0],
					"--tls-private-key-file=" + certificate[1],
					"--insecure-http-bind-address=" + address("http"),
					"--default-namespace=" + sampleNamespace,
					"--system-namespace=" + systemNamespace,
					"--access-keys",
				},
				// The certificate is no input: the facade follows its files.
				Inputs: []string{kubeconfig},
			}
		},
	})
}

// aggregateFacade makes the first facade an aggregated API, and waits until the management cluster reaches it.
func (e *environment) aggregateFacade(ctx context.Context) error {
	manifest, err := os.ReadFile(e.source("config", "apiserver", "apiservice.yaml"))
	if err != nil {
		return fmt.Errorf("reading the APIService: %w", err)
	}
	ca, _, err := e.hub.CA()
	if err != nil {
		return err
	}
	rewritten, err := pointAPIService(manifest, e.ports[facadeName(1)+"-https"], ca)
	if err != nil {
		return fmt.Errorf("pointing the APIService to the facade's process: %w", err)
	}
	if err := e.apply(ctx, rewritten, "-f", "-"); err != nil {
		return err
	}
	_, err = e.kubectl(ctx, nil, "wait", "--for=condition=Available", "--timeout=60s", "apiservice/"+apiService)
	return err
}

// pointAPIService points an APIService to a process on this machine: by way of a Service that is nothing but the name
// localhost, and on the process's own port.
func pointAPIService(manifest []byte, port int, ca []byte) ([]byte, error) {
	var object struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Metadata   map[string]any `json:"metadata"`
		Spec       map[string]any `json:"spec"`
	}
	if err := yaml.UnmarshalStrict(manifest, &object); err != nil {
		return nil, fmt.Errorf("parsing it: %w", err)
	}
	service, ok := object.Spec["service"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s %v names no service", object.Kind, object.Metadata["name"])
	}
	service["port"] = port
	object.Spec["caBundle"] = base64.StdEncoding.EncodeToString(ca)
	encoded, err := yaml.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encoding it: %w", err)
	}
	local := map[string]any{
		"apiVersion": "v1", "kind": "Service",
		"metadata": map[string]any{"name": service["name"], "namespace": service["namespace"]},
		"spec":     map[string]any{"type": "ExternalName", "externalName": "localhost"},
	}
	localEncoded, err := yaml.Marshal(local)
	if err != nil {
		return nil, fmt.Errorf("encoding its service: %w", err)
	}
	return append(append(localEncoded, "---\n"...), encoded...), nil
}

// writeCA writes the authority that clients of the facade have to trust.
func (e *environment) writeCA() error {
	ca, _, err := e.hub.CA()
	if err != nil {
		return err
	}
	if err := os.WriteFile(e.ca(), ca, 0o600); err != nil {
		return fmt.Errorf("writing the authority's certificate: %w", err)
	}
	return nil
}

func (l layout) ca() string                { return l.path("ca.crt") }
func (l layout) token() string             { return l.path("token") }
func (l layout) accessKey() string         { return l.path("access-key") }
func (l layout) facadeCertificate() string { return filepath.Join(l.state, "facade") }
