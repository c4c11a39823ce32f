//go:build e2e

package e2e

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var _ = Describe("What make up leaves behind", func() {
	It("is a ready sample cluster whose add-on answers with the address of its web UI", func(ctx SpecContext) {
		By("waiting the way a user would")
		kubectl(ctx, "wait", "--for=condition=Ready", "--timeout=3m", "--namespace=team-a", "cluster/sample", "nodepool/sample-default-worker", "addon/jupyterhub")

		cluster := &fleetv1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "sample"}}
		eventuallyReady(ctx, cluster)
		Expect(cluster.Status.APIEndpoint).To(HavePrefix("https://127.0.0.1:"))
		Expect(cluster.Status.KubernetesVersion).To(Equal(cluster.Spec.KubernetesVersion))
		Expect(cluster.Status.Adapters).To(Equal("1/1"))
		Expect(cluster.Status.NodeSummary).To(Equal("2/2"))
		Expect(cluster.Labels).To(HaveKeyWithValue(fleetv1.LabelID, string(cluster.UID)))

		addon := &fleetv1.Addon{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "jupyterhub"}}
		eventuallyReady(ctx, addon)
		Expect(addon.Status.CurrentVersion).To(Equal(addon.Spec.Version))
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addon), addon)).To(Succeed())
			g.Expect(addon.Status.Outputs).To(HaveKeyWithValue("web_ui", MatchRegexp(`^http://10\.\d+\.\d+\.\d+:80$`)))
		}).WithContext(ctx).Should(Succeed())
	})

	It("is a cluster beside it whose own Flux installed its add-on", func(ctx SpecContext) {
		addon := &fleetv1.Addon{ObjectMeta: metav1.ObjectMeta{Namespace: "team-a", Name: "edge-kuberay"}}
		eventuallyReady(ctx, addon)
		Expect(addon.Status.Delivery).To(Equal(fleetv1.DeliveryTenant))
		for _, release := range releases(ctx, Default, "team-a") {
			Expect(release.Name).NotTo(Equal(addon.Name), "the management cluster's Flux has it too")
		}
	})

	It("tells the story in kubectl's columns", func(ctx SpecContext) {
		table := kubectl(ctx, "get", "clusters,nodepools,addons", "--namespace=team-a")
		Expect(table).To(MatchRegexp(`cluster\.fleet\.slipway\.dev/sample\s+kwok\s+v\S+\s+2/2\s+1/1\s+True\s+True\s+ResourceReady`))
		Expect(table).To(MatchRegexp(`nodepool\.fleet\.slipway\.dev/sample-default-worker\s+sample\s+v\S+\s+2\s+2\s+2\s+1/1\s+True\s+True\s+ResourceReady`))
		Expect(table).To(MatchRegexp(`addon\.fleet\.slipway\.dev/jupyterhub\s+sample\s+jupyterhub\s+3\.3\.8\s+3\.3\.8\s+True\s+Deployed`))
		Expect(kubectl(ctx, "get", "fleet", "--all-namespaces")).To(ContainSubstring("sample.cluster.kwok"))
	})

	It("can be brought up again without harm", func(ctx SpecContext) {
		before := kubectl(ctx, "get", "cluster/sample", "--namespace=team-a", "--output=jsonpath={.metadata.uid} {.metadata.generation}")
		local(ctx, "up")
		Expect(kubectl(ctx, "get", "cluster/sample", "--namespace=team-a", "--output=jsonpath={.metadata.uid} {.metadata.generation}")).To(Equal(before))
	})
})
