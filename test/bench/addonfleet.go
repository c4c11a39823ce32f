package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/test/bench/load"
)

const (
	// tenants is how many clusters take add-ons from the manager.
	tenants = 200
	// levels is how long a chain of dependencies is.
	levels = 5

	addonsPath   = apiPath + "/addons"
	releasesPath = "/apis/helm.toolkit.fluxcd.io/v2/namespaces/" + namespace + "/helmreleases"
	chartsPath   = "/apis/source.toolkit.fluxcd.io/v1/namespaces/" + namespace + "/helmrepositories"
	secretsPath  = "/api/v1/namespaces/" + namespace + "/secrets"
)

// catalogueEntry is an entry of the catalogue with two versions, as they look that people write: a schema, defaults, a mapping.
const catalogueEntry = `
apiVersion: fleet.slipway.dev/v1alpha1
kind: AddonTemplate
metadata: {name: %[1]s}
spec:
  displayName: %[1]s
  source: {type: HelmRepository, url: "https://charts.example.com"}
  versions:
    - version: 1.1.0
      stable: true
      chart: {name: %[1]s, version: 1.1.0}
      kubernetesVersions: ">=1.29.0-0"
      paramsSchema:
        type: object
        additionalProperties: false
        properties:
          size: {type: string, enum: [small, large], description: How large it is}
          replicas: {type: integer, minimum: 1, maximum: 9, description: How many there are}
          ingress: {type: object, properties: {host: {type: string}, path: {type: string}}}
      defaults: {size: small, replicas: 1, ingress: {path: /}}
      values: {image: {pullPolicy: IfNotPresent}, serviceAccount: {create: true}}
      paramMapping:
        - {param: /size, value: /resources/size}
        - {param: /replicas, value: /replicaCount}
        - {param: /ingress/host, value: /ingress/hosts/name}
      dependsOn: %[2]s
---
`

// templateOf is the catalogue entry of a level of the chain, from 1.
func templateOf(level int) string { return fmt.Sprintf("level-%d", level) }

// applyCatalogue applies the catalogue.
func (b *bench) applyCatalogue(ctx context.Context) error {
	var all bytes.Buffer
	for _, name := range []string{cceTemplate, iaasTemplate} {
		fmt.Fprintf(&all, catalogueEntry, name, "[]")
	}
	for level := 1; level <= levels; level++ {
		dependencies := "[]"
		if level > 1 {
			dependencies = fmt.Sprintf(`[{templateName: %s, versions: ">=1.0.0"}]`, templateOf(level-1))
		}
		fmt.Fprintf(&all, catalogueEntry, templateOf(level), dependencies)
	}
	return b.apply(ctx, all.Bytes(), "-f", "-")
}

// seededUID is the id by which the add-on dialects know a member.
func seededUID(m *member) string { return m.object.Labels[fleetv1.LabelID] }

// tenant returns a Cluster that takes add-ons.
func tenant(i int) string { return fmt.Sprintf("tenant-%03d", i) }

// admitTenants creates the Clusters that take add-ons, each with a kubeconfig, and waits until the manager finds them ready. The
// management cluster plays the tenant cluster of them all.
func (b *bench) admitTenants(ctx context.Context) error {
	kubeconfig, err := os.ReadFile(b.plane.AdminKubeconfigFile())
	if err != nil {
		return fmt.Errorf("reading the administrator's kubeconfig: %w", err)
	}
	err = b.each(ctx, tenants, func(ctx context.Context, connection *load.Connection, i int) error {
		return b.admitTenant(ctx, connection, tenant(i), kubeconfig)
	})
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		clusters, err := list[fleetv1.Cluster](ctx, b, clustersPath)
		if err != nil {
			return err
		}
		ready := 0
		for i := range clusters {
			status := &clusters[i].Status
			if status.KubeconfigSecretName != "" && apimeta.IsStatusConditionTrue(status.Conditions, fleetv1.ConditionProvisioned) {
				ready++
			}
		}
		if ready == tenants {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d tenants are ready", ready, tenants)
		}
	}
}

