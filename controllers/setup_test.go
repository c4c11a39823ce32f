package controllers_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("The manager", Ordered, func() {
	var namespace string
	BeforeAll(func(ctx context.Context) { namespace = expect.Namespace(ctx, env.Client, nil) })
	AfterAll(func() {
		refusals.Lock()
		defer refusals.Unlock()
		Expect(refusals.list).To(BeEmpty(), "the role in config/rbac/role.yaml lacks rights")
	})

	// condition waits until a condition of an object has the reason.
	condition := func(ctx context.Context, object conditions.Object, conditionType, reason string) {
		GinkgoHelper()
		Eventually(func(g Gomega) {
			target, ok := object.(client.Object)
			g.Expect(ok).To(BeTrue())
			g.Expect(env.Client.Get(ctx, client.ObjectKeyFromObject(target), target)).To(Succeed())
			found := conditions.Get(object, conditionType)
			g.Expect(found).NotTo(BeNil())
			g.Expect(found.Reason).To(Equal(reason), found.Message)
		}).Should(Succeed())
	}
	gone := func(ctx context.Context, object client.Object) {
		GinkgoHelper()
		Eventually(func() bool {
			return apierrors.IsNotFound(env.Client.Get(ctx, client.ObjectKeyFromObject(object), object))
		}).Should(BeTrue())
	}

	// records are those of the namespace.
	records := func(ctx context.Context) []fleetv1.Operation {
		var list fleetv1.OperationList
		Expect(env.Client.List(ctx, &list, client.InNamespace(namespace))).To(Succeed())
		return list.Items
	}
	// history is what is told of an object, in the order of the records.
	history := func(ctx context.Context, name string) []string {
		list := records(ctx)
		slices.SortFunc(list, func(a, b fleetv1.Operation) int { return int(a.Spec.Sequence - b.Spec.Sequence) })
		var told []string
		for _, record := range list {
			if record.Spec.Target.Name == name {
				told = append(told, fmt.Sprintf("%s@%d %s", record.Spec.Type, record.Spec.Generation, record.Status.State))
			}
		}
		return told
	}

	It("wakes a Cluster when the namespace gets a label, and for its reports", func(ctx context.Context) {
		cluster := fixture.Cluster(namespace, "sample")
		expect.Applied(ctx, env.Client, cluster)
		condition(ctx, cluster, fleetv1.ConditionStalled, fleetv1.ReasonPlatformNotFound)

		platform := fixture.Platform("metal")
		expect.Applied(ctx, env.Client, platform)
		condition(ctx, platform, fleetv1.ConditionReady, fleetv1.ReasonUsable)
		labelled := &corev1.Namespace{}
		labelled.Name = namespace
		expect.Refreshed(ctx, env.Client, labelled)
		before := labelled.DeepCopy()
		fixture.Labelled[*corev1.Namespace](fleetv1.LabelPlatform, "metal")(labelled)
		Expect(env.Client.Patch(ctx, labelled, client.MergeFrom(before))).To(Succeed())
		condition(ctx, cluster, fleetv1.ConditionReconciling, fleetv1.ReasonProgressing)
		Expect(cluster.Spec.PlatformName).To(Equal("metal"))

		report := fixture.AdapterStatus(cluster, "infra")
		expect.Applied(ctx, env.Client, report)
		condition(ctx, cluster, fleetv1.ConditionReady, fleetv1.ReasonResourceReady)
		Eventually(func(g Gomega) {
			expect.Refreshed(ctx, env.Client, report)
			g.Expect(report.Finalizers).To(ContainElement(fleetv1.ReportFinalizer))
		}).Should(Succeed())
	})

	It("wakes Clusters without a Platform when one becomes the default", func(ctx context.Context) {
		cluster := fixture.Cluster(expect.Namespace(ctx, env.Client, nil), "unplaced")
		expect.Applied(ctx, env.Client, cluster)
		condition(ctx, cluster, fleetv1.ConditionStalled, fleetv1.ReasonPlatformNotFound)
		expect.Applied(ctx, env.Client, fixture.Platform("cloud"))
		condition(ctx, fixture.Platform("cloud"), fleetv1.ConditionReady, fleetv1.ReasonUsable)
		expect.Applied(ctx, env.Client, fixture.Platform("cloud", fixture.Default()))
		condition(ctx, cluster, fleetv1.ConditionReconciling, fleetv1.ReasonProgressing)
		Expect(cluster.Spec.PlatformName).To(Equal("cloud"))
	})

	It("wakes a NodePool for its Cluster, and the Cluster for the pool", func(ctx context.Context) {
		early := fixture.NodePool(namespace, "early", "later", fixture.Replicas(2))
		expect.Applied(ctx, env.Client, early)
		condition(ctx, early, fleetv1.ConditionReconciling, fleetv1.ReasonClusterNotFound)
		later := fixture.Cluster(namespace, "later")
		expect.Applied(ctx, env.Client, later)
		condition(ctx, early, fleetv1.ConditionReconciling, fleetv1.ReasonProgressing)
		Eventually(func(g Gomega) {
			expect.Refreshed(ctx, env.Client, later)
			g.Expect(later.Status.NodeSummary).To(Equal("0/2"))
		}).Should(Succeed())
		expect.Applied(ctx, env.Client, fixture.AdapterStatus(early, "infra"))
		condition(ctx, early, fleetv1.ConditionReady, fleetv1.ReasonResourceReady)
	})

	It("aggregates all Clusters and NodePools of a Platform anew when its required adapters change", func(ctx context.Context) {
		cluster, pool := fixture.Cluster(namespace, "sample"), fixture.NodePool(namespace, "early", "later")
		expect.Applied(ctx, env.Client, fixture.Platform("metal", fixture.Requiring("infra", "dns")))
		condition(ctx, cluster, fleetv1.ConditionReady, fleetv1.ReasonAdaptersPending)
		condition(ctx, pool, fleetv1.ConditionReady, fleetv1.ReasonAdaptersPending)
		expect.Applied(ctx, env.Client, fixture.Platform("metal"))
		condition(ctx, cluster, fleetv1.ConditionReady, fleetv1.ReasonResourceReady)
		condition(ctx, pool, fleetv1.ConditionReady, fleetv1.ReasonResourceReady)
	})

	It("records what happened, each generation once, under numbers of their own", func(ctx context.Context) {
		Eventually(func() []string { return history(ctx, "sample") }).Should(Equal([]string{"CLUSTER_CREATE@1 Failed"}))
		Eventually(func() []string { return history(ctx, "later") }).Should(HaveExactElements(HavePrefix("CLUSTER_CREATE@1 ")))
		Eventually(func() []string { return history(ctx, "early") }).Should(Equal([]string{"NODEGROUP_CREATE@1 Succeeded"}))

		const many = 20
		for i := range many {
			cluster := fixture.Cluster(namespace, fmt.Sprintf("crowd-%d", i), fixture.OnPlatform("metal"))
			expect.Applied(ctx, env.Client, cluster)
			before := cluster.DeepCopy()
			cluster.Spec.KubernetesVersion = "v1.33.1"
			Expect(env.Client.Patch(ctx, cluster, client.MergeFrom(before))).To(Succeed())
		}
		for i := range many {
			Eventually(func() []string { return history(ctx, fmt.Sprintf("crowd-%d", i)) }).
				Should(Equal([]string{"CLUSTER_CREATE@1 InProgress", "NODEGROUP_UPGRADE@2 InProgress"}))
		}
		taken := map[int64]bool{}
		for _, record := range records(ctx) {
			Expect(taken).NotTo(HaveKey(record.Spec.Sequence))
			taken[record.Spec.Sequence] = true
		}
	})

	It("writes nothing in a steady state", func(ctx context.Context) {
		version := func() string {
			var versions string
			for _, object := range []client.Object{
				fixture.Cluster(namespace, "sample"), fixture.Cluster(namespace, "later"),
				fixture.NodePool(namespace, "early", "later"), fixture.Platform("metal"),
			} {
				expect.Refreshed(ctx, env.Client, object)
				versions += object.GetName() + "=" + object.GetResourceVersion() + " "
			}
			for _, record := range records(ctx) {
				versions += record.Name + "=" + record.ResourceVersion + " "
			}
			return versions
		}
		settled := ""
		Eventually(func() bool {
			last := settled
			settled = version()
			return last == settled
		}, 10*time.Second, 300*time.Millisecond).Should(BeTrue())
		Consistently(version, 2*time.Second, 200*time.Millisecond).Should(Equal(settled))
	})

	It("keeps a deleted Platform while Clusters are on it, and takes a Cluster down to the last report", func(ctx context.Context) {
		platform, cluster := fixture.Platform("metal"), fixture.Cluster(namespace, "later")
		Expect(env.Client.Delete(ctx, platform)).To(Succeed())
		condition(ctx, platform, fleetv1.ConditionReconciling, fleetv1.ReasonInUse)

		pool := fixture.NodePool(namespace, "early", "later")
		expect.Deleted(ctx, env.Client, cluster)
		Eventually(func(g Gomega) {
			expect.Refreshed(ctx, env.Client, pool)
			g.Expect(pool.DeletionTimestamp.IsZero()).To(BeFalse())
		}).Should(Succeed())
		expect.Applied(ctx, env.Client, fixture.AdapterStatus(pool, "infra", fixture.Finalizing()))
		gone(ctx, pool)
		expect.Refreshed(ctx, env.Client, cluster)
		expect.Applied(ctx, env.Client, fixture.AdapterStatus(cluster, "infra", fixture.Finalizing()))
		gone(ctx, cluster)

		cluster = fixture.Cluster(namespace, "sample")
		expect.Deleted(ctx, env.Client, cluster)
		report := fixture.AdapterStatus(cluster, "infra", fixture.Finalizing())
		expect.Applied(ctx, env.Client, report)
		gone(ctx, cluster)
		Eventually(func() []string { return history(ctx, "sample") }).Should(Equal([]string{"CLUSTER_CREATE@1 Failed", "CLUSTER_DELETE@3 Succeeded"}))
		Eventually(func() []string { return history(ctx, "early") }).Should(Equal([]string{"NODEGROUP_CREATE@1 Succeeded"}))
		for i := range 20 {
			crowd := fixture.Cluster(namespace, fmt.Sprintf("crowd-%d", i))
			expect.Deleted(ctx, env.Client, crowd)
			expect.Applied(ctx, env.Client, fixture.AdapterStatus(crowd, "infra", fixture.Finalizing()))
		}
		gone(ctx, platform)
		By("the garbage collector's part")
		expect.Deleted(ctx, env.Client, report)
		gone(ctx, report)
	})
})
