package adapterstatus_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The deletion of an AdapterStatus", func() {
	var (
		w      *world
		report *fleetv1.AdapterStatus
	)
	BeforeEach(func(ctx context.Context) {
		w = newWorld(ctx)
		report = w.report(ctx, fixture.AdapterStatus(w.cluster, "infra"))
		w.recorder.Take()
	})

	terminating := func(ctx context.Context) {
		GinkgoHelper()
		namespace := &corev1.Namespace{}
		namespace.Name = w.namespace
		expect.Deleted(ctx, w.client, namespace)
	}

	It("goes through while the target is alive, and is told", func(ctx context.Context) {
		expect.Deleted(ctx, w.client, report)
		w.reconcile(ctx, report)
		expect.Gone(ctx, w.client, report)
		Expect(w.recorder.Take()).To(ConsistOf(HavePrefix("Normal ReportDeleted ")))
	})

	It("waits while the target is being deleted, and the report can still be updated", func(ctx context.Context) {
		expect.Deleted(ctx, w.client, w.cluster)
		expect.Deleted(ctx, w.client, report)
		w.steady(ctx, report)
		fixture.Finalizing()(report)
		Expect(w.client.Update(ctx, report)).To(Succeed())
		w.steady(ctx, report)

		w.released(ctx)
		expect.Gone(ctx, w.client, w.cluster)
		w.reconcile(ctx, report)
		expect.Gone(ctx, w.client, report)
		Expect(w.recorder.Take()).To(BeEmpty())
	})

	It("waits while the namespace terminates and the target is about to", func(ctx context.Context) {
		terminating(ctx)
		expect.Deleted(ctx, w.client, report)
		w.steady(ctx, report)
		expect.Deleted(ctx, w.client, w.cluster)
		w.steady(ctx, report)
		w.released(ctx)
		w.reconcile(ctx, report)
		expect.Gone(ctx, w.client, report)
	})

	It("does not wait for a target that only somebody else's finalizer keeps, such as a foreground deletion's", func(ctx context.Context) {
		Expect(w.client.Delete(ctx, w.cluster, client.PropagationPolicy(metav1.DeletePropagationForeground))).To(Succeed())
		w.released(ctx, metav1.FinalizerDeleteDependents)
		Expect(w.cluster.DeletionTimestamp.IsZero()).To(BeFalse())
		expect.Deleted(ctx, w.client, report)
		w.reconcile(ctx, report)
		expect.Gone(ctx, w.client, report)
	})

	It("goes through when another object has taken the target's name", func(ctx context.Context) {
		expect.Deleted(ctx, w.client, w.cluster)
		w.released(ctx)
		successor := fixture.Cluster(w.namespace, "sample", fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer))
		expect.Applied(ctx, w.client, successor)
		expect.Deleted(ctx, w.client, successor)
		expect.Deleted(ctx, w.client, report)
		w.reconcile(ctx, report)
		expect.Gone(ctx, w.client, report)
	})

	It("keeps somebody else's finalizer", func(ctx context.Context) {
		report.Finalizers = append(report.Finalizers, "example.com/other")
		Expect(w.client.Update(ctx, report)).To(Succeed())
		expect.Deleted(ctx, w.client, report)
		w.reconcile(ctx, report)
		Expect(report.Finalizers).To(Equal([]string{"example.com/other"}))
		w.steady(ctx, report)
	})
})