func (b *bench) admitTenant(ctx context.Context, connection *load.Connection, name string, kubeconfig []byte) error {
	m := &member{object: newCluster(name, 0)}
	if err := b.create(ctx, connection, clustersPath, m.object); err != nil {
		return fmt.Errorf("creating %s: %w", name, err)
	}
	secret := &corev1.Secret{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name + "-kubeconfig"},
		Data:       map[string][]byte{fleetv1.KubeconfigKey: kubeconfig},
	}
	if err := b.create(ctx, connection, secretsPath, secret); err != nil {
		return fmt.Errorf("creating the kubeconfig of %s: %w", name, err)
	}
	for _, adapter := range adapters {
		report := newReportOf(adapter, true, m.object.Generation, b.fleet.begun)
		report.Cluster = &fleetv1.ClusterFacts{KubernetesVersion: "v1.33.1", KubeconfigSecretName: secret.Name}
		if err := b.create(ctx, connection, reportsPath, m.adapterStatus(adapter, report)); err != nil {
			return fmt.Errorf("creating a report about %s: %w", name, err)
		}
	}
	return nil
}

// newAddon is an Addon as kubectl would create it.
func newAddon(name, cluster, template string) *fleetv1.Addon {
	return &fleetv1.Addon{
		TypeMeta:   metav1.TypeMeta{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindAddon},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: fleetv1.AddonSpec{
			ClusterName: cluster, TemplateName: template, Version: "1.1.0", Params: rawParams,
		},
	}
}

// deploy says what Flux says of a release that it has installed.
func (b *bench) deploy(ctx context.Context, connection *load.Connection, name string) error {
	var release struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
	}
	path := releasesPath + "/" + name
	if err := do(ctx, connection, b.admin.Request(http.MethodGet, path, nil), &release); err != nil {
		return fmt.Errorf("reading release %s: %w", name, err)
	}
	generation, now := release.Metadata.Generation, metav1.Now()
	condition := func(conditionType string) metav1.Condition {
		return metav1.Condition{
			Type: conditionType, Status: metav1.ConditionTrue, Reason: "InstallSucceeded", Message: "installed",
			ObservedGeneration: generation, LastTransitionTime: now,
		}
	}
	status, err := json.Marshal(map[string]any{"status": map[string]any{
		"observedGeneration": generation, "lastAttemptedRevision": "1.1.0", "lastAttemptedGeneration": generation,
		"lastHandledReconcileAt": release.Metadata.Annotations["reconcile.fluxcd.io/requestedAt"],
		"conditions":             []metav1.Condition{condition("Ready"), condition("Released")},
	}})
	if err != nil {
		return fmt.Errorf("encoding a status: %w", err)
	}
	if err := do(ctx, connection, b.admin.Request(http.MethodPatch, path+"/status", status, mergePatch), nil); err != nil {
		return fmt.Errorf("writing the status of release %s: %w", name, err)
	}
	return nil
}

// removeTenants removes the tenants with all that was made for them. The manager must not run: it would go on working.
func (b *bench) removeTenants(ctx context.Context) error {
	for _, path := range []string{addonsPath, releasesPath, chartsPath, secretsPath} {
		objects, err := list[map[string]any](ctx, b, path)
		if err != nil {
			return err
		}
		if err := b.removeAll(ctx, path, objects); err != nil {
			return err
		}
	}
	for _, path := range []string{reportsPath, clustersPath} {
		objects, err := list[map[string]any](ctx, b, path)
		if err != nil {
			return err
		}
		if err := b.removeAll(ctx, path, ofTenants(objects)); err != nil {
			return err
		}
	}
	return nil
}

// ofTenants returns the Clusters that take add-ons, and the reports about them, among all.
func ofTenants(objects []map[string]any) []map[string]any {
	names := map[string]bool{}
	for i := range tenants {
		names[tenant(i)] = true
	}
	var found []map[string]any
	for _, object := range objects {
		metadata, _ := object["metadata"].(map[string]any)
		labels, _ := metadata["labels"].(map[string]any)
		cluster, _ := labels[fleetv1.LabelCluster].(string)
		if names[nameOf(object)] || names[cluster] {
			found = append(found, object)
		}
	}
	return found
}
