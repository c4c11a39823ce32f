//go:build e2e

package e2e

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var _ = Describe("An add-on", Ordered, func() {
	var (
		cluster *fleetv1.Cluster
		addon   *fleetv1.Addon
		tenant  client.Client
	)

	BeforeAll(func(ctx SpecContext) {
		cluster = newCluster(tenantNamespace(ctx, "addons"), "addons", "kwok")
		addon = newAddon(cluster, "hub", "jupyterhub", "3.3.8")
		addon.Spec.Params = params(map[string]any{"cpu_limit": 1})
		// The add-on first: it waits for its cluster.
		Expect(hub.client.Create(ctx, addon)).To(Succeed())
		eventuallyCondition(ctx, addon, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonClusterNotFound)
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		Expect(hub.client.Create(ctx, newPool(cluster, "default-worker", 1))).To(Succeed())
	}, NodeTimeout(patience))

	It("is installed once its cluster is ready", func(ctx SpecContext) {
		eventuallyReady(ctx, addon)
		Expect(addon.Status.CurrentVersion).To(Equal("3.3.8"))
		tenant = tenantClient(ctx, cluster)
		Expect(notebooks(ctx, NewWithT(GinkgoTB()), tenant)).NotTo(BeEmpty())
		release := releases(ctx, NewWithT(GinkgoTB()), addon.Namespace)
		Expect(release).To(HaveLen(1))
		Expect(release[0].Spec.KubeConfig).NotTo(BeNil())
	}, NodeTimeout(patience))

	It("is upgraded by a new version", func(ctx SpecContext) {
		change(ctx, addon, func(a *fleetv1.Addon) { a.Spec.Version = "3.3.9" })
		eventuallyReady(ctx, addon)
		Expect(addon.Status.CurrentVersion).To(Equal("3.3.9"))
		Expect(addon.Status.PreviousVersion).To(Equal("3.3.8"))
	}, NodeTimeout(patience))

	It("reports a rollout that cannot succeed, with the cause, and is repaired by the next change", func(ctx SpecContext) {
		change(ctx, addon, func(a *fleetv1.Addon) {
			a.Spec.Params = params(map[string]any{"cpu_limit": 1, "node_selector": map[string]string{"nowhere": "true"}})
		})
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addon), addon)).To(Succeed())
			g.Expect(describe(addon)).To(And(ContainSubstring("Ready=False "+fleetv1.ReasonUpgradeFailed),
				ContainSubstring("Deployment jupyterhub/hub-hub: "), ContainSubstring("node affinity/selector"),
				ContainSubstring("the release before was restored")))
		}).WithContext(ctx).WithTimeout(2 * patience).Should(Succeed())

		change(ctx, addon, func(a *fleetv1.Addon) { a.Spec.Params = params(map[string]any{"cpu_limit": 2}) })
		eventuallyReady(ctx, addon)
	}, NodeTimeout(3*patience))

	It("is put right by Flux when somebody changes it on the tenant", func(ctx SpecContext) {
		names := notebooks(ctx, NewWithT(GinkgoTB()), tenant)
		Expect(names).NotTo(BeEmpty())
		deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: "jupyterhub", Name: names[0]}}
		Expect(tenant.Delete(ctx, deployment)).To(Succeed())
		kubectl(ctx, "annotate", "--overwrite", "--namespace="+addon.Namespace, "helmrelease/"+addon.Name, "reconcile.fluxcd.io/requestedAt=e2e")
		Eventually(func(g Gomega) {
			g.Expect(notebooks(ctx, g, tenant)).To(ContainElement(names[0]))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(patience))

	It("is uninstalled when it is deleted", func(ctx SpecContext) {
		Expect(hub.client.Delete(ctx, addon)).To(Succeed())
		eventuallyGone(ctx, addon)
		Expect(notebooks(ctx, NewWithT(GinkgoTB()), tenant)).To(BeEmpty())
		Eventually(func(g Gomega) { g.Expect(releases(ctx, g, addon.Namespace)).To(BeEmpty()) }).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(patience))
})
