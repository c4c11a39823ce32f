package adapterstatus_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The metadata of an AdapterStatus", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	It("is completed in one write, and then left alone", func(ctx context.Context) {
		report := w.report(ctx, fixture.AdapterStatus(w.cluster, "infra"))
		Expect(w.writes.Count()).To(Equal(1))
		Expect(report.Finalizers).To(Equal([]string{fleetv1.ReportFinalizer}))
		Expect(report.Labels).To(Equal(map[string]string{fleetv1.LabelCluster: "sample", fleetv1.LabelAdapter: "infra"}))
		Expect(report.OwnerReferences).To(Equal([]metav1.OwnerReference{{
			APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindCluster, Name: "sample", UID: w.cluster.UID,
		}}), "the reference must not block: the target waits for nobody but its adapters")
		w.steady(ctx, report)
	})

	It("is completed for a hand-made report without a UID", func(ctx context.Context) {
		report := w.report(ctx, fixture.AdapterStatus(w.cluster, "infra", fixture.OfUID("")))
		Expect(report.OwnerReferences).To(HaveLen(1))
	})

	It("names the Cluster of a NodePool", func(ctx context.Context) {
		pool := fixture.NodePool(w.namespace, "a", "sample")
		expect.Applied(ctx, w.client, pool)
		report := w.report(ctx, fixture.AdapterStatus(pool, "infra"))
		Expect(report.Labels).To(HaveKeyWithValue(fleetv1.LabelCluster, "sample"))
		Expect(report.OwnerReferences[0].UID).To(Equal(pool.UID))
	})

	It("is repaired, without touching what is not ours", func(ctx context.Context) {
		report := w.report(ctx, fixture.AdapterStatus(w.cluster, "infra", fixture.Labelled[*fleetv1.AdapterStatus]("mine", "1")))
		report.Labels = map[string]string{"mine": "2", fleetv1.LabelCluster: "wrong"}
		Expect(w.client.Update(ctx, report)).To(Succeed())
		w.reconcile(ctx, report)
		Expect(report.Labels).To(Equal(map[string]string{"mine": "2", fleetv1.LabelCluster: "sample", fleetv1.LabelAdapter: "infra"}))
	})

	It("is left alone while there is no target, and completed once there is", func(ctx context.Context) {
		late := fixture.Cluster(w.namespace, "late")
		report := w.report(ctx, fixture.AdapterStatus(late, "infra", fixture.At(1)))
		Expect(w.writes.Count()).To(BeZero())
		expect.Applied(ctx, w.client, late)
		w.reconcile(ctx, report)
		Expect(report.OwnerReferences).To(HaveLen(1))
	})

	It("is left alone on a report about an earlier object of the same name", func(ctx context.Context) {
		report := w.report(ctx, fixture.AdapterStatus(w.cluster, "infra", fixture.OfUID("00000000-0000-4000-8000-000000000000")))
		Expect(w.writes.Count()).To(BeZero())
		Expect(report.OwnerReferences).To(BeEmpty())
	})
})
