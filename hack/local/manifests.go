package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

// applyCRDs applies Flux's kinds and ours, and waits until they are served.
func (e *environment) applyCRDs(ctx context.Context) error {
	if err := e.apply(ctx, nil, "-f", e.tool("flux-crds.yaml"), "-f", e.source("config", "crd", "bases")); err != nil {
		return err
	}
	_, err := e.kubectl(ctx, nil, "wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")
	return err
}

// applyRoles applies the system's namespace, and the roles of the manager, of the facade, of people, and of the kwok-adapter.
func (e *environment) applyRoles(ctx context.Context) error {
	if err := e.apply(ctx, nil, "-k", e.source("config", "rbac")); err != nil {
		return err
	}
	return e.apply(ctx, nil, "-k", e.source("config", "rbac", "kwok-adapter"))
}

// applyPolicies applies the ValidatingAdmissionPolicies.
func (e *environment) applyPolicies(ctx context.Context) error {
	return e.apply(ctx, nil, "-k", e.source("config", "policy"))
}

// applyWebhooks applies the webhooks, pointed to the manager's process instead of a Service.
func (e *environment) applyWebhooks(ctx context.Context) error {
	var manifests []byte
	for _, file := range []string{"manifests.yaml", "access_key.yaml"} {
		content, err := os.ReadFile(e.source("config", "webhook", file))
		if err != nil {
			return fmt.Errorf("reading the webhooks: %w", err)
		}
		manifests = append(append(manifests, "\n---\n"...), content...)
	}
	ca, _, err := e.hub.CA()
	if err != nil {
		return err
	}
	rewritten, err := pointWebhooks(manifests, "https://"+e.address(managerName, "webhook"), ca)
	if err != nil {
		return fmt.Errorf("pointing the webhooks to the manager's process: %w", err)
	}
	return e.apply(ctx, rewritten, "-f", "-")
}

// pointWebhooks replaces the Service in each webhook's client configuration by a URL under base.
func pointWebhooks(manifests []byte, base string, ca []byte) ([]byte, error) {
	var out bytes.Buffer
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(manifests)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading a document: %w", err)
		}
		configuration := map[string]any{}
		if err := sigsyaml.Unmarshal(document, &configuration); err != nil {
			return nil, fmt.Errorf("parsing a document: %w", err)
		}
		webhooks, _, err := unstructured.NestedSlice(configuration, "webhooks")
		if err != nil {
			return nil, fmt.Errorf("reading the list of webhooks: %w", err)
		}
		if len(webhooks) == 0 {
			continue
		}
		for _, webhook := range webhooks {
			if err := pointWebhook(webhook, base, ca); err != nil {
				return nil, err
			}
		}
		configuration["webhooks"] = webhooks
		rewritten, err := sigsyaml.Marshal(configuration)
		if err != nil {
			return nil, fmt.Errorf("encoding a document: %w", err)
		}
		fmt.Fprintf(&out, "---\n%s", rewritten)
	}
}

func pointWebhook(webhook any, base string, ca []byte) error {
	fields, ok := webhook.(map[string]any)
	if !ok {
		return fmt.Errorf("a webhook is %T, not an object", webhook)
	}
	path, found, err := unstructured.NestedString(fields, "clientConfig", "service", "path")
	if err != nil || !found {
		return fmt.Errorf("the webhook %v names no clientConfig.service.path", fields["name"])
	}
	fields["clientConfig"] = map[string]any{"url": base + path, "caBundle": base64.StdEncoding.EncodeToString(ca)}
	return nil
}

// registryPlaceholder is the address that the catalogue in the repository names.
const registryPlaceholder = "127.0.0.1:5000"

// applyCatalogue applies the catalogue, with the address of our registry in it.
func (e *environment) applyCatalogue(ctx context.Context) error {
	files, err := filepath.Glob(e.source("hack", "local", "catalog", "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no catalogue in %s: %w", e.source("hack", "local", "catalog"), err)
	}
	var all bytes.Buffer
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading the catalogue: %w", err)
		}
		address := e.address(registryName, "http")
		fmt.Fprintf(&all, "---\n%s\n", bytes.ReplaceAll(content, []byte(registryPlaceholder), []byte(address)))
	}
	return e.apply(ctx, all.Bytes(), "-f", "-")
}
