package adapter_test

import (
	"context"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// patient is an adapter that counts its calls by target.
type patient struct {
	mu    sync.Mutex
	calls map[string]int
}

func (p *patient) Reconcile(_ context.Context, target adapter.Target) (adapter.Report, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[target.Kind]++
	return adapter.Report{Available: adapter.True("Up", "it is up"), Finalized: true}, nil
}

func (p *patient) called(kind string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[kind]
}

// These specs run the library in a manager, because they are about what wakes it. The heartbeat is too slow to do so.
var _ = Describe("In a manager", func() {
	const soon, quiet = 10 * time.Second, 300 * time.Millisecond
	var (
		w     *world
		calls *patient
	)

	BeforeEach(func(ctx context.Context) {
		w = newWorld(ctx)
		calls = &patient{calls: map[string]int{}}
		mgr, err := ctrl.NewManager(env.Config, ctrl.Options{
			Scheme: env.Scheme, Metrics: server.Options{BindAddress: "0"}, Controller: config.Controller{SkipNameValidation: ptr.To(true)},
		})
		Expect(err).NotTo(HaveOccurred())
		running, cancel := context.WithCancel(context.Background())
		Expect(adapter.Index(running, mgr.GetFieldIndexer())).To(Succeed())
		Expect(adapter.Setup(mgr, adapter.Options{Name: "fake", Adapter: calls, MaxConcurrent: 2})).To(Succeed())
		ended := make(chan error)
		go func() { ended <- mgr.Start(running) }()
		DeferCleanup(func() {
			cancel()
			Expect(<-ended).To(Succeed())
		})
		Eventually(func(g Gomega) {
			g.Expect(calls.called(fleetv1.KindCluster)).To(BeNumerically(">", 0))
			g.Expect(calls.called(fleetv1.KindNodePool)).To(BeNumerically(">", 0))
		}).WithTimeout(soon).Should(Succeed())
	})

	// settled waits until nothing calls the adapter any more, and returns how often it was called for Clusters and NodePools.
	settled := func() (int, int) {
		GinkgoHelper()
		clusters, pools := calls.called(fleetv1.KindCluster), calls.called(fleetv1.KindNodePool)
		Eventually(func() bool {
			before := [2]int{clusters, pools}
			clusters, pools = calls.called(fleetv1.KindCluster), calls.called(fleetv1.KindNodePool)
			return before == [2]int{clusters, pools}
		}).WithTimeout(soon).WithPolling(quiet).MustPassRepeatedly(3).Should(BeTrue())
		return clusters, pools
	}
	report := func() *fleetv1.AdapterStatus {
		status := &fleetv1.AdapterStatus{}
		status.Namespace, status.Name = w.namespace, fleetv1.AdapterStatusName(fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: "sample"}, "fake")
		return status
	}

	It("is not woken by its own reports", func() {
		clusters, pools := settled()
		Consistently(func() []int {
			return []int{calls.called(fleetv1.KindCluster), calls.called(fleetv1.KindNodePool)}
		}).WithTimeout(time.Second).Should(Equal([]int{clusters, pools}))
	})

	It("restores a report that is edited or deleted", func(ctx context.Context) {
		settled()
		status := report()
		expect.Refreshed(ctx, w.client, status)
		before := status.DeepCopy()
		status.Report.Conditions[0].Message = "somebody else's"
		Expect(w.client.Patch(ctx, status, client.MergeFrom(before))).To(Succeed())
		says := func(g Gomega) string {
			status := report()
			g.Expect(w.client.Get(ctx, client.ObjectKeyFromObject(status), status)).To(Succeed())
			return status.Report.Condition(fleetv1.ReportAvailable).Message
		}
		Eventually(says).WithTimeout(soon).Should(Equal("it is up"))

		expect.Refreshed(ctx, w.client, status)
		first := status.UID
		Expect(w.client.Delete(ctx, status)).To(Succeed())
		// The controller of AdapterStatuses lets it go. Before the deletion the adapter would put the finalizer back.
		before = status.DeepCopy()
		status.Finalizers = nil
		Expect(w.client.Patch(ctx, status, client.MergeFrom(before))).To(Succeed())
		Eventually(func(g Gomega) {
			status := report()
			g.Expect(w.client.Get(ctx, client.ObjectKeyFromObject(status), status)).To(Succeed())
			g.Expect(status.UID).NotTo(Equal(first))
			g.Expect(status.Report.Condition(fleetv1.ReportAvailable).Status).To(Equal(yes))
		}).WithTimeout(soon).Should(Succeed())
	})

	It("is woken for a Cluster and its pools by the Cluster's spec, annotations and facts", func(ctx context.Context) {
		clusters, pools := settled()
		w.edited(ctx, func(spec *fleetv1.ClusterSpec) { spec.KubernetesVersion = "v1.34.0" })
		Eventually(func() int { return calls.called(fleetv1.KindCluster) }).WithTimeout(soon).Should(BeNumerically(">", clusters))
		Eventually(func() int { return calls.called(fleetv1.KindNodePool) }).WithTimeout(soon).Should(BeNumerically(">", pools))

		_, pools = settled()
		before := w.cluster.DeepCopy()
		w.cluster.Status.KubernetesVersion = "v1.34.0"
		Expect(w.client.Status().Patch(ctx, w.cluster, client.MergeFrom(before))).To(Succeed())
		Eventually(func() int { return calls.called(fleetv1.KindNodePool) }).WithTimeout(soon).Should(BeNumerically(">", pools))

		clusters, _ = settled()
		before = w.cluster.DeepCopy()
		w.cluster.Annotations = map[string]string{"note": "look again"}
		Expect(w.client.Patch(ctx, w.cluster, client.MergeFrom(before))).To(Succeed())
		Eventually(func() int { return calls.called(fleetv1.KindCluster) }).WithTimeout(soon).Should(BeNumerically(">", clusters))
	})

	It("follows the Platform at once", func(ctx context.Context) {
		settled()
		expect.Refreshed(ctx, w.client, w.platform)
		w.platform.Spec.RequiredAdapters = fleetv1.RequiredAdapters{Cluster: []string{"other"}, NodePool: []string{"other"}}
		Expect(w.client.Update(ctx, w.platform)).To(Succeed())
		clusters, pools := settled()
		w.edited(ctx, func(spec *fleetv1.ClusterSpec) { spec.KubernetesVersion = "v1.34.0" })
		Consistently(func() int { return calls.called(fleetv1.KindCluster) }).WithTimeout(time.Second).Should(Equal(clusters))
		w.platform.Spec.RequiredAdapters = fleetv1.RequiredAdapters{Cluster: []string{"fake"}, NodePool: []string{"fake"}}
		Expect(w.client.Update(ctx, w.platform)).To(Succeed())
		Eventually(func() int { return calls.called(fleetv1.KindCluster) }).WithTimeout(soon).Should(BeNumerically(">", clusters))
		Eventually(func() int { return calls.called(fleetv1.KindNodePool) }).WithTimeout(soon).Should(BeNumerically(">", pools))
	})

	It("goes on with a deletion when the last child is gone", func(ctx context.Context) {
		addon := fixture.Addon(w.namespace, "hub", "sample", "jupyterhub")
		expect.Applied(ctx, w.client, addon)
		settled()
		for _, object := range []client.Object{w.cluster, w.pool} {
			expect.Deleted(ctx, w.client, object)
		}
		finalized := func(kind, name string) func(Gomega) {
			return func(g Gomega) {
				status := &fleetv1.AdapterStatus{}
				key := client.ObjectKey{Namespace: w.namespace, Name: fleetv1.AdapterStatusName(fleetv1.TargetRef{Kind: kind, Name: name}, "fake")}
				g.Expect(w.client.Get(ctx, key, status)).To(Succeed())
				condition := status.Report.Condition(fleetv1.ReportFinalized)
				g.Expect(condition).NotTo(BeNil())
				g.Expect(condition.Status).To(Equal(yes))
			}
		}
		clusters, pools := settled()
		Expect(w.client.Delete(ctx, addon)).To(Succeed())
		Eventually(finalized(fleetv1.KindNodePool, "workers")).WithTimeout(soon).Should(Succeed())
		Expect(calls.called(fleetv1.KindNodePool)).To(BeNumerically(">", pools))
		Expect(calls.called(fleetv1.KindCluster)).To(Equal(clusters), "the pool is still there")
		expect.Refreshed(ctx, w.client, w.pool)
		w.pool.Finalizers = nil
		Expect(w.client.Update(ctx, w.pool)).To(Succeed())
		Eventually(finalized(fleetv1.KindCluster, "sample")).WithTimeout(soon).Should(Succeed())
	})
})

var _ = Describe("Setup", func() {
	It("needs a name and an adapter", func() {
		Expect(adapter.Setup(nil, adapter.Options{Name: "fake"})).NotTo(Succeed())
		Expect(adapter.Setup(nil, adapter.Options{Adapter: &patient{}})).NotTo(Succeed())
	})
})
