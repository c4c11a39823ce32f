package nodepool_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The deletion of a NodePool", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	It("waits for Finalized=True at the deletion generation", func(ctx context.Context) {
		pool := w.pool(ctx, "a")
		w.reported(ctx, pool)
		expect.Deleted(ctx, w.client, pool)
		w.reconcile(ctx, pool)
		expect.Condition(pool, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")
		w.steady(ctx, pool)
		w.reported(ctx, pool, fixture.At(1), fixture.Finalizing())
		expect.Condition(pool, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")
		w.recorder.Take()
		w.reported(ctx, pool, fixture.Finalizing())
		expect.Gone(ctx, w.client, pool)
		Expect(w.recorder.Take()).To(ConsistOf(HavePrefix("Normal Deleted ")))
	})

	It("waits for nobody where the Cluster does not exist", func(ctx context.Context) {
		pool := w.pool(ctx, "a")
		w.reported(ctx, pool)
		w.freed(ctx)
		expect.Deleted(ctx, w.client, pool)
		w.reconcile(ctx, pool)
		expect.Gone(ctx, w.client, pool)
	})

	It("waits only for adapters that reported where the Platform is gone", func(ctx context.Context) {
		silent, known := w.pool(ctx, "silent"), w.pool(ctx, "known")
		w.reported(ctx, known)
		Expect(w.client.DeleteAllOf(ctx, &fleetv1.Platform{})).To(Succeed())
		expect.Deleted(ctx, w.client, silent)
		expect.Deleted(ctx, w.client, known)
		w.reconcile(ctx, silent)
		expect.Gone(ctx, w.client, silent)
		w.reconcile(ctx, known)
		expect.Condition(known, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")
	})

	It("does not wait, in a terminating namespace, for an adapter that never reported", func(ctx context.Context) {
		silent, known := w.pool(ctx, "silent"), w.pool(ctx, "known")
		w.reported(ctx, known)
		namespace := &corev1.Namespace{}
		namespace.Name = w.namespace
		expect.Deleted(ctx, w.client, namespace)
		expect.Deleted(ctx, w.client, silent)
		expect.Deleted(ctx, w.client, known)
		w.reconcile(ctx, silent)
		expect.Gone(ctx, w.client, silent)
		w.reconcile(ctx, known)
		expect.Condition(known, fleetv1.ConditionReconciling, yes, fleetv1.ReasonDeleting, "Waiting for adapters infra")
		w.reported(ctx, known, fixture.Finalizing())
		expect.Gone(ctx, w.client, known)
	})
})

var _ = Describe("A NodePool controller that is killed", func() {
	It("leaves the same behind after any write", func(ctx context.Context) {
		played := func(n int, after bool) []string {
			GinkgoHelper()
			w := newWorld(ctx)
			w.writes.FailAt(n, after)
			pool := fixture.NodePool(w.namespace, "a", "sample")
			expect.Applied(ctx, w.client, pool)
			step := func() {
				GinkgoHelper()
				if w.killed(ctx, pool) {
					w.writes.Revive()
					w.reconcile(ctx, pool)
				}
			}
			step()
			expect.Applied(ctx, w.client, fixture.AdapterStatus(pool, "infra"))
			step()
			expect.Condition(pool, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
			expect.Deleted(ctx, w.client, pool)
			step()
			expect.Applied(ctx, w.client, fixture.AdapterStatus(pool, "infra", fixture.Finalizing()))
			step()
			expect.Gone(ctx, w.client, pool)
			return w.writes.Log()
		}
		undisturbed := played(0, false)
		Expect(len(undisturbed)).To(BeNumerically(">=", 6))
		for n := range undisturbed {
			Expect(played(n+1, false)).To(Equal(undisturbed), "killed before write %d", n+1)
			Expect(played(n+1, true)).To(Equal(undisturbed), "killed after write %d", n+1)
		}
	})
})
