//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// hostile are params that would be dangerous if anything took them for more than settings of a chart.
var hostile = map[string]any{
	"kubeConfig":         map[string]any{"secretRef": map[string]any{"name": "slipway-kubeconfig"}},
	"targetNamespace":    "kube-system",
	"storageNamespace":   "kube-system",
	"serviceAccountName": "default",
	"postRenderers":      []any{map[string]any{"kustomize": map[string]any{}}},
	"spec":               map[string]any{"kubeConfig": nil},
	"text":               "${KUBECONFIG} $(id) {{ .Release.Name }} &a *a <<: !!binary",
	"lines":              "a: &a {b: 1}\nc: *a\n---\nkind: Secret\n",
	"__proto__":          map[string]any{"kubeConfig": nil},
}

// guarded are the fields of a release that no param may reach.
func guarded(release *helmv2.HelmRelease) helmv2.HelmReleaseSpec {
	return helmv2.HelmReleaseSpec{
		KubeConfig: release.Spec.KubeConfig, TargetNamespace: release.Spec.TargetNamespace, StorageNamespace: release.Spec.StorageNamespace,
		ServiceAccountName: release.Spec.ServiceAccountName, PostRenderers: release.Spec.PostRenderers, ValuesFrom: release.Spec.ValuesFrom,
		ReleaseName: release.Spec.ReleaseName, ChartRef: release.Spec.ChartRef,
	}
}

var _ = Describe("Params as an attack", Ordered, func() {
	var (
		rest *restClient
		// strict takes only what its schema names, open takes all below one name.
		strict, open *fleetv1.AddonTemplate
	)

	BeforeAll(func(ctx SpecContext) {
		rest = newRESTClient("SLIPWAY_URL", environment()["SLIPWAY_TOKEN"])
		strict = newTemplate(ctx, "strict", "npd", func(template *fleetv1.AddonTemplate) {
			for i := range template.Spec.Versions {
				template.Spec.Versions[i].ParamsSchema = params(map[string]any{
					"type": "object", "additionalProperties": false, "properties": map[string]any{"replicas": map[string]any{"type": "integer"}},
				})
			}
		})
		open = newTemplate(ctx, "open", "npd", func(template *fleetv1.AddonTemplate) {
			for i := range template.Spec.Versions {
				template.Spec.Versions[i].ParamsSchema = params(map[string]any{
					"type": "object", "additionalProperties": false, "properties": map[string]any{"anything": map[string]any{"type": "object"}},
				})
				template.Spec.Versions[i].ParamMapping = []fleetv1.ParamMapping{{Param: "/anything", Value: "/resources/limits/anything"}}
			}
		})
	})

	count := func(ctx context.Context) int {
		GinkgoHelper()
		list := &fleetv1.AddonList{}
		Expect(hub.client.List(ctx, list, client.InNamespace("team-a"))).To(Succeed())
		return len(list.Items)
	}

	It("are refused through every door where the schema does not name them", func(ctx SpecContext) {
		before := count(ctx)
		for name, value := range hostile {
			hostileParams := map[string]any{name: value}
			addon := newAddon(sampleCluster(), strict.Name, strict.Name, "1.13.5")
			addon.Spec.Params = params(hostileParams)
			Expect(hub.client.Create(ctx, addon)).To(MatchError(ContainSubstring("spec.params")), name)
			answer := rest.must(ctx, http.MethodPost, "/api/clusters/sample/addons", map[string]any{"addon": strict.Name, "params": hostileParams})
			Expect(answer.status).To(Equal(http.StatusBadRequest), "%s: %s", name, answer)
			for _, door := range []string{"basic", "custom", "flavor"} {
				body := cceAddon("sample", strict.Name, "1.13.5", nil)
				body["spec"].(map[string]any)["values"] = map[string]any{door: hostileParams}
				answer = rest.must(ctx, http.MethodPost, "/api/v3/addons", body)
				Expect(answer.status).To(Equal(http.StatusBadRequest), "%s in %s: %s", name, door, answer)
			}
		}
		Expect(count(ctx)).To(Equal(before))
	}, NodeTimeout(patience))

	It("are values of the chart and nothing else where a schema lets them in", func(ctx SpecContext) {
		releaseOf := func(addon *fleetv1.Addon) *helmv2.HelmRelease {
			release := &helmv2.HelmRelease{}
			Eventually(func(g Gomega) {
				g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addon), release)).To(Succeed())
			}).WithContext(ctx).Should(Succeed())
			return release
		}
		addon := newAddon(sampleCluster(), open.Name, open.Name, "1.13.5")
		install(ctx, addon)
		harmless := guarded(releaseOf(addon))
		Expect(harmless.KubeConfig).NotTo(BeNil())
		eventuallyReady(ctx, addon)

		change(ctx, addon, func(a *fleetv1.Addon) { a.Spec.Params = params(map[string]any{"anything": hostile}) })
		secret := &corev1.Secret{}
		key := client.ObjectKey{Namespace: addon.Namespace, Name: harmless.ValuesFrom[0].Name}
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, key, secret)).To(Succeed())
			g.Expect(string(secret.Data[harmless.ValuesFrom[0].ValuesKey])).To(ContainSubstring("${KUBECONFIG} $(id)"))
		}).WithContext(ctx).Should(Succeed())
		Expect(guarded(releaseOf(addon))).To(Equal(harmless))
	}, NodeTimeout(patience))

	It("cannot name Secrets that are not for them", func(ctx SpecContext) {
		for _, name := range []string{"sample-kubeconfig", open.Name + ".kubeconfig", "other/secret", "../secret", "other:secret"} {
			addon := newAddon(sampleCluster(), open.Name+"-2", open.Name, "1.13.5")
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: name}}
			Expect(hub.client.Create(ctx, addon)).To(MatchError(ContainSubstring("spec.valuesFrom[0].name")), name)
		}
	})

	It("cannot use a Secret that says itself what it is for", func(ctx SpecContext) {
		secret := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: open.Name + "-token"},
			Type:       "example.com/other", Data: map[string][]byte{"values.yaml": []byte("replicas: 3")},
		}
		Expect(hub.client.Create(ctx, secret)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(hub.client.Delete(ctx, secret)).To(Succeed()) })
		addon := newAddon(sampleCluster(), secret.Name, open.Name, "1.13.5")
		addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: secret.Name}}
		install(ctx, addon)
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addon), addon)).To(Succeed())
			g.Expect(describe(addon)).To(ContainSubstring("is of type example.com/other"))
		}).WithContext(ctx).Should(Succeed())
		Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addon), &helmv2.HelmRelease{})).NotTo(Succeed())
	}, NodeTimeout(patience))

	It("cannot be a megabyte", func(ctx SpecContext) {
		before := count(ctx)
		large := map[string]any{"anything": map[string]any{"text": strings.Repeat("a", 1<<20)}}
		addon := newAddon(sampleCluster(), open.Name+"-3", open.Name, "1.13.5")
		addon.Spec.Params = params(large)
		Expect(hub.client.Create(ctx, addon)).To(MatchError(ContainSubstring("spec.params")))
		for path, body := range map[string]any{
			"/api/clusters/sample/addons": map[string]any{"addon": open.Name, "params": large},
			"/api/v3/addons":              cceAddon("sample", open.Name, "1.13.5", large),
		} {
			answer := rest.must(ctx, http.MethodPost, path, body)
			Expect(answer.status).To(Equal(http.StatusRequestEntityTooLarge), "%s: %.400s", path, answer)
			Expect(json.Valid(answer.raw)).To(BeTrue())
		}
		Expect(count(ctx)).To(Equal(before))
	})
})
