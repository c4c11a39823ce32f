package operation_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/operation"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The collector", func() {
	var w *world
	var collector *operation.Collector
	BeforeEach(func(ctx context.Context) {
		w = newWorld(ctx)
		collector = &operation.Collector{Client: w.writes.Client(w.client), Clock: w.clock}
		DeferCleanup(func(ctx context.Context) { Expect(w.client.DeleteAllOf(ctx, &fleetv1.Platform{})).To(Succeed()) })
	})

	keeping := func(ttl time.Duration) fixture.Option[*fleetv1.Platform] {
		return func(p *fleetv1.Platform) { p.Spec.OperationTTL = &metav1.Duration{Duration: ttl} }
	}
	collect := func(ctx context.Context) time.Duration {
		GinkgoHelper()
		result, err := collector.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKey{Name: w.namespace}})
		Expect(err).NotTo(HaveOccurred())
		return result.RequeueAfter
	}
	passes := func(d time.Duration) { w.clock.SetTime(w.clock.Now().Add(d)) }

	It("keeps what has ended for as long as the Platform says, and what has not", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Platform("metal", keeping(time.Hour)))
		cluster := w.cluster(ctx, fixture.OnPlatform("metal"))
		Expect(collect(ctx)).To(BeZero())
		passes(48 * time.Hour)
		Expect(collect(ctx)).To(BeZero())
		w.handled(ctx, cluster, ready)
		Expect(collect(ctx)).To(BeNumerically("~", time.Hour, time.Second))
		passes(59 * time.Minute)
		Expect(collect(ctx)).To(BeNumerically("~", time.Minute, time.Second))
		Expect(w.told(ctx)).To(HaveLen(1))
		passes(time.Minute)
		Expect(collect(ctx)).To(BeZero())
		Expect(w.told(ctx)).To(BeEmpty())

		By("what comes after it has a number of its own")
		w.steady(ctx, cluster)
		w.restart()
		w.steady(ctx, cluster)
		w.edited(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		Expect(w.told(ctx)).To(HaveExactElements(HaveSuffix("NODEGROUP_UPGRADE sample@2 InProgress")))
	})

	It("keeps the history of a cluster that is gone as the default Platform says, else for 90 days", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Platform("metal", keeping(time.Hour)))
		cluster := w.cluster(ctx, fixture.OnPlatform("metal"))
		w.handled(ctx, cluster, ready)
		w.condemned(ctx, cluster)
		w.released(ctx, cluster)
		Expect(collect(ctx)).To(BeNumerically("~", 90*24*time.Hour, time.Second))
		expect.Applied(ctx, w.client, fixture.Platform("cloud", keeping(2*time.Hour), fixture.Default()))
		Expect(collect(ctx)).To(BeNumerically("~", 2*time.Hour, time.Second))

		By("another cluster of the name, on another Platform, makes no difference")
		expect.Applied(ctx, w.client, fixture.Cluster(w.namespace, "sample", fixture.OnPlatform("metal")))
		Expect(collect(ctx)).To(BeNumerically("~", 2*time.Hour, time.Second))
		passes(2 * time.Hour)
		Expect(collect(ctx)).To(BeZero())
		Expect(w.told(ctx)).To(BeEmpty())
	})
})
