package adapter_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("Reports", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	It("opens with a first report, then calls the adapter and stores what it says", func(ctx context.Context) {
		w.adapter.report.Cluster = &fleetv1.ClusterFacts{APIEndpoint: "https://10.0.0.1:6443"}
		w.adapter.report.Data = map[string]any{"b": 1, "a": "x"}
		Expect(w.reconciled(ctx, w.cluster)).To(Equal(30 * time.Second))
		Expect(w.writes.Log()).To(Equal([]string{
			"create *v1alpha1.AdapterStatus sample.cluster.fake", "patch *v1alpha1.AdapterStatus sample.cluster.fake",
		}))
		status := w.status(ctx, fleetv1.KindCluster, "sample")
		Expect(status.Spec).To(Equal(fleetv1.AdapterStatusSpec{
			TargetRef: fleetv1.TargetRef{Kind: "Cluster", Name: "sample", UID: w.cluster.UID}, Adapter: "fake",
		}))
		Expect(status.Labels).To(Equal(map[string]string{fleetv1.LabelCluster: "sample", fleetv1.LabelAdapter: "fake"}))
		Expect(status.OwnerReferences).To(HaveLen(1))
		Expect(status.OwnerReferences[0].UID).To(Equal(w.cluster.UID))
		Expect(status.Finalizers).To(ConsistOf(fleetv1.ReportFinalizer))
		Expect(status.Report.Cluster.APIEndpoint).To(Equal("https://10.0.0.1:6443"))
		Expect(status.Report.ObservedTime.Time).To(BeTemporally("==", w.clock.Now()))
		w.says(ctx, 1, fleetv1.ReportAvailable, yes, "it is up")

		target := w.adapter.calls[0]
		Expect(target.Cluster.UID).To(Equal(w.cluster.UID))
		Expect(target.NodePool).To(BeNil())
		Expect(target.NodePools).To(HaveLen(1))
		Expect(target.Platform.Name).To(Equal("metal"))
	})

	It("leaves the first report standing when it is killed before the adapter answers", func(ctx context.Context) {
		w.writes.FailAt(2, false)
		_, err := w.reconcile(ctx, w.cluster)
		Expect(err).To(MatchError(expect.ErrKilled))
		w.says(ctx, 1, fleetv1.ReportAvailable, metav1.ConditionUnknown, "the adapter has begun and cannot tell anything yet")
		w.writes.Revive()
		w.restart()
		w.reconciled(ctx, w.cluster)
		w.says(ctx, 1, fleetv1.ReportAvailable, yes, "it is up")
	})

	It("shows node pools with their cluster", func(ctx context.Context) {
		w.reconciled(ctx, w.pool)
		Expect(w.adapter.calls).To(HaveLen(1))
		Expect(w.adapter.calls[0].Kind).To(Equal(fleetv1.KindNodePool))
		Expect(w.adapter.calls[0].NodePool.UID).To(Equal(w.pool.UID))
		Expect(w.adapter.calls[0].Cluster.UID).To(Equal(w.cluster.UID))
		Expect(w.status(ctx, fleetv1.KindNodePool, "workers").Spec.TargetRef.UID).To(Equal(w.pool.UID))
	})

	It("writes nothing while nothing changes, and once per heartbeat period", func(ctx context.Context) {
		w.adapter.report.Data = map[string]any{"z": map[string]any{"y": 1.5}, "a": []int{1}}
		w.reconciled(ctx, w.cluster)
		before := w.writes.Count()
		w.clock.SetTime(w.clock.Now().Add(29 * time.Second))
		Expect(w.reconciled(ctx, w.cluster)).To(Equal(time.Second))
		w.restart()
		Expect(w.reconciled(ctx, w.cluster)).To(Equal(time.Second))
		Expect(w.writes.Log()[before:]).To(BeEmpty())
		w.clock.SetTime(w.clock.Now().Add(time.Second))
		Expect(w.reconciled(ctx, w.cluster)).To(Equal(30 * time.Second))
		Expect(w.writes.Log()[before:]).To(HaveLen(1))
		report := w.status(ctx, fleetv1.KindCluster, "sample").Report
		Expect(report.ObservedTime.Time).To(BeTemporally("==", w.clock.Now()))
		Expect(report.Condition(fleetv1.ReportAvailable).LastTransitionTime.Time).To(BeTemporally("<", w.clock.Now()))
	})

	It("comes back when the adapter asks for it", func(ctx context.Context) {
		w.adapter.report.RequeueAfter = time.Second
		Expect(w.reconciled(ctx, w.cluster)).To(Equal(time.Second))
	})

	It("takes the heartbeat period from the Platform, at once", func(ctx context.Context) {
		w.reconciled(ctx, w.cluster)
		expect.Refreshed(ctx, w.client, w.platform)
		w.platform.Spec.HeartbeatPeriod = &metav1.Duration{Duration: time.Minute}
		expect.Applied(ctx, w.client, w.platform)
		Expect(w.reconciled(ctx, w.cluster)).To(Equal(time.Minute))
	})

	It("reports at the generation that the adapter was shown", func(ctx context.Context) {
		w.reconciled(ctx, w.cluster)
		w.edited(ctx, func(spec *fleetv1.ClusterSpec) { spec.KubernetesVersion = "v1.34.0" })
		w.says(ctx, 1, fleetv1.ReportAvailable, yes, "it is up")
		w.adapter.report.Available = adapter.False("Changing", "it changes")
		w.reconciled(ctx, w.cluster)
		w.says(ctx, 2, fleetv1.ReportAvailable, no, "it changes")
	})

	It("restores a report that somebody edited or took the metadata from", func(ctx context.Context) {
		w.reconciled(ctx, w.cluster)
		status := w.status(ctx, fleetv1.KindCluster, "sample")
		status.Labels, status.Finalizers, status.OwnerReferences = map[string]string{"mine": "kept"}, nil, nil
		status.Report.Conditions[0].Status = no
		Expect(w.client.Update(ctx, status)).To(Succeed())
		w.reconciled(ctx, w.cluster)
		status = w.status(ctx, fleetv1.KindCluster, "sample")
		Expect(status.Labels).To(HaveLen(3))
		Expect(status.Finalizers).To(ConsistOf(fleetv1.ReportFinalizer))
		Expect(status.OwnerReferences).To(HaveLen(1))
		w.says(ctx, 1, fleetv1.ReportAvailable, yes, "it is up")
	})

	It("replaces a report about an earlier object of the same name", func(ctx context.Context) {
		stale := fixture.AdapterStatus(w.cluster, "fake")
		stale.Spec.TargetRef.UID = "another"
		expect.Applied(ctx, w.client, stale)
		w.reconciled(ctx, w.cluster)
		Expect(w.adapter.called()).To(BeZero())
		expect.Gone(ctx, w.client, stale)
		w.reconciled(ctx, w.cluster)
		w.says(ctx, 1, fleetv1.ReportAvailable, yes, "it is up")
	})

	It("overwrites a report from beyond the object's generation, which only a restored one can be", func(ctx context.Context) {
		restored := fixture.AdapterStatus(w.cluster, "fake")
		restored.Report.ObservedGeneration = 7
		expect.Applied(ctx, w.client, restored)
		w.reconciled(ctx, w.cluster)
		w.says(ctx, 1, fleetv1.ReportAvailable, yes, "it is up")
	})

	It("knows its own writes from those of others", func(ctx context.Context) {
		w.reconciled(ctx, w.cluster)
		status := w.status(ctx, fleetv1.KindCluster, "sample")
		Expect(w.reconciler.Wrote(status)).To(BeTrue())
		status.Labels["mine"] = "x"
		Expect(w.client.Update(ctx, status)).To(Succeed())
		Expect(w.reconciler.Wrote(status)).To(BeFalse())
	})
})

