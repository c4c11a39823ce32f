package nodepool_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The status of a NodePool", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	It("ties the pool to its Cluster in one write before the status, and then writes nothing more", func(ctx context.Context) {
		pool := w.pool(ctx, "a")
		Expect(w.writes.Log()).To(Equal([]string{"patch *v1alpha1.NodePool a", "patch status *v1alpha1.NodePool a"}))
		Expect(pool.Finalizers).To(ContainElement(fleetv1.NodePoolFinalizer))
		Expect(pool.Labels).To(HaveKeyWithValue(fleetv1.LabelID, string(pool.UID)))
		block := true
		Expect(pool.OwnerReferences).To(Equal([]metav1.OwnerReference{{
			APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindCluster,
			Name: "sample", UID: w.cluster.UID, BlockOwnerDeletion: &block,
		}}))
		expect.Condition(pool, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingAdapters)
		Expect(pool.Status.ObservedGeneration).To(BeEquivalentTo(-1))
		w.steady(ctx, pool)
	})

	It("is Ready by generation, with the adapters' facts", func(ctx context.Context) {
		pool := w.pool(ctx, "a")
		w.reported(ctx, pool, fixture.NodePoolFacts(fleetv1.NodePoolFacts{
			Replicas: 2, ReadyReplicas: 1, KubernetesVersion: "v1.33.1",
			Nodes: []fleetv1.Node{{Name: "n2", ID: "2"}, {Name: "n1", ID: "1", State: fleetv1.NodeReady}},
		}))
		expect.Condition(pool, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
		expect.Condition(pool, fleetv1.ConditionProvisioned, yes, fleetv1.ReasonProvisioned)
		Expect(pool.Status.Replicas).To(BeEquivalentTo(2))
		Expect(pool.Status.ReadyReplicas).To(BeEquivalentTo(1))
		Expect(pool.Status.KubernetesVersion).To(Equal("v1.33.1"))
		Expect([]string{pool.Status.Nodes[0].Name, pool.Status.Nodes[1].Name}).To(Equal([]string{"n1", "n2"}))
		Expect(pool.Status.Adapters).To(Equal("1/1"))
		Expect(w.recorder.Take()).To(Equal([]string{"Normal Ready Became ready at generation 1"}))
		w.steady(ctx, pool)

		before := pool.DeepCopy()
		fixture.Replicas(3)(pool)
		Expect(w.client.Patch(ctx, pool, client.MergeFrom(before))).To(Succeed())
		w.reconcile(ctx, pool)
		expect.Condition(pool, fleetv1.ConditionReady, no, fleetv1.ReasonAdaptersPending)
		Expect(pool.Status.ObservedGeneration).To(BeEquivalentTo(1))
		w.reported(ctx, pool)
		expect.Condition(pool, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
		Expect(pool.Status.ObservedGeneration).To(BeEquivalentTo(2))
	})

	It("follows the Platform's required adapters at once", func(ctx context.Context) {
		pool := w.pool(ctx, "a")
		w.reported(ctx, pool)
		expect.Applied(ctx, w.client, fixture.Platform("metal", fixture.Requiring("infra", "dns")))
		w.reconcile(ctx, pool)
		expect.Condition(pool, fleetv1.ConditionReady, no, fleetv1.ReasonAdaptersPending, ContainSubstring("dns"))
	})

	It("is not moved by a new version of its Cluster", func(ctx context.Context) {
		pool := w.pool(ctx, "a")
		w.reported(ctx, pool)
		before := w.cluster.DeepCopy()
		w.cluster.Spec.KubernetesVersion = "v1.33.1"
		Expect(w.client.Patch(ctx, w.cluster, client.MergeFrom(before))).To(Succeed())
		w.steady(ctx, pool)
		Expect(pool.Generation).To(BeEquivalentTo(1))
		Expect(conditions.IsTrueNow(pool, fleetv1.ConditionReady)).To(BeTrue())
	})

	It("ignores a report about an earlier object of the same name", func(ctx context.Context) {
		pool := w.pool(ctx, "a")
		w.reported(ctx, pool, fixture.OfUID("00000000-0000-4000-8000-000000000000"))
		expect.Condition(pool, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingAdapters)
	})

	It("waits for a Cluster that does not exist yet, without stalling", func(ctx context.Context) {
		pool := fixture.NodePool(w.namespace, "early", "later")
		expect.Applied(ctx, w.client, pool)
		w.reconcile(ctx, pool)
		expect.Condition(pool, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
		expect.Condition(pool, fleetv1.ConditionReconciling, yes, fleetv1.ReasonClusterNotFound, "Waiting for Cluster later, which does not exist")
		Expect(conditions.IsTrue(pool, fleetv1.ConditionReady)).To(BeFalse())
		Expect(pool.OwnerReferences).To(BeEmpty())
		w.steady(ctx, pool)

		later := fixture.Cluster(w.namespace, "later", fixture.OnPlatform("metal"))
		expect.Applied(ctx, w.client, later)
		w.reconcile(ctx, pool)
		Expect(pool.OwnerReferences).To(HaveLen(1))
		expect.Condition(pool, fleetv1.ConditionReconciling, yes, fleetv1.ReasonProgressing)
	})

	It("waits for a Cluster that has no Platform yet", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Cluster(w.namespace, "unplaced"))
		pool := fixture.NodePool(w.namespace, "a", "unplaced")
		expect.Applied(ctx, w.client, pool)
		w.reconcile(ctx, pool)
		expect.Condition(pool, fleetv1.ConditionReconciling, yes, fleetv1.ReasonPlatformNotFound, ContainSubstring("unplaced"))
		expect.Condition(pool, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
	})

	It("knows the Platform of its Cluster past a cache that lags behind", func(ctx context.Context) {
		w.reconciler.Client = interceptor.NewClient(w.client, interceptor.Funcs{
			Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
				if _, platform := object.(*fleetv1.Platform); platform {
					return apierrors.NewNotFound(schema.GroupResource{Group: fleetv1.GroupName, Resource: "platforms"}, key.Name)
				}
				return c.Get(ctx, key, object, options...)
			},
		})
		expect.Condition(w.pool(ctx, "a"), fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
	})

	It("stalls where the Platform of its Cluster is gone", func(ctx context.Context) {
		Expect(w.client.DeleteAllOf(ctx, &fleetv1.Platform{})).To(Succeed())
		pool := w.pool(ctx, "a")
		expect.Condition(pool, fleetv1.ConditionStalled, yes, fleetv1.ReasonPlatformNotFound, ContainSubstring("Platform metal"))
		Expect(w.recorder.Take()).To(ConsistOf(HavePrefix("Warning PlatformNotFound ")))
	})

	It("stalls while its Cluster is being deleted", func(ctx context.Context) {
		expect.Deleted(ctx, w.client, w.cluster)
		pool := w.pool(ctx, "late")
		expect.Condition(pool, fleetv1.ConditionStalled, yes, fleetv1.ReasonClusterDeleting)
	})
})

