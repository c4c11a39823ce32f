//go:build e2e

package e2e

import (
	"fmt"
	"path/filepath"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/process"
)

// killManager ends the manager without a chance to clean up, and starts it again.
func killManager(ctx SpecContext) {
	GinkgoHelper()
	running, err := process.Find(filepath.Join(hub.stateDir, "run", "manager.json"))
	Expect(err).NotTo(HaveOccurred())
	Expect(running).NotTo(BeNil(), "the manager does not run")
	Expect(syscall.Kill(running.PID, syscall.SIGKILL)).To(Succeed())
	local(ctx, "up")
}

var _ = Describe("The manager, killed without warning", Serial, Ordered, func() {
	It("comes to the same end in creation, upgrade and deletion", func(ctx SpecContext) {
		cluster := newCluster(tenantNamespace(ctx, "crash"), "crash", "kwok")
		pool := newPool(cluster, "default-worker", 1)
		addon := newAddon(cluster, "ray", "kuberay", "1.1.0")
		for _, obj := range []client.Object{cluster, pool, addon} {
			Expect(hub.client.Create(ctx, obj)).To(Succeed())
		}
		killManager(ctx)
		eventuallyReady(ctx, addon)
		eventuallyReady(ctx, cluster)

		change(ctx, addon, func(a *fleetv1.Addon) { a.Spec.Version = "1.1.1" })
		killManager(ctx)
		eventuallyReady(ctx, addon)
		Expect(addon.Status.CurrentVersion).To(Equal("1.1.1"))
		Expect(releases(ctx, NewWithT(GinkgoTB()), addon.Namespace)).To(HaveLen(1))

		Expect(hub.client.Delete(ctx, cluster)).To(Succeed())
		killManager(ctx)
		eventuallyGone(ctx, cluster)
		expectNothingLeft(ctx, cluster.Namespace)
	}, NodeTimeout(4*patience))
})

var _ = Describe("A spec changed three times in a second", func() {
	It("is never Ready for a generation that the adapter has not reported", func(ctx SpecContext) {
		cluster := newCluster(tenantNamespace(ctx, "hasty"), "hasty", "kwok")
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		eventuallyReady(ctx, cluster)
		for i := range 3 {
			change(ctx, cluster, func(c *fleetv1.Cluster) { c.Spec.Parameters = params(map[string]any{"n": i}) })
		}
		key := client.ObjectKey{Namespace: cluster.Namespace, Name: fleetv1.AdapterStatusName(fleetv1.TargetRef{Kind: fleetv1.KindCluster, Name: cluster.Name}, "kwok")}
		Eventually(func(g Gomega) {
			// The report is read after the cluster: it can only be newer than what the cluster's conditions were made from.
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(cluster), cluster)).To(Succeed())
			report := &fleetv1.AdapterStatus{}
			g.Expect(hub.client.Get(ctx, key, report)).To(Succeed())
			ready := apimeta.FindStatusCondition(cluster.Status.Conditions, fleetv1.ConditionReady)
			if ready != nil && ready.Status == metav1.ConditionTrue {
				Expect(report.Report.ObservedGeneration).To(BeNumerically(">=", ready.ObservedGeneration),
					fmt.Sprintf("Ready without a report: %s", describe(cluster)))
			}
			g.Expect(ready.Status).To(Equal(metav1.ConditionTrue))
			g.Expect(ready.ObservedGeneration).To(Equal(cluster.Generation))
		}).WithContext(ctx).WithPolling(glance / 10).Should(Succeed())
	}, NodeTimeout(2*patience))
})
