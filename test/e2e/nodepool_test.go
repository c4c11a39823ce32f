//go:build e2e

package e2e

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var _ = Describe("A cluster's nodes", Ordered, func() {
	var (
		cluster *fleetv1.Cluster
		pool    *fleetv1.NodePool
		tenant  client.Client
	)

	BeforeAll(func(ctx SpecContext) {
		cluster = newCluster(tenantNamespace(ctx, "nodes"), "nodes", "kwok")
		cluster.Spec.KubernetesVersion = "v1.36.2"
		pool = newPool(cluster, "workers", 1)
		// The pool first: a GitOps tool applies in any order.
		Expect(hub.client.Create(ctx, pool)).To(Succeed())
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		eventuallyReady(ctx, cluster)
		eventuallyReady(ctx, pool)
		tenant = tenantClient(ctx, cluster)
	}, NodeTimeout(patience))

	expectNodes := func(ctx SpecContext, ready, other int) {
		GinkgoHelper()
		Eventually(func(g Gomega) {
			up, down := readyNodes(ctx, g, tenant)
			g.Expect(up).To(HaveLen(ready))
			g.Expect(down).To(HaveLen(other))
		}).WithContext(ctx).Should(Succeed())
	}

	scale := func(ctx SpecContext, replicas int32) {
		GinkgoHelper()
		change(ctx, pool, func(p *fleetv1.NodePool) { p.Spec.Replicas = &replicas })
		eventuallyReady(ctx, pool)
		Expect(pool.Status.Replicas).To(Equal(replicas))
		expectNodes(ctx, int(replicas), 0)
	}

	It("grow from one to three", func(ctx SpecContext) {
		scale(ctx, 3)
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(cluster), cluster)).To(Succeed())
			g.Expect(cluster.Status.NodeSummary).To(Equal("3/3"))
			g.Expect(cluster.Status.Nodes).To(Equal(fleetv1.NodeTotals{Wished: 3, Observed: 3, Ready: 3}))
		}).WithContext(ctx).Should(Succeed())
	}, NodeTimeout(patience))

	It("stop and start on request", func(ctx SpecContext) {
		Expect(pool.Status.Nodes).To(HaveLen(3))
		stopped := pool.Status.Nodes[1]
		change(ctx, pool, func(p *fleetv1.NodePool) { p.Spec.StoppedNodes = []string{stopped.ID} })
		eventuallyReady(ctx, pool)
		expectNodes(ctx, 2, 1)
		Expect(pool.Status.ReadyReplicas).To(BeEquivalentTo(2))
		node := &corev1.Node{}
		Expect(tenant.Get(ctx, client.ObjectKey{Name: stopped.Name}, node)).To(Succeed())
		Expect(node.Spec.Unschedulable).To(BeTrue())

		change(ctx, pool, func(p *fleetv1.NodePool) { p.Spec.StoppedNodes = nil })
		eventuallyReady(ctx, pool)
		expectNodes(ctx, 3, 0)
	}, NodeTimeout(patience))

	It("shrink to one, the named ones first", func(ctx SpecContext) {
		keep := pool.Status.Nodes[2]
		change(ctx, pool, func(p *fleetv1.NodePool) {
			p.Spec.NodesToRemove = []string{pool.Status.Nodes[0].ID, pool.Status.Nodes[1].ID}
		})
		scale(ctx, 1)
		Expect(pool.Status.Nodes).To(ConsistOf(HaveField("ID", keep.ID)))
	}, NodeTimeout(patience))

	It("change their version, and the cluster its own", func(ctx SpecContext) {
		change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.KubernetesVersion = "v1.37.1" })
		eventuallyReady(ctx, cluster)
		Expect(cluster.Status.KubernetesVersion).To(Equal("v1.37.1"))
		change(ctx, pool, func(p *fleetv1.NodePool) { p.Spec.KubernetesVersion = "v1.37.1" })
		eventuallyReady(ctx, pool)
		nodes := &corev1.NodeList{}
		Expect(tenant.List(ctx, nodes)).To(Succeed())
		Expect(nodes.Items).To(HaveEach(HaveField("Status.NodeInfo.KubeletVersion", "v1.37.1")))
	}, NodeTimeout(patience))

	It("take an add-on's pods, and all of it goes with the cluster", func(ctx SpecContext) {
		addon := newAddon(cluster, "ray", "kuberay", "1.1.0")
		Expect(hub.client.Create(ctx, addon)).To(Succeed())
		eventuallyReady(ctx, addon)

		Expect(hub.client.Delete(ctx, cluster)).To(Succeed())
		for _, obj := range []client.Object{addon, pool, cluster} {
			eventuallyGone(ctx, obj)
		}
		expectNothingLeft(ctx, cluster.Namespace)
	}, NodeTimeout(patience))
})