var _ = Describe("What a Platform does not allow in a NodePool", func() {
	var w *world
	BeforeEach(func(ctx context.Context) {
		w = newWorld(ctx)
		expect.Applied(ctx, w.client, fixture.Platform("metal", func(p *fleetv1.Platform) {
			p.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.33.1"}}
			p.Spec.MaxNodesPerPool = 3
			p.Spec.NodePoolParametersSchema = fixture.JSON(`{"type":"object","properties":{"disk":{"type":"integer"}}}`)
		}))
	})

	DescribeTable("stalls the pool and names the field",
		func(ctx context.Context, change func(*fleetv1.NodePool), path string) {
			pool := w.pool(ctx, "a", change)
			expect.Condition(pool, fleetv1.ConditionStalled, yes, fleetv1.ReasonInvalidSpec, ContainSubstring(path+": "))
			w.steady(ctx, pool)
		},
		Entry("too many nodes", fixture.Replicas(4), "spec.replicas"),
		Entry("too many nodes by autoscaling", func(p *fleetv1.NodePool) {
			limit := int32(4)
			p.Spec.Autoscaling = &fleetv1.Autoscaling{Enabled: true, MaxReplicas: &limit}
		}, "spec.autoscaling.maxReplicas"),
		Entry("a version that is not offered", func(p *fleetv1.NodePool) { p.Spec.KubernetesVersion = "v1.30.0" }, "spec.kubernetesVersion"),
		Entry("parameters that break the schema", func(p *fleetv1.NodePool) { p.Spec.Parameters = fixture.JSON(`{"disk":"big"}`) }, "spec.parameters.disk"),
	)

	It("accepts what it allows", func(ctx context.Context) {
		pool := w.pool(ctx, "a", fixture.Replicas(3), func(p *fleetv1.NodePool) {
			p.Spec.KubernetesVersion = "v1.33.1"
			p.Spec.Parameters = fixture.JSON(`{"disk":4}`)
		})
		expect.Condition(pool, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
	})

	It("stalls the younger of two pools with one pool name, until the elder goes", func(ctx context.Context) {
		elder := w.pool(ctx, "a", fixture.PoolName("gpu"))
		younger := w.pool(ctx, "b", fixture.PoolName("gpu"))
		expect.Applied(ctx, w.client, fixture.NodePool(w.namespace, "c", "other", fixture.PoolName("gpu")))
		w.reconcile(ctx, elder)
		expect.Condition(elder, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
		expect.Condition(younger, fleetv1.ConditionStalled, yes, fleetv1.ReasonInvalidSpec,
			And(HavePrefix("spec.poolName: "), ContainSubstring("NodePool a")))

		expect.Deleted(ctx, w.client, elder)
		w.reported(ctx, elder, fixture.Finalizing())
		expect.Gone(ctx, w.client, elder)
		w.reconcile(ctx, younger)
		expect.Condition(younger, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
	})
})
