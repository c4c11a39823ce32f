package cluster_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("A Cluster and its node pools", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	// observed writes a NodePool's status as its own controller would.
	observed := func(ctx context.Context, pool *fleetv1.NodePool, ready metav1.ConditionStatus, nodes, readyNodes int32) {
		GinkgoHelper()
		expect.Refreshed(ctx, w.client, pool)
		before := pool.DeepCopy()
		pool.Status.Replicas, pool.Status.ReadyReplicas = nodes, readyNodes
		now := metav1.NewTime(w.clock.Now())
		conditions.Set(pool, metav1.Condition{Type: fleetv1.ConditionReady, Status: ready, Reason: fleetv1.ReasonResourceReady}, now)
		if ready == yes && conditions.Get(pool, fleetv1.ConditionProvisioned) == nil {
			conditions.Set(pool, metav1.Condition{Type: fleetv1.ConditionProvisioned, Status: yes, Reason: fleetv1.ReasonProvisioned}, now)
		}
		Expect(w.client.Status().Patch(ctx, pool, client.MergeFrom(before))).To(Succeed())
	}

	It("adds up nodes and pools", func(ctx context.Context) {
		c := w.cluster(ctx)
		a := fixture.NodePool(w.namespace, "a", c.Name, fixture.Replicas(3))
		b := fixture.NodePool(w.namespace, "b", c.Name)
		foreign := fixture.NodePool(w.namespace, "foreign", "other", fixture.Replicas(5))
		expect.Applied(ctx, w.client, a, b, foreign)
		observed(ctx, a, no, 2, 1)
		observed(ctx, b, yes, 1, 1)
		w.reconcile(ctx, c)
		Expect(c.Status.Nodes).To(Equal(fleetv1.NodeTotals{Wished: 4, Observed: 3, Ready: 2}))
		Expect(c.Status.NodeSummary).To(Equal("2/4"))
		Expect(c.Status.NodePools).To(BeEquivalentTo(2))
		w.steady(ctx, c)
	})

	It("is provisioned once default-worker is ready, too", func(ctx context.Context) {
		c := w.cluster(ctx)
		pool := fixture.NodePool(w.namespace, "workers", c.Name, fixture.PoolName("default-worker"))
		other := fixture.NodePool(w.namespace, "other", c.Name)
		expect.Applied(ctx, w.client, pool, other)
		w.reported(ctx, c, "infra")
		expect.Condition(c, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
		Expect(conditions.Get(c, fleetv1.ConditionProvisioned)).To(BeNil())
		observed(ctx, pool, yes, 1, 1)
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionProvisioned, yes, fleetv1.ReasonProvisioned)
		Expect(conditions.Get(c, fleetv1.ConditionUpdated)).To(BeNil())
	})

	It("is updated when a pool changes after that", func(ctx context.Context) {
		c := w.cluster(ctx)
		pool := fixture.NodePool(w.namespace, "a", c.Name)
		expect.Applied(ctx, w.client, pool)
		observed(ctx, pool, yes, 1, 1)
		w.clock.SetTime(pool.CreationTimestamp.Add(time.Minute))
		w.reported(ctx, c, "infra")
		Expect(conditions.Get(c, fleetv1.ConditionUpdated)).To(BeNil())

		before := pool.DeepCopy()
		fixture.Replicas(2)(pool)
		Expect(w.client.Patch(ctx, pool, client.MergeFrom(before))).To(Succeed())
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionUpdated, yes, fleetv1.ReasonUpdated)
	})

	It("is updated when a pool is added after that", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.clock.SetTime(c.CreationTimestamp.Add(-time.Minute))
		w.reported(ctx, c, "infra")
		Expect(conditions.Get(c, fleetv1.ConditionUpdated)).To(BeNil())
		expect.Applied(ctx, w.client, fixture.NodePool(w.namespace, "late", c.Name))
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionUpdated, yes, fleetv1.ReasonUpdated)
	})
})
