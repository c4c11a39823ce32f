//go:build e2e

package e2e

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var _ = Describe("A chart that never becomes healthy", Ordered, func() {
	var (
		rest  *restClient
		addon *fleetv1.Addon
	)

	BeforeAll(func(ctx SpecContext) {
		rest = newRESTClient("SLIPWAY_URL", environment()["SLIPWAY_TOKEN"])
		template := newTemplate(ctx, "picky", "kuberay-operator", impatient)
		addon = newAddon(sampleCluster(), template.Name, template.Name, "1.1.0")
		addon.Spec.Params = params(map[string]any{"nodeSelector": map[string]any{"place": template.Name}})
		install(ctx, addon)
	})

	It("fails, and says which workload waits for what", func(ctx SpecContext) {
		stalled := eventuallyCondition(ctx, addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonInstallFailed)
		Expect(stalled.Message).To(SatisfyAll(ContainSubstring("kuberay-operator"), ContainSubstring("node affinity/selector")))
	}, NodeTimeout(patience))

	It("is a failed installation in the words of the dialects", func(ctx SpecContext) {
		Eventually(func(g Gomega) {
			seen, answer := rest.iaas(ctx, g, "sample", addon.Name)
			g.Expect(seen.status).To(Equal("failed"))
			g.Expect(answer.text("message")).To(ContainSubstring("node affinity/selector"))
			seen, answer = rest.cce(ctx, g, "sample", addon.Name)
			g.Expect(seen.status).To(Equal("installFailed"))
			g.Expect(answer.text("status", "message")).To(ContainSubstring("node affinity/selector"))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(patience))

	It("becomes ready by itself when the cause is gone", func(ctx SpecContext) {
		cluster := sampleCluster()
		tenant := tenantClient(ctx, cluster)
		joinNode(ctx, tenant, addon.Name)
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: addon.Name}}
		DeferCleanup(func(ctx SpecContext) { Expect(tenant.Delete(ctx, node)).To(Succeed()) })
		Expect(tenant.Get(ctx, client.ObjectKeyFromObject(node), node)).To(Succeed())
		patch := client.MergeFrom(node.DeepCopy())
		node.Labels["place"] = addon.Name
		Expect(tenant.Patch(ctx, node, patch)).To(Succeed())

		eventuallyReady(ctx, addon)
		Expect(addon.Generation).To(BeEquivalentTo(1), "nobody touched it")
		Eventually(func(g Gomega) {
			seen, _ := rest.iaas(ctx, g, "sample", addon.Name)
			g.Expect(seen.status).To(Equal("deployed"))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(2*patience))
})
