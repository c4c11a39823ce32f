package admission_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("the webhooks of Clusters and NodePools", func() {
	var (
		namespace string
		cluster   *fleetv1.Cluster
		pool      *fleetv1.NodePool
	)

	BeforeEach(func(ctx SpecContext) {
		platform := fixture.Platform("", fixture.Requiring("a"), func(p *fleetv1.Platform) {
			p.GenerateName = "limited-"
			p.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.36.2"}, {Version: "v1.37.1"}}
			p.Spec.MaxNodesPerPool = 3
			p.Spec.ClusterParametersSchema = fixture.JSON(`{"type": "object", "properties": {"zones": {"type": "integer"}}}`)
			p.Spec.NodePoolParametersSchema = fixture.JSON(`{"type": "object", "properties": {"disk": {"type": "integer"}}}`)
		})
		Expect(env.Client.Create(ctx, platform)).To(Succeed())
		namespace = expect.Namespace(ctx, env.Client, map[string]string{fleetv1.LabelPlatform: platform.Name})
		cluster = fixture.Cluster(namespace, "sample", fixture.OnPlatform(""))
		pool = fixture.NodePool(namespace, "workers", "sample")
		eventuallyCached(ctx, cluster, platform.Name)
	})

	refused := func(err error, messages ...string) {
		GinkgoHelper()
		Expect(apierrors.IsInvalid(err)).To(BeTrue(), "%v", err)
		for _, message := range messages {
			Expect(err).To(MatchError(ContainSubstring(message)))
		}
	}

	It("write the Platform that governs a new Cluster into its spec, at its first generation", func(ctx SpecContext) {
		Expect(env.Client.Create(ctx, cluster)).To(Succeed())
		Expect(cluster.Spec.PlatformName).To(HavePrefix("limited-"))
		Expect(cluster.Generation).To(BeEquivalentTo(1))
	})

	DescribeTable("refuse what the Platform does not allow", func(ctx SpecContext, change func(), field string, remedy string) {
		change()
		refused(env.Client.Create(ctx, cluster), field, remedy)
	},
		Entry("a version that is not offered", func() { cluster.Spec.KubernetesVersion = "v1.2.3" }, "spec.kubernetesVersion", "v1.36.2, v1.37.1"),
		Entry("a reserved network", func() { cluster.Spec.Network = &fleetv1.ClusterNetwork{PodCIDR: "169.254.0.0/16"} },
			"spec.network.podCIDR", "choose another network"),
		Entry("parameters that break the schema", func() { cluster.Spec.Parameters = fixture.JSON(`{"zones": "two"}`) },
			"spec.parameters.zones", "integer"),
	)

	It("refuse a change to what is not allowed, and let other changes through", func(ctx SpecContext) {
		Expect(env.Client.Create(ctx, cluster)).To(Succeed())
		cluster.Labels = map[string]string{"a": "b"}
		Expect(env.Client.Update(ctx, cluster)).To(Succeed())
		cluster.Spec.KubernetesVersion = "v1.2.3"
		refused(env.Client.Update(ctx, cluster), "spec.kubernetesVersion")
	})

	It("refuse to scale a NodePool above the limit", func(ctx SpecContext) {
		Expect(env.Client.Create(ctx, cluster)).To(Succeed())
		Expect(env.Client.Create(ctx, pool)).To(Succeed())
		scale := func(replicas int32) error {
			wish := &autoscalingv1.Scale{
				ObjectMeta: metav1.ObjectMeta{Namespace: pool.Namespace, Name: pool.Name},
				Spec:       autoscalingv1.ScaleSpec{Replicas: replicas},
			}
			return env.Client.SubResource("scale").Update(ctx, pool, client.WithSubResourceBody(wish))
		}
		refused(scale(4), "spec.replicas", "at most 3")
		expect.Refreshed(ctx, env.Client, pool)
		Expect(pool.WishedReplicas()).NotTo(BeEquivalentTo(4))
		Expect(scale(3)).To(Succeed())
		expect.Refreshed(ctx, env.Client, pool)
		Expect(pool.WishedReplicas()).To(BeEquivalentTo(3))
	})

	It("refuse nodes that are newer than the control plane, and a control plane that goes back", func(ctx SpecContext) {
		cluster.Spec.KubernetesVersion = "v1.36.2"
		Expect(env.Client.Create(ctx, cluster)).To(Succeed())
		pool.Spec.KubernetesVersion = "v1.37.1"
		refused(env.Client.Create(ctx, pool), "spec.kubernetesVersion", "v1.37.1 is above v1.36.2, the version of Cluster sample; raise that first")

		By("raising both, one right after the other")
		pool.Spec.KubernetesVersion = "v1.36.2"
		Expect(env.Client.Create(ctx, pool)).To(Succeed())
		cluster.Spec.KubernetesVersion = "v1.37.1"
		Expect(env.Client.Update(ctx, cluster)).To(Succeed())
		pool.Spec.KubernetesVersion = "v1.37.1"
		Expect(env.Client.Update(ctx, pool)).To(Succeed())

		By("going back")
		cluster.Spec.KubernetesVersion = "v1.36.2"
		Eventually(func() error { return env.Client.Update(ctx, cluster, client.DryRunAll) }).WithContext(ctx).Should(MatchError(And(
			ContainSubstring("spec.kubernetesVersion"),
			ContainSubstring("v1.36.2 is below v1.37.1, the present version of the control plane, which cannot go back"),
			ContainSubstring("the version of NodePool workers"))))
		cluster.Spec.KubernetesVersion, cluster.Spec.Suspend = "v1.37.1", true
		Expect(env.Client.Update(ctx, cluster)).To(Succeed())
	})

	It("accept a NodePool whose Cluster does not exist yet", func(ctx SpecContext) {
		pool.Spec.KubernetesVersion = "v9.9.9"
		Expect(env.Client.Create(ctx, pool)).To(Succeed())
	})

	It("refuse a NodePool above the limit, off the list, against the schema, or of a name that is taken", func(ctx SpecContext) {
		Expect(env.Client.Create(ctx, cluster)).To(Succeed())
		many := int32(4)
		pool.Spec.Replicas, pool.Spec.KubernetesVersion, pool.Spec.Parameters = &many, "v1.2.3", fixture.JSON(`{"disk": "big"}`)
		refused(env.Client.Create(ctx, pool), "spec.replicas", "at most 3", "spec.kubernetesVersion", "spec.parameters.disk")

		pool = fixture.NodePool(namespace, "workers", "sample")
		Expect(env.Client.Create(ctx, pool)).To(Succeed())
		Eventually(func() error {
			return env.Client.Create(ctx, fixture.NodePool(namespace, "others", "sample", fixture.PoolName("workers")), client.DryRunAll)
		}).WithContext(ctx).Should(MatchError(ContainSubstring("spec.poolName")))
	})
})

// eventuallyCached waits until the webhooks know a Platform: they read from a cache.
func eventuallyCached(ctx SpecContext, cluster *fleetv1.Cluster, platform string) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		probe := cluster.DeepCopy()
		g.Expect(env.Client.Create(ctx, probe, client.DryRunAll)).To(Succeed())
		g.Expect(probe.Spec.PlatformName).To(Equal(platform))
	}).WithContext(ctx).Should(Succeed())
}
