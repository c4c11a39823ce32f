//go:build e2e

package e2e

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/controlplane"
)

var _ = Describe("A cluster that vanishes while an add-on is being installed", Ordered, func() {
	var (
		other           *controlplane.ControlPlane
		cluster         *fleetv1.Cluster
		begun, deployed *fleetv1.Addon
	)

	BeforeAll(func(ctx SpecContext) {
		other = startControlPlane(ctx, "outage")
		cluster = importCluster(ctx, tenantNamespace(ctx, "outage"), "outage", other)
		tenant := tenantClient(ctx, cluster)
		template := newTemplate(ctx, "outage", "kuberay-operator", nil)
		// There is no node for it yet.
		begun = newAddon(cluster, "begun", template.Name, "1.1.0")
		Expect(hub.client.Create(ctx, begun)).To(Succeed())
		Eventually(func(g Gomega) {
			list := &appsv1.DeploymentList{}
			g.Expect(tenant.List(ctx, list, client.InNamespace(template.Name))).To(Succeed())
			g.Expect(list.Items).NotTo(BeEmpty())
		}).WithContext(ctx).Should(Succeed())
		deployed = newAddon(cluster, "deployed", newTemplate(ctx, "still", "npd", nil).Name, "1.13.5")
		deployed.Spec.Params = params(map[string]any{"replicas": 0})
		Expect(hub.client.Create(ctx, deployed)).To(Succeed())
		eventuallyReady(ctx, deployed)
	}, NodeTimeout(2*patience))

	It("cannot be reached, which is not to say that its add-ons failed", func(ctx SpecContext) {
		Expect(other.Stop(ctx)).To(Succeed())
		for _, addon := range []*fleetv1.Addon{begun, deployed} {
			held := eventuallyCondition(ctx, addon, fleetv1.ConditionReady, metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable)
			Expect(held.Message).To(ContainSubstring("connection refused"))
		}
	}, NodeTimeout(2*patience))

	It("holds up no deletion", func(ctx SpecContext) {
		Expect(hub.client.Delete(ctx, deployed)).To(Succeed())
		eventuallyGone(ctx, deployed)
		Eventually(func(g Gomega) {
			g.Expect(kubectl(ctx, "get", "events", "--namespace="+cluster.Namespace)).To(ContainSubstring(fleetv1.ReasonReleaseAbandoned))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(2*patience))

	It("goes on with the installation when it is back", func(ctx SpecContext) {
		Expect(other.Start(ctx)).To(Succeed())
		joinNode(ctx, tenantClient(ctx, cluster), "late")
		eventuallyReady(ctx, begun)
		Expect(begun.Generation).To(BeEquivalentTo(1), "nobody touched it")
		Expect(hub.client.Delete(ctx, begun)).To(Succeed())
		eventuallyGone(ctx, begun)
	}, NodeTimeout(2*patience))
})
