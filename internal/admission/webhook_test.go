package admission_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

const paramsSchema = `{
  "type": "object", "additionalProperties": false, "required": ["cpu_limit"],
  "properties": {"cpu_limit": {"type": "number", "minimum": 1}, "password": {"type": "string", "writeOnly": true, "minLength": 8}}}`

var _ = Describe("the webhook of Addons", func() {
	var (
		namespace string
		template  *fleetv1.AddonTemplate
		addon     *fleetv1.Addon
	)

	BeforeEach(func(ctx SpecContext) {
		namespace = expect.Namespace(ctx, env.Client, nil)
		template = fixture.AddonTemplate("notebooks-" + namespace)
		template.Spec.Versions[0].ParamsSchema = fixture.JSON(paramsSchema)
		newer := *template.Spec.Versions[0].DeepCopy()
		newer.Version, newer.Chart.Version, newer.KubernetesVersions = "2.0.0", "2.0.0", ">=1.34.0"
		template.Spec.Versions = append(template.Spec.Versions, newer)
		Expect(env.Client.Create(ctx, template)).To(Succeed())
		addon = fixture.Addon(namespace, "notebooks", "sample", template.Name)
		addon.Spec.Params = fixture.JSON(`{"cpu_limit": 2}`)
	})

	DescribeTable("creating", func(ctx SpecContext, change func(), messages ...string) {
		change()
		err := env.Client.Create(ctx, addon)
		if len(messages) == 0 {
			Expect(err).NotTo(HaveOccurred())
			return
		}
		Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
		for _, message := range messages {
			Expect(err).To(MatchError(ContainSubstring(message)))
		}
		Expect(err.Error()).NotTo(ContainSubstring("s3cret"))
		stored := env.Client.Get(ctx, client.ObjectKeyFromObject(addon), &fleetv1.Addon{})
		Expect(apierrors.IsNotFound(stored)).To(BeTrue(), "nothing is stored")
	},
		Entry("accepts good params", func() {}),
		Entry("refuses an unknown template", func() { addon.Spec.TemplateName = "nothing" }, `spec.templateName: Not found: "nothing"`),
		Entry("refuses an unknown version and lists those that are there", func() { addon.Spec.Version = "3.0.0" },
			`spec.version: Unsupported value: "3.0.0": supported values: "1.0.0", "2.0.0"`),
		Entry("refuses params of the wrong type", func() { addon.Spec.Params = fixture.JSON(`{"cpu_limit": "two"}`) },
			"spec.params.cpu_limit: Invalid value: must be a number"),
		Entry("lists everything that is wrong", func() { addon.Spec.Params = fixture.JSON(`{"cpu": 1}`) },
			"spec.params.cpu_limit: Invalid value: is required", "spec.params.cpu: Invalid value: is unknown; known are cpu_limit, password"),
		Entry("does not quote secrets", func() { addon.Spec.Params = fixture.JSON(`{"cpu_limit": 1, "password": "s3cret"}`) },
			"spec.params.password: Invalid value: must be at least 8 characters long"),
		Entry("refuses the reserved names", func() {
			addon.Spec.Params = fixture.JSON(`{"cpu_limit": 1, "targetNamespace": "kube-system", "kubeConfig": {}, "postRenderers": [], "serviceAccountName": "a", "storageNamespace": "b"}`)
		}, "spec.params.targetNamespace", "spec.params.kubeConfig", "spec.params.postRenderers", "spec.params.serviceAccountName",
			"spec.params.storageNamespace", "is reserved and cannot be set"),
		Entry("refuses values from a kubeconfig Secret", func() {
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "other-kubeconfig", Key: "value"}}
		}, "spec.valuesFrom[0].name", "holds a kubeconfig"),
	)

	It("refuses a version that the cluster is too old for, and an upgrade to it", func(ctx SpecContext) {
		cluster := fixture.Cluster(namespace, "sample")
		Expect(env.Client.Create(ctx, cluster)).To(Succeed())
		cluster.Status.KubernetesVersion = "v1.33.1"
		Expect(env.Client.Status().Update(ctx, cluster)).To(Succeed())
		Expect(env.Client.Create(ctx, addon)).To(Succeed())
		addon.Spec.Version = "2.0.0"
		Eventually(func(g Gomega) {
			g.Expect(env.Client.Update(ctx, addon, client.DryRunAll)).To(
				MatchError(ContainSubstring("version 2.0.0 needs Kubernetes >=1.34.0; the cluster runs v1.33.1")))
		}).WithTimeout(10e9).Should(Succeed())
	})

	It("lets an Addon be suspended and labelled whose params became wrong, and go", func(ctx SpecContext) {
		addon.Finalizers = []string{fleetv1.AddonFinalizer}
		Expect(env.Client.Create(ctx, addon)).To(Succeed())
		template.Spec.Versions[0].ParamsSchema = fixture.JSON(`{"type": "object", "required": ["size"]}`)
		Expect(env.Client.Update(ctx, template)).To(Succeed())
		addon.Spec.Suspend = true
		Expect(env.Client.Update(ctx, addon)).To(Succeed())
		addon.Labels = map[string]string{"mine": "yes"}
		Expect(env.Client.Update(ctx, addon)).To(Succeed())
		expect.Deleted(ctx, env.Client, addon)
		addon.Finalizers = nil
		Expect(env.Client.Update(ctx, addon)).To(Succeed())
	})
})

