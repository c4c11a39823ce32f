package operation_test

import (
	"context"
	"errors"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/operation"
	operations "github.com/slipway-dev/slipway/internal/operation"
	"github.com/slipway-dev/slipway/internal/outcome"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("A manager", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	// blind is a reconciler whose cache does not show any record.
	blind := func() *operation.Reconciler {
		cached := interceptor.NewClient(w.client, interceptor.Funcs{
			List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
				if _, ok := list.(*fleetv1.OperationList); ok {
					return nil
				}
				return c.List(ctx, list, options...)
			},
		})
		return operation.New(w.writes.Client(cached), w.client, w.clock)
	}

	It("that was down ends the records of what went meanwhile", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		w.handled(ctx, cluster, ready)
		pool := w.pool(ctx, "workers")
		w.handled(ctx, pool, ready)
		w.condemned(ctx, pool)
		w.condemned(ctx, cluster)
		w.vanished(ctx, pool)
		w.vanished(ctx, cluster)
		w.restart()
		for _, record := range w.records(ctx) {
			for _, target := range w.reconciler.Find(ctx, &record) {
				_, err := w.reconciler.Reconcile(ctx, target)
				Expect(err).NotTo(HaveOccurred())
			}
		}
		Expect(w.told(ctx)).To(Equal([]string{
			"1 CLUSTER_CREATE sample@1 Succeeded", "2 NODEGROUP_CREATE workers@1 Succeeded",
			"3 NODEGROUP_DELETE workers@2 Succeeded", "4 CLUSTER_DELETE sample@2 Succeeded",
		}))
	})

	It("that was down records what was changed meanwhile", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		w.handled(ctx, cluster, ready)
		w.changed(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		w.restart()
		w.look(ctx, cluster)
		Expect(w.told(ctx)[1:]).To(Equal([]string{"2 NODEGROUP_UPGRADE sample@2 InProgress"}))
	})

	It("that takes over records nothing twice, though its cache does not show it yet", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		w.reconciler = blind()
		result, err := w.reconciler.Reconcile(ctx, targetOf(cluster))
		Expect(err).NotTo(HaveOccurred())
		Expect(result.RequeueAfter).To(Equal(outcome.ConflictRetry))
		w.handled(ctx, cluster, ready)
		Expect(w.told(ctx)).To(Equal([]string{"1 CLUSTER_CREATE sample@1 Succeeded"}))
	})

	It("looks at what it wrote itself, though its cache does not show it yet", func(ctx context.Context) {
		w.reconciler = blind()
		cluster := w.cluster(ctx)
		w.look(ctx, cluster)
		w.handled(ctx, cluster, ready)
		w.edited(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		Expect(w.told(ctx)).To(Equal([]string{"1 CLUSTER_CREATE sample@1 Succeeded", "2 NODEGROUP_UPGRADE sample@2 InProgress"}))
		Expect(w.reconciler.Remembers()).NotTo(BeZero())
		for _, record := range w.records(ctx) {
			w.reconciler.Find(ctx, &record)
		}
		Expect(w.reconciler.Remembers()).To(BeZero())
	})

	It("knows that a pool goes with its cluster, though its cache does not show the cluster's end yet", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		stale := cluster.DeepCopy()
		pool := w.pool(ctx, "workers")
		w.handled(ctx, pool, ready)
		late := interceptor.NewClient(w.client, interceptor.Funcs{
			Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
				if typed, ok := object.(*fleetv1.Cluster); ok {
					stale.DeepCopyInto(typed)
					return nil
				}
				return c.Get(ctx, key, object, options...)
			},
		})
		w.reconciler = operation.New(w.writes.Client(late), w.client, w.clock)
		expect.Deleted(ctx, w.client, cluster)
		w.condemned(ctx, pool)
		Expect(w.told(ctx)).To(Equal([]string{"1 CLUSTER_CREATE sample@1 InProgress", "2 NODEGROUP_CREATE workers@1 Succeeded"}))
	})

	It("takes the next number when somebody else took one", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		forced := w.records(ctx)[0]
		forced.ObjectMeta.Name, forced.ObjectMeta.ResourceVersion, forced.ObjectMeta.UID = "op-2", "", ""
		forced.Spec.Type, forced.Spec.Sequence = fleetv1.OperationForceDelete, 2
		Expect(w.client.Create(ctx, &forced)).To(Succeed())
		w.handled(ctx, cluster, ready)
		w.edited(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		Expect(w.told(ctx)).To(Equal([]string{
			"1 CLUSTER_CREATE sample@1 Succeeded", "2 ForceDelete sample@1 ", "3 NODEGROUP_UPGRADE sample@2 InProgress",
		}))
	})

	It("closes the record of a forced deletion that nobody closed", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		w.condemned(ctx, cluster)
		forced := w.records(ctx)[0]
		forced.ObjectMeta.Name, forced.ObjectMeta.ResourceVersion, forced.ObjectMeta.UID = "op-3", "", ""
		forced.Spec.Type, forced.Spec.Sequence = fleetv1.OperationForceDelete, 3
		Expect(w.client.Create(ctx, &forced)).To(Succeed())
		operations.SetState(&forced, fleetv1.OperationInProgress, "InProgress", "Forced by ci: it hangs", forced.Spec.StartTime)
		Expect(w.client.Status().Update(ctx, &forced)).To(Succeed())
		w.steady(ctx, cluster)
		w.released(ctx, cluster)
		Expect(w.told(ctx)[2]).To(Equal("3 ForceDelete sample@1 Succeeded: Forced by ci: it hangs"))
	})

	It("tries again what was refused, and forgets nothing meanwhile", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		w.handled(ctx, cluster, ready)
		w.writes.FailAt(1, false)
		for _, version := range []string{"v1.33.1", "v1.33.2"} {
			w.changed(ctx, cluster, func() { cluster.Spec.KubernetesVersion = version })
			_, err := w.reconciler.Reconcile(ctx, targetOf(cluster))
			Expect(errors.Is(err, expect.ErrKilled)).To(BeTrue(), "%v", err)
		}
		w.writes.Revive()
		w.look(ctx, cluster)
		Expect(w.told(ctx)).To(HaveExactElements("1 CLUSTER_CREATE sample@1 Succeeded",
			HaveSuffix("NODEGROUP_UPGRADE sample@2 InProgress: superseded by generation 3"), HaveSuffix("NODEGROUP_UPGRADE sample@3 InProgress")))
	})

	It("leaves the same behind wherever it is killed", func(ctx context.Context) {
		undisturbed := lived(ctx, 0, false)
		total := undisturbed.writes.Count()
		Expect(total).To(BeNumerically(">=", 9), "%v", undisturbed.writes.Log())
		for n := 1; n <= total; n++ {
			for _, after := range []bool{false, true} {
				By(fmt.Sprintf("killed at write %d, which was carried out: %t", n, after))
				Expect(lived(ctx, n, after).told(ctx)).To(Equal(undisturbed.told(ctx)))
			}
		}
	})
})

// lived plays the life of a Cluster in a world of its own. The manager is killed at its n-th write, and begins again knowing
// nothing; 0 means not at all.
func lived(ctx context.Context, n int, after bool) *world {
	GinkgoHelper()
	w := newWorld(ctx)
	w.writes.FailAt(n, after)
	step := func(cluster *fleetv1.Cluster) {
		GinkgoHelper()
		if _, err := w.reconciler.Reconcile(ctx, targetOf(cluster)); err != nil {
			Expect(errors.Is(err, expect.ErrKilled)).To(BeTrue(), "%v", err)
			w.writes.Revive()
			w.restart()
			w.look(ctx, cluster)
		}
	}
	cluster := fixture.Cluster(w.namespace, "sample", fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer))
	expect.Applied(ctx, w.client, cluster)
	w.shown(ctx, nil, cluster)
	step(cluster)
	w.said(ctx, cluster, ready)
	step(cluster)
	w.changed(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
	step(cluster)
	w.changed(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.2" })
	step(cluster)
	w.said(ctx, cluster, stuck)
	step(cluster)
	expect.Deleted(ctx, w.client, cluster)
	step(cluster)
	w.vanished(ctx, cluster)
	step(cluster)
	return w
}
