package operation_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/operation"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The history of a cluster", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	It("goes from creation to deletion, and outlives the cluster", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		Expect(w.told(ctx)).To(Equal([]string{"1 CLUSTER_CREATE sample@1 InProgress"}))
		record := w.records(ctx)[0]
		Expect(record.Status.ObservedGeneration).To(Equal(record.Generation))
		Expect(record.Spec.StartTime.Time).To(BeTemporally("==", w.clock.Now()))
		Expect(record.Spec.Target.UID).To(Equal(cluster.UID))
		Expect(record.Spec.Target.ID).To(Equal(string(cluster.UID)))
		Expect(record.OwnerReferences).To(BeEmpty())
		Expect(record.Labels).To(HaveKeyWithValue(fleetv1.LabelCluster, "sample"))
		Expect(record.Labels[fleetv1.LabelID]).To(MatchRegexp(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`))

		w.handled(ctx, cluster, working)
		w.handled(ctx, cluster, ready)
		w.edited(ctx, cluster, func() {
			cluster.Spec.Operation = &fleetv1.OperationRequest{
				ID: "0c5f7a52-6f0e-4a1e-9a55-2f6f6f1f0a01", Type: fleetv1.OperationClusterCertificates, Generation: 2,
			}
		})
		Expect(w.records(ctx)[1].Labels).To(HaveKeyWithValue(fleetv1.LabelID, "0c5f7a52-6f0e-4a1e-9a55-2f6f6f1f0a01"))
		w.handled(ctx, cluster, stuck)
		w.edited(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		w.condemned(ctx, cluster)
		w.handled(ctx, cluster, working)
		Expect(w.told(ctx)).To(Equal([]string{
			"1 CLUSTER_CREATE sample@1 Succeeded",
			"2 CLUSTER_ROTATE_CERTIFICATE sample@2 Failed: infra: no capacity",
			"3 NODEGROUP_UPGRADE sample@3 Failed: superseded by deletion",
			"4 CLUSTER_DELETE sample@4 InProgress",
		}))
		w.released(ctx, cluster)
		Expect(w.told(ctx)[3]).To(Equal("4 CLUSTER_DELETE sample@4 Succeeded"))
		w.steady(ctx, cluster)
		w.restart()
		w.steady(ctx, cluster)
	})

	It("has one number for each record of the namespace, whatever it is about", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		pool := w.pool(ctx, "workers")
		first := w.pool(ctx, fleetv1.DefaultWorkerPool)
		addon := fixture.Addon(w.namespace, "web", "sample", "web", fixture.KeptBy[*fleetv1.Addon](fleetv1.AddonFinalizer))
		w.created(ctx, addon)
		w.edited(ctx, first, func() { first.Spec.Replicas = ptr.To[int32](3) })
		Expect(w.told(ctx)).To(Equal([]string{
			"1 CLUSTER_CREATE sample@1 InProgress", "2 NODEGROUP_CREATE workers@1 InProgress",
			"3 ADDON_INSTALL web@1 InProgress", "4 CLUSTER_RESIZE default-worker@2 InProgress",
		}))
		for _, record := range w.records(ctx) {
			Expect(record.Spec.Cluster).To(Equal(fleetv1.OperationCluster{ID: string(cluster.UID), Name: "sample"}))
		}
		w.handled(ctx, pool, ready)
		w.handled(ctx, first, ready)
		w.handled(ctx, addon, ready)
		w.handled(ctx, cluster, ready)
		Expect(w.told(ctx)).To(HaveEach(HaveSuffix("Succeeded")))
		w.steady(ctx, cluster, pool, first, addon)
		w.restart()
		w.steady(ctx, cluster, pool, first, addon)

		By("a deletion of the cluster, which takes the others along")
		w.condemned(ctx, cluster)
		w.condemned(ctx, pool)
		w.condemned(ctx, addon)
		w.released(ctx, addon)
		w.released(ctx, pool)
		Expect(w.told(ctx)[4:]).To(Equal([]string{"5 CLUSTER_DELETE sample@2 InProgress"}))
	})

	It("says why the first node pool keeps a cluster from being provisioned", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		first := w.pool(ctx, fleetv1.DefaultWorkerPool)
		before := first.DeepCopy()
		w.said(ctx, first, stuck)
		Expect(w.shown(ctx, before, first)).To(ConsistOf(targetOf(first), targetOf(cluster)))
		w.look(ctx, cluster)
		Expect(w.told(ctx)).To(Equal([]string{"1 CLUSTER_CREATE sample@1 Failed: infra: no capacity"}))
	})

	It("waits for the cluster that a pool names", func(ctx context.Context) {
		pool := w.pool(ctx, "early")
		w.edited(ctx, pool, func() { pool.Spec.Replicas = ptr.To[int32](3) })
		Expect(w.told(ctx)).To(BeEmpty())

		cluster := fixture.Cluster(w.namespace, "sample")
		expect.Applied(ctx, w.client, cluster)
		Expect(w.shown(ctx, nil, cluster)).To(ConsistOf(targetOf(cluster), targetOf(pool)))
		w.look(ctx, pool)
		Expect(w.told(ctx)).To(Equal([]string{
			"1 NODEGROUP_CREATE early@1 InProgress: superseded by generation 2", "2 CLUSTER_RESIZE early@2 InProgress",
		}))
	})

	It("does not remember a pool that never had a cluster", func(ctx context.Context) {
		pool := w.pool(ctx, "orphan")
		w.condemned(ctx, pool)
		w.released(ctx, pool)
		Expect(w.told(ctx)).To(BeEmpty())
		Expect(w.reconciler.Remembers()).To(BeZero())
	})

	It("keeps apart what followed too fast for the queue", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		w.handled(ctx, cluster, ready)
		w.changed(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		w.said(ctx, cluster, ready)
		w.changed(ctx, cluster, func() { cluster.Spec.Suspend = true })
		w.said(ctx, cluster, stuck)
		w.changed(ctx, cluster, func() { cluster.Spec.Certificates = &fleetv1.Certificates{ValidityYears: 2} })
		w.look(ctx, cluster)
		Expect(w.told(ctx)).To(Equal([]string{
			"1 CLUSTER_CREATE sample@1 Succeeded", "2 NODEGROUP_UPGRADE sample@2 Succeeded",
			"3 CLUSTER_UPDATE sample@3 Failed: infra: no capacity", "4 CLUSTER_ROTATE_CERTIFICATE sample@4 InProgress",
		}))
	})

	It("tells two clusters of one name apart", func(ctx context.Context) {
		first := w.cluster(ctx)
		w.condemned(ctx, first)
		w.vanished(ctx, first)
		second := fixture.Cluster(w.namespace, "sample", fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer))
		expect.Applied(ctx, w.client, second)
		w.shown(ctx, first, second) // an informer that lost its connection takes one for the other
		w.look(ctx, second)
		Expect(w.told(ctx)).To(Equal([]string{
			"1 CLUSTER_CREATE sample@1 Failed: superseded by deletion", "2 CLUSTER_DELETE sample@2 Succeeded",
			"3 CLUSTER_CREATE sample@1 InProgress",
		}))
		Expect(w.records(ctx)[2].Spec.Cluster.ID).To(Equal(string(second.UID)))
	})

	It("begins anew for what was there before there were records", func(ctx context.Context) {
		cluster := fixture.Cluster(w.namespace, "sample")
		expect.Applied(ctx, w.client, cluster)
		w.said(ctx, cluster, ready)
		w.restart()
		Expect(w.reconciler.Find(ctx, cluster)).To(Equal([]operation.Target{targetOf(cluster)}))
		w.look(ctx, cluster)
		Expect(w.told(ctx)).To(BeEmpty())
		w.edited(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		Expect(w.told(ctx)).To(Equal([]string{"1 NODEGROUP_UPGRADE sample@2 InProgress"}))
	})

	It("does not hang in a namespace that ends", func(ctx context.Context) {
		cluster := w.cluster(ctx)
		By("the namespace controller does not run here, so nothing goes by itself")
		Expect(w.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})).To(Succeed())
		w.edited(ctx, cluster, func() { cluster.Spec.KubernetesVersion = "v1.33.1" })
		w.condemned(ctx, cluster)
		w.released(ctx, cluster)
		Expect(w.told(ctx)).To(Equal([]string{"1 CLUSTER_CREATE sample@1 Failed: superseded by deletion"}))
		expect.Deleted(ctx, w.client, &w.records(ctx)[0])
		w.look(ctx, cluster)
	})
})
