package admission_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/params"
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
		Entry("refuses the params of another Addon", func() {
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: params.SecretName("other", "bcdfg24567"), Holds: fleetv1.ContentParams}}
		}, "spec.valuesFrom[0].name", "holds the params of Addon other"),
		Entry("accepts the Addon's own", func() {
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: params.SecretName(addon.Name, "bcdfg24567"), Key: params.SecretKey, Holds: fleetv1.ContentParams}}
		}),
		Entry("accepts that a reference may hold what is required", func() {
			addon.Spec.Params = nil
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "mine", Key: "a", Holds: fleetv1.ContentParams}}
		}),
		Entry("checks beside a reference what is given", func() {
			addon.Spec.Params = fixture.JSON(`{"cpu_limit": "s3cret", "cpu": 1}`)
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "mine", Key: "a", Holds: fleetv1.ContentParams}}
		}, "spec.params.cpu_limit: Invalid value: must be a number", "spec.params.cpu: Invalid value: is unknown"),
		Entry("does not take a reference to values for one", func() {
			addon.Spec.Params = nil
			addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "Secret", Name: "mine", Key: "a"}}
		}, "spec.params.cpu_limit: Invalid value: is required"),
		Entry("takes null for what is not given", func() { addon.Spec.Params = fixture.JSON(`{"cpu_limit": null}`) },
			"spec.params.cpu_limit: Invalid value: is required"),
		Entry("refuses a megabyte of text", func() {
			addon.Spec.Params = fixture.JSON(`{"cpu_limit": 1, "s3cret": "` + strings.Repeat("x", 1<<20) + `"}`)
		}, "spec.params: Invalid value: is 10", "bytes long; at most 1048576 are allowed"),
		Entry("refuses params that are nested too deep", func() {
			addon.Spec.Params = fixture.JSON(`{"a": ` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`)
		}, "is nested deeper than 64 levels"),
	)

	It("takes what would be an attack elsewhere for plain values", func(ctx SpecContext) {
		template.Spec.Versions[0].ParamsSchema = fixture.JSON(`{"type": "object", "properties": {"text": {"type": "string"}, "nested": {"type": "object"}}}`)
		Expect(env.Client.Update(ctx, template)).To(Succeed())
		addon.Spec.Params = fixture.JSON(`{"text": "${PATH} {{ .Release }} *anchor $(id)", "nested": {"kubeConfig": {"secretRef": {"name": "other"}}, "<<": {"a": 1}}}`)
		Expect(env.Client.Create(ctx, addon)).To(Succeed())
		sent := addon.Spec.Params.Raw
		expect.Refreshed(ctx, env.Client, addon)
		Expect(addon.Spec.Params.Raw).To(MatchJSON(sent))
	})

	It("warns of a secret in the spec", func(ctx SpecContext) {
		addon.Spec.Params = fixture.JSON(`{"cpu_limit": 1, "password": "s3cret-s3cret"}`)
		Expect(warningsOf(func(c client.Client) error { return c.Create(ctx, addon) })).To(ConsistOf(
			"spec.params: /password is writeOnly; put it into a Secret and name that in spec.valuesFrom with holds: Params"))
	})

	It("says nothing about an upgrade policy", func(ctx SpecContext) {
		addon.Spec.UpgradePolicy = fleetv1.UpgradeMinor
		Expect(warningsOf(func(c client.Client) error { return c.Create(ctx, addon) })).To(BeEmpty())
	})

	It("knows a version as soon as it is published", func(ctx SpecContext) {
		Expect(env.Client.Create(ctx, addon)).To(Succeed())
		for i := range 5 {
			newest := *template.Spec.Versions[0].DeepCopy()
			newest.Version = fmt.Sprintf("1.%d.0", i+1)
			template.Spec.Versions = append(template.Spec.Versions, newest)
			Expect(env.Client.Update(ctx, template)).To(Succeed())
			addon.Spec.Version = newest.Version
			Expect(env.Client.Update(ctx, addon)).To(Succeed())
		}
	})

	It("lets an Addon whose template is being deleted change, and refuses new ones", func(ctx SpecContext) {
		Expect(env.Client.Create(ctx, addon)).To(Succeed())
		template.Finalizers = []string{fleetv1.TemplateFinalizer}
		Expect(env.Client.Update(ctx, template)).To(Succeed())
		expect.Deleted(ctx, env.Client, template)
		other := fixture.Addon(namespace, "other", "sample", template.Name)
		other.Spec.Params = addon.Spec.Params
		Eventually(func() error { return env.Client.Create(ctx, other, client.DryRunAll) }).WithTimeout(10e9).Should(
			MatchError(ContainSubstring("spec.templateName: Forbidden: AddonTemplate " + template.Name + " is being deleted")))
		addon.Spec.Params = fixture.JSON(`{"cpu_limit": 3}`)
		Expect(env.Client.Update(ctx, addon)).To(Succeed())
		expect.Refreshed(ctx, env.Client, template)
		template.Finalizers = nil
		Expect(env.Client.Update(ctx, template)).To(Succeed())
	})

	It("does not know one that is taken away", func(ctx SpecContext) {
		template.Spec.Versions = template.Spec.Versions[1:]
		Expect(env.Client.Update(ctx, template)).To(Succeed())
		Eventually(func() error { return env.Client.Create(ctx, addon, client.DryRunAll) }).WithTimeout(10e9).Should(
			MatchError(ContainSubstring(`spec.version: Unsupported value: "1.0.0": supported values: "2.0.0"`)))
	})

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
		if message == "" {
			Expect(err).NotTo(HaveOccurred())
			return
		}
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
		Entry("accepts a mapping of what there is", func(v *fleetv1.AddonVersion) {
			v.ParamsSchema = fixture.JSON(`{"type": "object", "properties": {"a": {"type": "object"}, "b": {"type": "integer"}}}`)
			v.ParamMapping = []fleetv1.ParamMapping{{Param: "/a", Value: "/x"}, {Param: "/b", Value: "/x/b", Type: "string", Default: fixture.JSON(`"1"`)}}
		}, ""),
		Entry("refuses two mappings to one place", func(v *fleetv1.AddonVersion) {
			v.ParamMapping = []fleetv1.ParamMapping{{Value: "/a", Constant: fixture.JSON(`1`)}, {Value: "/a", Constant: fixture.JSON(`2`)}}
		}, "spec.versions[0].paramMapping[1].value: Invalid value: /a is where paramMapping[0] puts its value already"),
		Entry("refuses a mapping into a scalar", func(v *fleetv1.AddonVersion) {
			v.Values = fixture.JSON(`{"a": 1}`)
			v.ParamMapping = []fleetv1.ParamMapping{{Value: "/a/b", Constant: fixture.JSON(`1`)}}
		}, "spec.versions[0].paramMapping[0].value: Invalid value: /a is neither an object nor an array"),
		Entry("refuses a mapping's default of another type", func(v *fleetv1.AddonVersion) {
			v.ParamMapping = []fleetv1.ParamMapping{{Param: "/a", Value: "/a", Type: "integer", Default: fixture.JSON(`"1"`)}}
		}, "spec.versions[0].paramMapping[0].default: Invalid value: must be an integer, as type says"),
		Entry("refuses defaults that break the schema", func(v *fleetv1.AddonVersion) {
			v.ParamsSchema, v.Defaults = fixture.JSON(`{"properties": {"a": {"type": "integer"}}}`), fixture.JSON(`{"a": "1"}`)
		}, "spec.versions[0].defaults.a: Invalid value: must be an integer"),
		Entry("refuses an output of nothing", func(v *fleetv1.AddonVersion) {
			v.Outputs = []fleetv1.AddonOutput{{Name: "a", Ingress: &fleetv1.ObjectOutput{Name: "{cluster}"}}}
		}, "spec.versions[0].outputs[0].ingress.name: Invalid value"),
		Entry("refuses translations that are none", func(v *fleetv1.AddonVersion) { v.Translate = fixture.JSON(`{"de": 1}`) },
			"spec.versions[0].translate.de: Invalid value: must be an object"),
		Entry("refuses a dependency on itself", func(v *fleetv1.AddonVersion) {
			v.DependsOn = []fleetv1.AddonDependency{{TemplateName: "checked"}}
		}, "spec.versions[0].dependsOn[0].templateName: Invalid value: must not be the template itself"),
		Entry("refuses a chart version that is none", func(v *fleetv1.AddonVersion) { v.Chart.Version = "newest" },
			"spec.versions[0].chart.version: Invalid value"),
	)

	It("refuses an address with credentials", func(ctx SpecContext) {
		template := fixture.AddonTemplate("checked")
		template.Spec.Source.URL = "oci://me:s3cret@registry.example.com/charts"
		err := env.Client.Create(ctx, template, client.DryRunAll)
		Expect(err).To(MatchError(ContainSubstring("spec.source.url: Invalid value: must not hold credentials")))
		Expect(err).NotTo(MatchError(ContainSubstring("s3cret")))
	})

	It("takes templates that depend on each other in any order, and refuses the one that closes a cycle", func(ctx SpecContext) {
		namespace := expect.Namespace(ctx, env.Client, nil)
		needs := func(name, other, versions string) *fleetv1.AddonTemplate {
			template := fixture.AddonTemplate(name + "-" + namespace)
			template.Spec.Versions[0].DependsOn = []fleetv1.AddonDependency{{TemplateName: other + "-" + namespace, Versions: versions}}
			return template
		}
		first, second, third := needs("a", "b", ""), needs("b", "c", ">=2.0.0"), needs("c", "a", "")
		Expect(warningsOf(func(c client.Client) error { return c.Create(ctx, first) })).To(ContainElement(
			HavePrefix("spec.versions[0].dependsOn[0].templateName: there is no AddonTemplate b-")))
		Expect(env.Client.Create(ctx, second)).To(Succeed())
		By("what no version of the others satisfies is no cycle")
		Expect(env.Client.Create(ctx, third)).To(Succeed())
		second.Spec.Description = "changed"
		Expect(warningsOf(func(c client.Client) error { return c.Update(ctx, second) })).To(ContainElement(ContainSubstring(`has no version in ">=2.0.0", it has 1.0.0`)))
		second.Spec.Versions[0].DependsOn[0].Versions = ">=1.0.0"
		Expect(env.Client.Update(ctx, second)).To(MatchError(ContainSubstring(fmt.Sprintf(
			"spec.versions[0].dependsOn[0]: Invalid value: closes a cycle, in which each would wait for the next: b-%[1]s 1.0.0 → c-%[1]s 1.0.0 → a-%[1]s 1.0.0 → b-%[1]s 1.0.0", namespace))))
	})

	It("warns of what is probably not meant so", func(ctx SpecContext) {
		template := fixture.AddonTemplate("doubtful")
		template.Spec.Versions[0].Stable = false
		Expect(warningsOf(func(c client.Client) error { return c.Create(ctx, template, client.DryRunAll) })).To(
			ContainElement(HavePrefix("spec.versions: none is stable")))
	})

	It("refuses to take a version from an Addon that has it", func(ctx SpecContext) {
		namespace := expect.Namespace(ctx, env.Client, nil)
		template := fixture.AddonTemplate("used-" + namespace)
		template.Spec.Versions = append(template.Spec.Versions, fleetv1.AddonVersion{Version: "2.0.0", Chart: fleetv1.Chart{Name: "x"}})
		Expect(env.Client.Create(ctx, template)).To(Succeed())
		Expect(env.Client.Create(ctx, fixture.Addon(namespace, "a", "c", template.Name))).To(Succeed())
		changed := template.DeepCopy()
		changed.Spec.Versions = changed.Spec.Versions[1:]
		Expect(env.Client.Update(ctx, changed, client.DryRunAll)).To(
			MatchError(ContainSubstring("version 1.0.0 cannot be removed: it is used by the Addons " + namespace + "/a")))
		template.Spec.Versions = template.Spec.Versions[:1]
		Expect(env.Client.Update(ctx, template)).To(Succeed())
	})
})