var _ = Describe("Errors", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	It("are reported and repeated with backoff", func(ctx context.Context) {
		w.adapter.failure = errors.New("no answer")
		_, err := w.reconcile(ctx, w.cluster)
		Expect(err).To(MatchError(w.adapter.failure))
		w.says(ctx, 1, fleetv1.ReportHealth, no, "no answer")
		w.says(ctx, 1, fleetv1.ReportAvailable, no, "no answer")
		before := w.writes.Count()
		_, err = w.reconcile(ctx, w.cluster)
		Expect(err).To(HaveOccurred())
		Expect(w.writes.Log()[before:]).To(BeEmpty())
		w.adapter.failure = nil
		w.reconciled(ctx, w.cluster)
		w.says(ctx, 1, fleetv1.ReportHealth, yes, "the adapter works")
	})

	It("do not take away what is available at this generation", func(ctx context.Context) {
		w.reconciled(ctx, w.cluster)
		w.adapter.failure = errors.New("no answer")
		_, err := w.reconcile(ctx, w.cluster)
		Expect(err).To(HaveOccurred())
		w.says(ctx, 1, fleetv1.ReportAvailable, yes, "it is up")
		w.edited(ctx, func(spec *fleetv1.ClusterSpec) { spec.KubernetesVersion = "v1.34.0" })
		_, err = w.reconcile(ctx, w.cluster)
		Expect(err).To(HaveOccurred())
		w.says(ctx, 2, fleetv1.ReportAvailable, no, "no answer")
	})

	It("that are terminal stall, and are not repeated but with the heartbeat", func(ctx context.Context) {
		w.adapter.failure = adapter.Terminal(errors.New("give me quota"))
		Expect(w.reconciled(ctx, w.cluster)).To(Equal(30 * time.Second))
		w.says(ctx, 1, fleetv1.ReportStalled, yes, "give me quota")
		w.adapter.failure = nil
		w.reconciled(ctx, w.cluster)
		Expect(w.status(ctx, fleetv1.KindCluster, "sample").Report.Condition(fleetv1.ReportStalled)).To(BeNil())
	})

	It("of data that is no object are reported like others", func(ctx context.Context) {
		w.adapter.report.Data = []int{1}
		_, err := w.reconcile(ctx, w.cluster)
		Expect(err).To(MatchError(ContainSubstring("must be an object")))
		w.says(ctx, 1, fleetv1.ReportHealth, no, ContainSubstring("must be an object"))
	})
})

