package main

import (
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

func TestWebhooksArePointedToAProcess(t *testing.T) {
	manifests := `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: validating
webhooks:
- name: one.slipway.dev
  clientConfig:
    service: {name: webhook-service, namespace: system, path: /validate-one}
  failurePolicy: Fail
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: mutating
webhooks:
- name: two.slipway.dev
  clientConfig:
    service: {name: webhook-service, namespace: system, path: /mutate-two}
`
	out, err := pointWebhooks([]byte(manifests), "https://127.0.0.1:9443", []byte("PEM"))
	if err != nil {
		t.Fatal(err)
	}
	documents := strings.Split(string(out), "---\n")[1:]
	wants := []string{"https://127.0.0.1:9443/validate-one", "https://127.0.0.1:9443/mutate-two"}
	if len(documents) != len(wants) {
		t.Fatalf("documents:\n%s", out)
	}
	for i, want := range wants {
		var got struct {
			Webhooks []struct {
				FailurePolicy string `json:"failurePolicy"`
				ClientConfig  struct {
					URL      string `json:"url"`
					CABundle []byte `json:"caBundle"`
					Service  any    `json:"service"`
				} `json:"clientConfig"`
			} `json:"webhooks"`
		}
		if err := yaml.Unmarshal([]byte(documents[i]), &got); err != nil {
			t.Fatal(err)
		}
		config := got.Webhooks[0].ClientConfig
		if config.URL != want || string(config.CABundle) != "PEM" || config.Service != nil {
			t.Errorf("document %d: %+v", i, config)
		}
		if i == 0 && got.Webhooks[0].FailurePolicy != "Fail" {
			t.Error("the rest of the webhook must be kept")
		}
	}
	if _, err := pointWebhooks([]byte("webhooks: [{name: x, clientConfig: {}}]"), "https://h", nil); err == nil {
		t.Error("a webhook without a path must be refused")
	}
}

func TestTheAPIServiceIsPointedToAProcess(t *testing.T) {
	manifest := `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1.example.com
spec:
  group: example.com
  service: {name: api, namespace: system, port: 443}
`
	out, err := pointAPIService([]byte(manifest), 6443, []byte("PEM"))
	if err != nil {
		t.Fatal(err)
	}
	documents := strings.Split(string(out), "---\n")
	if len(documents) != 2 {
		t.Fatalf("documents:\n%s", out)
	}
	for i, want := range []string{`apiVersion: v1
kind: Service
metadata:
  name: api
  namespace: system
spec:
  externalName: localhost
  type: ExternalName
`, `apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1.example.com
spec:
  caBundle: UEVN
  group: example.com
  service:
    name: api
    namespace: system
    port: 6443
`} {
		if documents[i] != want {
			t.Errorf("document %d:\n%s", i, documents[i])
		}
	}
	if _, err := pointAPIService([]byte("kind: APIService\nspec: {}\n"), 6443, nil); err == nil {
		t.Error("an APIService without a service was accepted")
	}
}
