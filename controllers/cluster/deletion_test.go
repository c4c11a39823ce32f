package cluster_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The deletion of a Cluster", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	// released drops all finalizers of a child, as its own controller does at the end.
	released := func(ctx context.Context, child client.Object) {
		GinkgoHelper()
		expect.Refreshed(ctx, w.client, child)
		Expect(child.GetDeletionTimestamp().IsZero()).To(BeFalse())
		child.SetFinalizers(nil)
		Expect(w.client.Update(ctx, child)).To(Succeed())
	}
	terminating := func(ctx context.Context) {
		GinkgoHelper()
		namespace := &corev1.Namespace{}
		namespace.Name = w.namespace
		expect.Deleted(ctx, w.client, namespace)
		Expect(namespace.DeletionTimestamp.IsZero()).To(BeFalse())
	}
	deleted := func(ctx context.Context, c *fleetv1.Cluster) {
		GinkgoHelper()
		expect.Deleted(ctx, w.client, c)
		w.recorder.Take()
		w.reconcile(ctx, c)
	}

	It("takes add-ons, then node pools, then waits for the adapters, and says so all the way", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra")
		addon := fixture.Addon(w.namespace, "hub", c.Name, "hub", fixture.KeptBy[*fleetv1.Addon](fleetv1.AddonFinalizer))
		pool := fixture.NodePool(w.namespace, "a", c.Name, fixture.KeptBy[*fleetv1.NodePool](fleetv1.NodePoolFinalizer))
		foreign := fixture.Addon(w.namespace, "foreign", "other", "hub")
		expect.Applied(ctx, w.client, addon, pool, foreign)

		deleted(ctx, c)
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting,
			"Waiting for add-ons hub; then node pools a; then adapters infra")
		Expect(w.recorder.Take()).To(Equal([]string{"Normal DeletingAddons Deleted the add-ons hub"}))
		expect.Refreshed(ctx, w.client, addon)
		Expect(addon.DeletionTimestamp.IsZero()).To(BeFalse())
		expect.Refreshed(ctx, w.client, pool)
		Expect(pool.DeletionTimestamp.IsZero()).To(BeTrue())
		w.steady(ctx, c)

		released(ctx, addon)
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for node pools a; then adapters infra")
		Expect(w.recorder.Take()).To(Equal([]string{"Normal DeletingNodePools Deleted the node pools a"}))
		released(ctx, pool)
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingFinalization)
		w.steady(ctx, c)

		By("a Finalized from before the deletion")
		w.reported(ctx, c, "infra", fixture.At(1), fixture.Finalizing())
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")

		w.reported(ctx, c, "infra", fixture.Finalizing())
		expect.Gone(ctx, w.client, c)
		Expect(w.recorder.Take()).To(ConsistOf(HavePrefix("Normal Deleted ")))
		expect.Refreshed(ctx, w.client, foreign)
		Expect(foreign.DeletionTimestamp.IsZero()).To(BeTrue())
	})

	It("deletes a node pool that appears while it waits", func(ctx context.Context) {
		c := w.cluster(ctx)
		deleted(ctx, c)
		late := fixture.NodePool(w.namespace, "late", c.Name)
		expect.Applied(ctx, w.client, late)
		w.reconcile(ctx, c)
		expect.Gone(ctx, w.client, late)
	})

	It("stays while node pools are left even if all adapters are done", func(ctx context.Context) {
		c := w.cluster(ctx)
		pool := fixture.NodePool(w.namespace, "a", c.Name, fixture.KeptBy[*fleetv1.NodePool](fleetv1.NodePoolFinalizer))
		expect.Applied(ctx, w.client, pool)
		deleted(ctx, c)
		w.reported(ctx, c, "infra", fixture.Finalizing())
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingChildren)
		released(ctx, pool)
		w.reconcile(ctx, c)
		expect.Gone(ctx, w.client, c)
	})

	It("waits only for adapters that reported where the Platform is gone", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra")
		Expect(w.client.Delete(ctx, w.platform)).To(Succeed())
		deleted(ctx, c)
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")
		expect.Condition(c, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
		w.reported(ctx, c, "infra", fixture.Finalizing())
		expect.Gone(ctx, w.client, c)
	})

	It("goes at once where the Platform is gone and nobody reported", func(ctx context.Context) {
		c := w.cluster(ctx)
		Expect(w.client.Delete(ctx, w.platform)).To(Succeed())
		deleted(ctx, c)
		expect.Gone(ctx, w.client, c)
	})

	It("goes at once where no Platform was ever found", func(ctx context.Context) {
		c := fixture.Cluster(w.namespace, "lost")
		expect.Applied(ctx, w.client, c)
		w.reconcile(ctx, c)
		deleted(ctx, c)
		expect.Gone(ctx, w.client, c)
	})

	It("does not wait, in a terminating namespace, for an adapter that never reported", func(ctx context.Context) {
		c := w.cluster(ctx)
		terminating(ctx)
		deleted(ctx, c)
		expect.Gone(ctx, w.client, c)
		Expect(w.recorder.Take()).To(BeEmpty(), "a terminating namespace takes no events")
	})

	It("waits, in a terminating namespace, for an adapter that has an AdapterStatus, even an empty one", func(ctx context.Context) {
		c := w.cluster(ctx)
		report := fixture.AdapterStatus(c, "infra", fixture.Silent())
		expect.Applied(ctx, w.client, report)
		terminating(ctx)
		deleted(ctx, c)
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")
		w.reported(ctx, c, "infra", fixture.Finalizing())
		expect.Gone(ctx, w.client, c)
	})

	It("drops nothing but its own finalizer", func(ctx context.Context) {
		c := w.cluster(ctx, fixture.KeptBy[*fleetv1.Cluster]("example.com/other"))
		deleted(ctx, c)
		w.reported(ctx, c, "infra", fixture.Finalizing())
		Expect(c.Finalizers).To(Equal([]string{"example.com/other"}))
		expect.Condition(c, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceFinalized)
		w.recorder.Take()
		w.steady(ctx, c)
		controllerutil.RemoveFinalizer(c, "example.com/other")
		Expect(w.client.Update(ctx, c)).To(Succeed())
		expect.Gone(ctx, w.client, c)
	})
})