var _ = Describe("Who is called", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	DescribeTable("nobody",
		func(ctx context.Context, arrange func(ctx context.Context, w *world)) {
			arrange(ctx, w)
			Expect(w.reconciled(ctx, w.cluster)).To(BeZero())
			Expect(w.reconciled(ctx, w.pool)).To(BeZero())
			Expect(w.adapter.called()).To(BeZero())
			Expect(w.writes.Log()).To(BeEmpty())
		},
		Entry("without a Platform", func(ctx context.Context, w *world) { Expect(w.client.Delete(ctx, w.platform)).To(Succeed()) }),
		Entry("on a Platform that requires others", func(ctx context.Context, w *world) {
			w.platform.Spec.RequiredAdapters = fleetv1.RequiredAdapters{Cluster: []string{"other"}, NodePool: []string{"other"}}
			Expect(w.client.Update(ctx, w.platform)).To(Succeed())
		}),
		Entry("while the Cluster is suspended", func(ctx context.Context, w *world) {
			w.edited(ctx, func(spec *fleetv1.ClusterSpec) { spec.Suspend = true })
		}),
		Entry("while the Cluster is being restored", func(ctx context.Context, w *world) {
			w.cluster.Annotations = map[string]string{fleetv1.AnnotationRestoring: "true"}
			Expect(w.client.Update(ctx, w.cluster)).To(Succeed())
		}),
		Entry("for objects that are gone", func(ctx context.Context, w *world) {
			w.cluster.Finalizers, w.pool.Finalizers = nil, nil
			for _, object := range []client.Object{w.cluster, w.pool} {
				Expect(w.client.Update(ctx, object)).To(Succeed())
				Expect(w.client.Delete(ctx, object)).To(Succeed())
			}
		}),
	)

	It("waits for a Platform to be chosen, and for a pool's Cluster", func(ctx context.Context) {
		orphan := fixture.NodePool(w.namespace, "orphan", "nowhere")
		fresh := fixture.Cluster(w.namespace, "fresh")
		expect.Applied(ctx, w.client, orphan, fresh)
		w.reconciled(ctx, orphan)
		w.reconciled(ctx, fresh)
		Expect(w.adapter.called()).To(BeZero())
	})

	It("follows a change of the Platform, for one kind only", func(ctx context.Context) {
		w.platform.Spec.RequiredAdapters = fleetv1.RequiredAdapters{Cluster: []string{"fake"}, NodePool: []string{"other"}}
		Expect(w.client.Update(ctx, w.platform)).To(Succeed())
		w.reconciled(ctx, w.cluster)
		w.reconciled(ctx, w.pool)
		Expect(w.adapter.called()).To(Equal(1))
	})
})
