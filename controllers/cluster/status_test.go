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

var _ = Describe("The status of a Cluster", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	It("waits for the required adapters, is Ready when they report, and then writes nothing more", func(ctx context.Context) {
		c := w.cluster(ctx)
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingAdapters)
		expect.Condition(c, fleetv1.ConditionReconciling, yes, fleetv1.ReasonProgressing)
		Expect(c.Status.ObservedGeneration).To(BeEquivalentTo(-1))
		Expect(c.Status.Adapters).To(Equal("0/1"))
		w.steady(ctx, c)

		w.reported(ctx, c, "infra")
		expect.Condition(c, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
		expect.Condition(c, fleetv1.ConditionAvailable, yes, fleetv1.ReasonResourceAvailable)
		expect.Condition(c, fleetv1.ConditionReconciling, no, fleetv1.ReasonReconciled)
		expect.Condition(c, fleetv1.ConditionProvisioned, yes, fleetv1.ReasonProvisioned)
		Expect(conditions.IsTrue(c, "InfraSuccessful")).To(BeTrue())
		Expect(c.Status.ObservedGeneration).To(Equal(c.Generation))
		Expect(c.Status.Adapters).To(Equal("1/1"))
		Expect(w.recorder.Take()).To(Equal([]string{"Normal Ready Became ready at generation 1"}))
		w.steady(ctx, c)

		By("a heartbeat that says the same")
		w.writes = &expect.Writes{}
		w.reconciler.Client = w.writes.Client(w.client)
		w.reported(ctx, c, "infra", func(s *fleetv1.AdapterStatus) {
			s.Report.ObservedTime = metav1.NewMicroTime(fixture.Epoch.Add(time.Minute))
		})
		Expect(w.writes.Log()).To(BeEmpty())
	})

	It("is never Ready at a generation that not all adapters reported, whatever the order", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Platform("metal", fixture.Requiring("infra", "dns")))
		c := w.cluster(ctx)
		versions := []string{"v1.33.1", "v1.33.2", "v1.33.3"}
		readyAt := func() bool { return conditions.IsTrueNow(c, fleetv1.ConditionReady) }

		w.reported(ctx, c, "infra")
		w.edited(ctx, c, func(s *fleetv1.ClusterSpec) { s.KubernetesVersion = versions[0] })
		w.reported(ctx, c, "dns", fixture.At(1))
		Expect(readyAt()).To(BeFalse())
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAdaptersPending)
		expect.Condition(c, fleetv1.ConditionAvailable, yes, fleetv1.ReasonResourceAvailable)
		w.edited(ctx, c, func(s *fleetv1.ClusterSpec) { s.KubernetesVersion = versions[1] })
		w.reported(ctx, c, "infra", fixture.At(2))
		Expect(readyAt()).To(BeFalse())
		w.edited(ctx, c, func(s *fleetv1.ClusterSpec) { s.KubernetesVersion = versions[2] })
		w.reported(ctx, c, "dns", fixture.At(4))
		Expect(readyAt()).To(BeFalse())
		w.reported(ctx, c, "infra", fixture.At(3))
		Expect(readyAt()).To(BeFalse())
		Expect(c.Status.ObservedGeneration).To(BeEquivalentTo(-1))
		w.reported(ctx, c, "infra", fixture.At(4))
		Expect(c.Generation).To(BeEquivalentTo(4))
		Expect(readyAt()).To(BeTrue())
		Expect(c.Status.ObservedGeneration).To(BeEquivalentTo(4))
	})

	It("follows the Platform's required adapters at once", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra")
		w.recorder.Take()

		expect.Applied(ctx, w.client, fixture.Platform("metal", fixture.Requiring("infra", "dns")))
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAdaptersPending, ContainSubstring("dns"))
		expect.Condition(c, fleetv1.ConditionAvailable, yes, fleetv1.ReasonResourceAvailable)
		Expect(c.Status.Adapters).To(Equal("1/2"))
		Expect(w.recorder.Take()).To(ConsistOf(HavePrefix("Normal NotReady ")))

		expect.Applied(ctx, w.client, fixture.Platform("metal"))
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
		w.recorder.Take()
		w.steady(ctx, c)
	})

	It("ignores a report about an earlier object of the same name", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra", fixture.OfUID("00000000-0000-4000-8000-000000000000"))
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingAdapters)
	})

	It("ignores a report about a NodePool of the same name", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra", func(s *fleetv1.AdapterStatus) { s.Spec.TargetRef.Kind = fleetv1.KindNodePool })
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingAdapters)
	})

	It("counts a hand-made report without a UID", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra", fixture.OfUID(""))
		expect.Condition(c, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
	})

	It("copies the adapters' facts up", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra", fixture.ClusterFacts(fleetv1.ClusterFacts{
			APIEndpoint: "https://10.0.0.1:6443", KubernetesVersion: "v1.33.1",
			KubeconfigSecretName: "sample-kubeconfig", KubeconfigChecksum: "abc",
		}))
		Expect(c.Status.APIEndpoint).To(Equal("https://10.0.0.1:6443"))
		Expect(c.Status.KubernetesVersion).To(Equal("v1.33.1"))
		Expect(c.Status.KubeconfigSecretName).To(Equal("sample-kubeconfig"))
		Expect(c.Status.KubeconfigChecksum).To(Equal("abc"))
	})

	It("stalls when a required adapter says that it cannot go on, and recovers", func(ctx context.Context) {
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra", fixture.Says(fleetv1.ReportAvailable, no), fixture.Says(fleetv1.ReportStalled, yes, "no quota left"))
		expect.Condition(c, fleetv1.ConditionStalled, yes, fleetv1.ReasonAdapterFailed, "infra: no quota left")
		Expect(c.Status.ObservedGeneration).To(Equal(c.Generation))
		Expect(w.recorder.Take()).To(Equal([]string{"Warning AdapterFailed Stalled: infra: no quota left"}))
		w.steady(ctx, c)
		w.reported(ctx, c, "infra")
		expect.Condition(c, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
		expect.Condition(c, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
	})

	It("looks again at the Platform's deadline, and stalls then", func(ctx context.Context) {
		c := w.cluster(ctx)
		again := w.reconcile(ctx, c)
		Expect(again).To(Equal(time.Hour))
		w.clock.SetTime(w.clock.Now().Add(again))
		Expect(w.reconcile(ctx, c)).To(BeZero())
		expect.Condition(c, fleetv1.ConditionStalled, yes, fleetv1.ReasonDeadlineExceeded)
		w.recorder.Take()
		w.steady(ctx, c)
	})

	It("repeats quietly when somebody else wrote in between", func(ctx context.Context) {
		c := w.cluster(ctx)
		stale := c.DeepCopy()
		w.edited(ctx, c, func(s *fleetv1.ClusterSpec) { s.Suspend = true })
		w.reconciler.Client = staleReader{Client: w.writes.Client(w.client), stale: stale}
		expect.Applied(ctx, w.client, fixture.AdapterStatus(stale, "infra"))
		result := expect.Reconciled(ctx, w.client, w.reconciler, c)
		Expect(result.RequeueAfter).To(BeNumerically(">", 0))
		Expect(result.RequeueAfter).To(BeNumerically("<", time.Second))
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingAdapters)
		Expect(w.recorder.Take()).To(BeEmpty())
	})
})

// staleReader answers with an object as it was, like a cache that lags.
type staleReader struct {
	client.Client
	stale *fleetv1.Cluster
}

func (r staleReader) Get(ctx context.Context, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
	if c, ok := object.(*fleetv1.Cluster); ok {
		r.stale.DeepCopyInto(c)
		return nil
	}
	return r.Client.Get(ctx, key, object, options...)
}
