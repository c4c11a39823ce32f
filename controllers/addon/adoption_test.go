package addon_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("before anything is applied, and after", func() {
	It("installs nothing while it cannot see what is on the cluster", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		alive := w.reconciler.Tenants
		w.reconciler.Tenants = deadTenant{}
		w.apply()
		w.expectReady(metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable, ContainSubstring("connection refused"))
		w.reconciler.Tenants = alive
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})

	It("does not take over a Helm release that somebody else made", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		record := &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "sh.helm.release.v1.notebooks.v1", Labels: map[string]string{
				"owner": "helm", "name": "notebooks", "status": "deployed",
			}},
			Type: "helm.sh/release.v1",
		}
		expect.Applied(ctx, w.client, record)
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonReleaseTaken, ContainSubstring("Helm release notebooks in namespace "+w.namespace))
		Expect(w.writes.Log()).NotTo(ContainElement("apply"))

		By("knowing a release of its own again")
		mine := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
			Namespace: w.namespace, Name: "hub", Annotations: map[string]string{"meta.helm.sh/release-name": "notebooks"},
			Labels: map[string]string{"helm.toolkit.fluxcd.io/name": "notebooks", "helm.toolkit.fluxcd.io/namespace": w.namespace},
		}}
		expect.Applied(ctx, w.client, mine)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})

	It("keeps what is installed when the cluster leaves the versions that it works on, and says how it does", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.template.Spec.Versions[0].KubernetesVersions = "<1.34.0"
		Expect(w.client.Update(ctx, w.template)).To(Succeed())
		w.apply()
		d := w.hub("hub", 1)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		w.recorder.Take()
		w.clusterStatus(func(s *fleetv1.ClusterStatus) { s.KubernetesVersion = "v1.34.0" })
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonVersionNotAllowed, HaveSuffix("; what is installed stays"))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonVersionNotAllowed)
		Expect(w.recorder.Take()).To(ConsistOf(HavePrefix("Warning VersionNotAllowed")))
		w.pods(d, 0)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonVersionNotAllowed, ContainSubstring("what is installed: Deployment"))
		w.pods(d, 1)
		values := w.values()
		w.change(func(s *fleetv1.AddonSpec) { s.Params = fixture.JSON(`{"cpu_limit": 7}`) })
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonVersionNotAllowed, HaveSuffix("; version 1.0.0 stays installed"))
		Expect(w.values()).To(Equal(values))
		w.clusterStatus(func(s *fleetv1.ClusterStatus) { s.KubernetesVersion = "v1.33.9" })
		w.reconcile()
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})
})