var _ = Describe("the webhook of AddonTemplates", func() {
	DescribeTable("creating", func(ctx SpecContext, change func(*fleetv1.AddonVersion), message string) {
		template := fixture.AddonTemplate("checked")
		change(&template.Spec.Versions[0])
		err := env.Client.Create(ctx, template, client.DryRunAll)
		Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
		Expect(err).To(MatchError(ContainSubstring(message)))
	},
		Entry("refuses a schema that is none", func(v *fleetv1.AddonVersion) { v.ParamsSchema = fixture.JSON(`{"type": "thing"}`) },
			"spec.versions[0].paramsSchema: Invalid value"),
		Entry("refuses a schema that lies elsewhere", func(v *fleetv1.AddonVersion) { v.ParamsSchema = fixture.JSON(`{"$ref": "https://example.com/s.json"}`) },
			"references to other documents are not followed"),
		Entry("refuses a range that is none", func(v *fleetv1.AddonVersion) { v.KubernetesVersions = "new ones" },
			"spec.versions[0].kubernetesVersions: Invalid value"),
		Entry("refuses a pattern that is none", func(v *fleetv1.AddonVersion) { v.ClusterVersions = []string{"v1.("} },
			"spec.versions[0].clusterVersions[0]: Invalid value"),
		Entry("refuses a mapping from nothing", func(v *fleetv1.AddonVersion) { v.ParamMapping = []fleetv1.ParamMapping{{Value: "/a"}} },
			"spec.versions[0].paramMapping[0]: Invalid value: needs param or constant"),
	)

	It("refuses to take a version from an Addon that has it", func(ctx SpecContext) {
		namespace := expect.Namespace(ctx, env.Client, nil)
		template := fixture.AddonTemplate("used-" + namespace)
		template.Spec.Versions = append(template.Spec.Versions, fleetv1.AddonVersion{Version: "2.0.0", Chart: fleetv1.Chart{Name: "x"}})
		Expect(env.Client.Create(ctx, template)).To(Succeed())
		Expect(env.Client.Create(ctx, fixture.Addon(namespace, "a", "c", template.Name))).To(Succeed())
		Eventually(func(g Gomega) {
			changed := template.DeepCopy()
			changed.Spec.Versions = changed.Spec.Versions[1:]
			g.Expect(env.Client.Update(ctx, changed, client.DryRunAll)).To(
				MatchError(ContainSubstring("version 1.0.0 cannot be removed: it is used by the Addons " + namespace + "/a")))
		}).WithTimeout(10e9).Should(Succeed())
		template.Spec.Versions = template.Spec.Versions[:1]
		Expect(env.Client.Update(ctx, template)).To(Succeed())
	})
})

var _ = Describe("the webhook of Platforms", func() {
	It("refuses a parameter schema that does not compile", func(ctx SpecContext) {
		platform := fixture.Platform("checked")
		Expect(env.Client.Create(ctx, platform, client.DryRunAll)).To(Succeed())
		platform.Spec.NodePoolParametersSchema = fixture.JSON(`{"properties": 3}`)
		Expect(env.Client.Create(ctx, platform, client.DryRunAll)).To(MatchError(ContainSubstring("spec.nodePoolParametersSchema")))
	})
})
