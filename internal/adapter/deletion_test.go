package adapter_test

import (
	"context"
	"errors"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("A deletion", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	gone := func(ctx context.Context, object client.Object) {
		GinkgoHelper()
		object.SetFinalizers(nil)
		Expect(w.client.Update(ctx, object)).To(Succeed())
		expect.Gone(ctx, w.client, object)
	}

	It("is shown to the adapter when add-ons and node pools are gone, in that order", func(ctx context.Context) {
		w.reconciled(ctx, w.cluster)
		w.reconciled(ctx, w.pool)
		addon := fixture.Addon(w.namespace, "hub", "sample", "jupyterhub", fixture.KeptBy[*fleetv1.Addon](fleetv1.AddonFinalizer))
		expect.Applied(ctx, w.client, addon)
		expect.Deleted(ctx, w.client, w.cluster)
		expect.Deleted(ctx, w.client, w.pool)
		expect.Deleted(ctx, w.client, addon)
		w.adapter.calls = nil

		w.reconciled(ctx, w.pool)
		w.reconciled(ctx, w.cluster)
		Expect(w.adapter.called()).To(BeZero(), "an add-on is left")

		gone(ctx, addon)
		w.reconciled(ctx, w.cluster)
		Expect(w.adapter.called()).To(BeZero(), "a node pool is left")
		w.adapter.report = adapter.Report{Available: adapter.False("Gone", "all is gone"), Finalized: true}
		w.reconciled(ctx, w.pool)
		Expect(w.adapter.calls).To(HaveLen(1))
		Expect(w.adapter.calls[0].Deleting()).To(BeTrue())
		report := w.status(ctx, fleetv1.KindNodePool, "workers").Report
		Expect(report.Condition(fleetv1.ReportFinalized).Status).To(Equal(yes))
		Expect(report.ObservedGeneration).To(Equal(w.pool.Generation))

		gone(ctx, w.pool)
		w.reconciled(ctx, w.cluster)
		w.says(ctx, w.cluster.Generation, fleetv1.ReportFinalized, yes, "all is gone")
	})

	It("of a node pool alone does not wait for the Cluster's add-ons", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Addon(w.namespace, "hub", "sample", "jupyterhub"))
		w.reconciled(ctx, w.pool)
		expect.Deleted(ctx, w.client, w.pool)
		w.adapter.calls = nil
		w.reconciled(ctx, w.pool)
		Expect(w.adapter.called()).To(Equal(1))
	})

	It("that is not through says why, and an error does not finish it", func(ctx context.Context) {
		w.reconciled(ctx, w.cluster)
		expect.Deleted(ctx, w.client, w.pool)
		gone(ctx, w.pool)
		expect.Deleted(ctx, w.client, w.cluster)
		w.adapter.report = adapter.Report{Available: adapter.False("Leaving", "two disks are left")}
		w.reconciled(ctx, w.cluster)
		w.says(ctx, w.cluster.Generation, fleetv1.ReportFinalized, no, "two disks are left")
		w.adapter.report.Finalized, w.adapter.failure = true, errors.New("no answer")
		_, err := w.reconcile(ctx, w.cluster)
		Expect(err).To(HaveOccurred())
		w.says(ctx, w.cluster.Generation, fleetv1.ReportFinalized, no, "no answer")
	})

	DescribeTable("goes through",
		func(ctx context.Context, arrange func(ctx context.Context, w *world)) {
			w.reconciled(ctx, w.pool)
			arrange(ctx, w)
			expect.Deleted(ctx, w.client, w.pool)
			w.adapter.report = adapter.Report{Available: adapter.False("Gone", "all is gone"), Finalized: true}
			w.reconciled(ctx, w.pool)
			report := w.status(ctx, fleetv1.KindNodePool, "workers").Report
			Expect(report.Condition(fleetv1.ReportFinalized)).NotTo(BeNil())
			Expect(report.Condition(fleetv1.ReportFinalized).Status).To(Equal(yes))
		},
		Entry("for a suspended Cluster", func(ctx context.Context, w *world) {
			w.edited(ctx, func(spec *fleetv1.ClusterSpec) { spec.Suspend = true })
		}),
		Entry("without the Platform, for an adapter that has reported", func(ctx context.Context, w *world) {
			Expect(w.client.Delete(ctx, w.platform)).To(Succeed())
		}),
		Entry("for an adapter that is not required any more and has reported", func(ctx context.Context, w *world) {
			w.platform.Spec.RequiredAdapters = fleetv1.RequiredAdapters{Cluster: []string{"other"}, NodePool: []string{"other"}}
			Expect(w.client.Update(ctx, w.platform)).To(Succeed())
		}),
		Entry("in a namespace that is ending", func(ctx context.Context, w *world) { w.terminating(ctx) }),
		Entry("when the report itself is being deleted", func(ctx context.Context, w *world) {
			Expect(w.client.Delete(ctx, w.status(ctx, fleetv1.KindNodePool, "workers"))).To(Succeed())
		}),
	)

	It("of an object that was never reported on is reported, if there is time for it", func(ctx context.Context) {
		expect.Deleted(ctx, w.client, w.pool)
		w.adapter.report = adapter.Report{Finalized: true}
		w.reconciled(ctx, w.pool)
		Expect(w.status(ctx, fleetv1.KindNodePool, "workers").Report.Condition(fleetv1.ReportFinalized).Status).To(Equal(yes))
	})

	It("in a namespace that is ending does not create a report, and nothing is begun there", func(ctx context.Context) {
		w.terminating(ctx)
		w.reconciled(ctx, w.pool)
		Expect(w.adapter.called()).To(BeZero())
		expect.Deleted(ctx, w.client, w.pool)
		w.reconciled(ctx, w.pool)
		Expect(w.writes.Log()).To(BeEmpty())
	})
})
