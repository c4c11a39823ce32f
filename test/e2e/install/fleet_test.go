//go:build e2e

package install

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const (
	tenant = "team-a"
	// dialect is one of the REST dialects, by way of the API server.
	dialect = "/apis/rest.slipway.dev/v1alpha1/hyperfleet/v1"
)

// serveCharts serves the chart of an add-on, as any web server would.
func serveCharts(ctx context.Context) (url string) {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	DeferCleanup(server.Close)
	for _, args := range [][]string{
		{"package", filepath.Join(testenv.Root(), "test", "e2e", "install", "testdata", "addon"), "--destination", dir},
		{"repo", "index", dir, "--url", server.URL},
	} {
		output, err := try(ctx, "", "helm", args...)
		Expect(err).NotTo(HaveOccurred(), output)
	}
	return server.URL
}

// openTenant makes the tenant's namespace, and in it the Secret by which a cluster is imported.
func openTenant(ctx context.Context) {
	GinkgoHelper()
	kubectl(ctx, "", "create", "namespace", tenant)
	kubectl(ctx, "", "create", "secret", "generic", "mine-kubeconfig", "--namespace", tenant, "--from-file=value="+hub.Kubeconfig())
}

// createFleet applies testdata/fleet.yaml.
func createFleet(ctx context.Context, repository string) {
	GinkgoHelper()
	manifests, err := os.ReadFile(filepath.Join(testenv.Root(), "test", "e2e", "install", "testdata", "fleet.yaml"))
	Expect(err).NotTo(HaveOccurred())
	kubectl(ctx, strings.ReplaceAll(string(manifests), "$REPOSITORY", repository), "apply", "-f", "-")
}

// rest asks a REST dialect through the API server.
func rest(ctx context.Context, verb, path, body string) map[string]any {
	GinkgoHelper()
	args := []string{verb, "--raw", dialect + path}
	if verb == "create" {
		args = append(args, "-f", "-")
	}
	answer := map[string]any{}
	Expect(json.Unmarshal([]byte(kubectl(ctx, body, args...)), &answer)).To(Succeed())
	return answer
}

// report reports, as an adapter elsewhere does over REST, that a cluster is there at a generation.
func report(ctx context.Context, id string, generation int64) {
	GinkgoHelper()
	rest(ctx, "create", "/clusters/"+id+"/statuses", fmt.Sprintf(`{"adapter":"builder","observed_generation":%d,
		"observed_time":"2026-01-01T00:00:00Z","conditions":[{"type":"Available","status":"True"},
		{"type":"Applied","status":"True"},{"type":"Health","status":"True"}]}`, generation))
}

// conditioned is any of our objects with conditions.
type conditioned interface {
	client.Object
	GetConditions() *[]metav1.Condition
}

// eventuallyReady waits until an object is Ready at its present generation.
func eventuallyReady(ctx context.Context, obj conditioned, name string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		g.Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: tenant, Name: name}, obj)).To(Succeed())
		ready := apimeta.FindStatusCondition(*obj.GetConditions(), fleetv1.ConditionReady)
		g.Expect(ready).NotTo(BeNil())
		g.Expect(ready.Status).To(Equal(metav1.ConditionTrue), "%+v", *obj.GetConditions())
		g.Expect(ready.ObservedGeneration).To(Equal(obj.GetGeneration()))
	}).WithContext(ctx).Should(Succeed())
}

// works makes sure that manager, facade and webhooks do their work on a fleet that is there: what exists becomes Ready at a
// generation that is new, by kubectl and over REST.
func works(ctx context.Context, round string) {
	GinkgoHelper()
	By("kubectl")
	kubectl(ctx, "", "patch", "cluster.fleet.slipway.dev/mine", "--namespace", tenant, "--type=merge",
		`--patch={"spec":{"parameters":{"round":"`+round+`"}}}`)
	eventuallyReady(ctx, &fleetv1.Cluster{}, "mine")
	eventuallyReady(ctx, &fleetv1.Addon{}, "note")

	By("REST")
	name := "rest-" + round
	created := rest(ctx, "create", "/clusters", `{"kind":"Cluster","name":"`+name+`","spec":{"zones":["a"]}}`)
	id, ok := created["id"].(string)
	Expect(ok).To(BeTrue(), "%v", created)
	report(ctx, id, 1)
	eventuallyReady(ctx, &fleetv1.Cluster{}, name)
	Expect(rest(ctx, "get", "/clusters/"+id, "")).To(HaveKeyWithValue("name", name))

	By("the webhooks")
	output, err := try(ctx, `{"apiVersion":"fleet.slipway.dev/v1alpha1","kind":"Addon","metadata":{"name":"wrong","namespace":"team-a"},
		"spec":{"clusterName":"mine","templateName":"note","version":"9.9.9"}}`, "kubectl", "create", "-f", "-")
	Expect(err).To(HaveOccurred())
	Expect(output).To(ContainSubstring("spec.version"))
}

// kept are the kinds whose objects no upgrade, rollback or uninstall may touch.
var kept = []schema.GroupVersionKind{
	fleetv1.SchemeGroupVersion.WithKind("Cluster"), fleetv1.SchemeGroupVersion.WithKind("NodePool"),
	fleetv1.SchemeGroupVersion.WithKind("Addon"), fleetv1.SchemeGroupVersion.WithKind("AddonTemplate"),
	fleetv1.SchemeGroupVersion.WithKind("Platform"), fleetv1.SchemeGroupVersion.WithKind("AdapterStatus"),
	fleetv1.SchemeGroupVersion.WithKind("Operation"), helmv2.GroupVersion.WithKind("HelmRelease"),
	apiextensions.WithKind("CustomResourceDefinition"),
}

var apiextensions = schema.GroupVersion{Group: "apiextensions.k8s.io", Version: "v1"}

// identities are the uids of everything that has to be kept. The definitions of kinds that are not Slipway's are none of it.
func identities(ctx context.Context) map[string]string {
	GinkgoHelper()
	all := map[string]string{}
	for _, kind := range kept {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(kind)
		Expect(hub.client.List(ctx, list)).To(Succeed())
		for _, object := range list.Items {
			if kind.Group != apiextensions.Group || strings.HasSuffix(object.GetName(), fleetv1.GroupName) {
				all[kind.Kind+" "+object.GetNamespace()+"/"+object.GetName()] = string(object.GetUID())
			}
		}
	}
	return all
}

// installations of the add-on's chart in the tenant cluster, as the chart itself counts them.
func installations(ctx context.Context) string {
	GinkgoHelper()
	note := &corev1.ConfigMap{}
	Expect(hub.client.Get(ctx, client.ObjectKey{Namespace: "notes", Name: "note"}, note)).To(Succeed())
	return note.Data["revision"] + " of " + string(note.UID)
}
