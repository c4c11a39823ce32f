package admission_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

// applyPolicies installs config/policy.
func applyPolicies() {
	for _, file := range []string{"helmrelease.yaml", "id.yaml"} {
		text, err := os.ReadFile(filepath.Join(testenv.Root(), "config", "policy", file))
		Expect(err).NotTo(HaveOccurred())
		documents := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
		for {
			object := &unstructured.Unstructured{}
			err := documents.Decode(object)
			if errors.Is(err, io.EOF) {
				break
			}
			Expect(err).NotTo(HaveOccurred())
			Expect(env.Client.Create(GinkgoT().Context(), object)).To(Succeed())
		}
	}
}

const goodRelease = `
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: notebooks, labels: {fleet.slipway.dev/addon: notebooks}}
spec:
  interval: 5m
  chartRef: {kind: OCIRepository, name: notebooks}
  kubeConfig: {secretRef: {name: notebooks.kubeconfig, key: value}}
`

var _ = Describe("the policy on HelmReleases", Ordered, func() {
	var namespace string

	BeforeAll(func(ctx SpecContext) {
		namespace = expect.Namespace(ctx, env.Client, nil)
		// The API server takes a moment to load a new policy.
		Eventually(func(g Gomega) {
			hr := decode[helmv2.HelmRelease](goodRelease)
			hr.Namespace, hr.Spec.KubeConfig = namespace, nil
			g.Expect(env.Client.Create(ctx, hr, client.DryRunAll)).NotTo(Succeed())
		}).WithTimeout(30e9).Should(Succeed())
	})

	DescribeTable("creating",
		func(ctx SpecContext, change func(*helmv2.HelmRelease), message string) {
			hr := decode[helmv2.HelmRelease](goodRelease)
			hr.Namespace = namespace
			change(hr)
			err := env.Client.Create(ctx, hr, client.DryRunAll)
			if message == "" {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(MatchError(ContainSubstring(message)))
		},
		Entry("accepts what is rendered", func(*helmv2.HelmRelease) {}, ""),
		Entry("accepts a chart from the add-on's HelmRepository", func(hr *helmv2.HelmRelease) {
			hr.Spec.ChartRef = nil
			hr.Spec.Chart = &helmv2.HelmChartTemplate{Spec: helmv2.HelmChartTemplateSpec{
				Chart: "notebooks", SourceRef: helmv2.CrossNamespaceObjectReference{Kind: "HelmRepository", Name: "notebooks"}}}
		}, ""),
		Entry("does not look at other HelmReleases", func(hr *helmv2.HelmRelease) {
			hr.Labels, hr.Spec.KubeConfig, hr.Spec.ServiceAccountName = nil, nil, "theirs"
		}, ""),
		Entry("refuses one without a kubeconfig", func(hr *helmv2.HelmRelease) { hr.Spec.KubeConfig = nil }, "spec.kubeConfig.secretRef must name"),
		Entry("refuses another kubeconfig", func(hr *helmv2.HelmRelease) { hr.Spec.KubeConfig.SecretRef.Name = "other.kubeconfig" },
			"spec.kubeConfig.secretRef must name"),
		Entry("refuses another key", func(hr *helmv2.HelmRelease) { hr.Spec.KubeConfig.SecretRef.Key = "admin" }, "spec.kubeConfig.secretRef must name"),
		Entry("refuses a service account", func(hr *helmv2.HelmRelease) { hr.Spec.ServiceAccountName = "admin" }, "spec.serviceAccountName must not be set"),
		Entry("refuses post renderers", func(hr *helmv2.HelmRelease) {
			hr.Spec.PostRenderers = []helmv2.PostRenderer{{Kustomize: &helmv2.Kustomize{}}}
		}, "spec.postRenderers must not be set"),
		Entry("refuses another source", func(hr *helmv2.HelmRelease) { hr.Spec.ChartRef.Name = "theirs" }, "spec.chartRef must name"),
		Entry("refuses a source in another namespace", func(hr *helmv2.HelmRelease) { hr.Spec.ChartRef.Namespace = "default" }, "spec.chartRef must name"),
		Entry("refuses a chart from another repository", func(hr *helmv2.HelmRelease) {
			hr.Spec.ChartRef = nil
			hr.Spec.Chart = &helmv2.HelmChartTemplate{Spec: helmv2.HelmChartTemplateSpec{
				Chart: "notebooks", SourceRef: helmv2.CrossNamespaceObjectReference{Kind: "HelmRepository", Name: "theirs"}}}
		}, "spec.chart.spec.sourceRef must name"),
		Entry("refuses a label that is not its name", func(hr *helmv2.HelmRelease) { hr.Labels[fleetv1.LabelAddon] = "other" }, "must be the name of the HelmRelease"),
	)

	It("refuses to take the label off, to change it, or to take the kubeconfig away", func(ctx SpecContext) {
		hr := decode[helmv2.HelmRelease](goodRelease)
		hr.Namespace = namespace
		Expect(env.Client.Create(ctx, hr)).To(Succeed())
		changed := hr.DeepCopy()
		changed.Labels = nil
		Expect(env.Client.Update(ctx, changed)).To(MatchError(ContainSubstring("cannot be changed or removed")))
		changed = hr.DeepCopy()
		changed.Spec.KubeConfig = nil
		Expect(env.Client.Update(ctx, changed)).To(MatchError(ContainSubstring("spec.kubeConfig.secretRef must name")))
		changed = hr.DeepCopy()
		changed.Finalizers = []string{helmv2.HelmReleaseFinalizer}
		Expect(env.Client.Update(ctx, changed)).To(Succeed())
	})
})

var _ = Describe("the policy on ids", func() {
	It("lets an id be set once", func(ctx SpecContext) {
		cluster := fixture.Cluster(expect.Namespace(ctx, env.Client, nil), "sample")
		Expect(env.Client.Create(ctx, cluster)).To(Succeed())
		cluster.Labels = map[string]string{fleetv1.LabelID: "one"}
		Expect(env.Client.Update(ctx, cluster)).To(Succeed())
		Eventually(func(g Gomega) {
			changed := cluster.DeepCopy()
			changed.Labels[fleetv1.LabelID] = "two"
			g.Expect(env.Client.Update(ctx, changed, client.DryRunAll)).To(MatchError(ContainSubstring("fleet.slipway.dev/id cannot be changed")))
		}).WithTimeout(30e9).Should(Succeed())
		changed := cluster.DeepCopy()
		changed.Labels = nil
		Expect(env.Client.Update(ctx, changed)).To(MatchError(ContainSubstring("fleet.slipway.dev/id cannot be changed")))
		changed = cluster.DeepCopy()
		changed.Labels["mine"] = "yes"
		Expect(env.Client.Update(ctx, changed)).To(Succeed())
	})
})
