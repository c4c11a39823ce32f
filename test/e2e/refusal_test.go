//go:build e2e

package e2e

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Each of these is what a user might apply; the error must name the field and say what would do, and nothing is stored.
var _ = Describe("Bad input", Ordered, func() {
	var namespace string

	BeforeAll(func(ctx SpecContext) { namespace = tenantNamespace(ctx, "refused") })

	DescribeTable("is refused with the field and the remedy", func(ctx SpecContext, manifest string, messages ...string) {
		output, err := tryKubectl(ctx, fmt.Sprintf(manifest, namespace), "apply", "--filename=-")
		Expect(err).To(HaveOccurred(), output)
		for _, message := range messages {
			Expect(output).To(ContainSubstring(message))
		}
		Expect(kubectl(ctx, "get", "clusters,nodepools,addons", "--namespace="+namespace, "--output=name")).To(BeEmpty())
	},
		Entry("an unknown field", cluster(`colour: red`), "spec.colour"),
		Entry("a version without v", cluster(`kubernetesVersion: "1.33"`), "spec.kubernetesVersion", "leading v"),
		Entry("a version that the Platform does not offer", cluster(`kubernetesVersion: v1.2.3`), "spec.kubernetesVersion", "v1.37.1"),
		Entry("overlapping networks", cluster(`network: {podCIDR: 10.0.0.0/8, serviceCIDR: 10.1.0.0/16}`), "must not overlap"),
		Entry("a reserved network", cluster(`network: {podCIDR: 169.254.0.0/16}`), "spec.network.podCIDR", "169.254.0.0/16"),
		Entry("a pool of minus one", pool(`replicas: -1`), "spec.replicas"),
		Entry("a pool in the control plane", pool(`role: master`), "spec.role"),
		Entry("an unknown template", addon("nothing", "1.0.0", `{}`), "spec.templateName"),
		Entry("an unknown version", addon("jupyterhub", "9.9.9", `{}`), "spec.version", "3.3.8"),
		Entry("a param of the wrong type", addon("jupyterhub", "3.3.8", `{cpu_limit: "2"}`), "spec.params.cpu_limit", "number"),
		Entry("an unknown param", addon("jupyterhub", "3.3.8", `{colour: red}`), "colour"),
		Entry("a target namespace in params", addon("jupyterhub", "3.3.8", `{targetNamespace: kube-system}`), "spec.params.targetNamespace"),
		Entry("a kubeconfig in params", addon("jupyterhub", "3.3.8", `{kubeConfig: {secretRef: {name: x}}}`), "spec.params.kubeConfig"),
		Entry("post renderers in params", addon("jupyterhub", "3.3.8", `{postRenderers: []}`), "spec.params.postRenderers"),
	)
})

func cluster(spec string) string {
	return "{apiVersion: fleet.slipway.dev/v1alpha1, kind: Cluster, metadata: {namespace: %s, name: bad}, spec: {" + spec + "}}"
}

func pool(spec string) string {
	return "{apiVersion: fleet.slipway.dev/v1alpha1, kind: NodePool, metadata: {namespace: %s, name: bad}, spec: {clusterName: c, " + spec + "}}"
}

func addon(template, version, params string) string {
	return "{apiVersion: fleet.slipway.dev/v1alpha1, kind: Addon, metadata: {namespace: %s, name: bad}, spec: {clusterName: c, templateName: " +
		template + ", version: " + version + ", params: " + params + "}}"
}

var _ = It("A HelmRelease of ours cannot lose its kubeconfig", func(ctx SpecContext) {
	for name, patch := range map[string]string{
		"kubeConfig":         `[{"op":"remove","path":"/spec/kubeConfig"}]`,
		"serviceAccountName": `[{"op":"add","path":"/spec/serviceAccountName","value":"default"}]`,
		"label":              `[{"op":"remove","path":"/metadata/labels"},{"op":"remove","path":"/spec/kubeConfig"}]`,
	} {
		output, err := tryKubectl(ctx, "", "patch", "helmrelease/jupyterhub", "--namespace=team-a", "--type=json", "--patch="+patch)
		Expect(err).To(HaveOccurred(), name)
		Expect(output).To(ContainSubstring("ValidatingAdmissionPolicy"), name)
	}
})
