package addon_test

import (
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

var _ = Describe("deleting", func() {
	installed := func(ctx SpecContext) *world {
		w := newWorld(ctx).ready().apply()
		w.fluxFinalizer()
		return w.deployed()
	}
	releaseGone := func(w *world) {
		GinkgoHelper()
		expect.Gone(w.ctx, w.client, &helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: w.addon.Name}})
	}

	It("lets an Addon go at once that never had a release", func(ctx SpecContext) {
		w := newWorld(ctx).apply()
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
	})

	It("waits until Flux uninstalled the release", func(ctx SpecContext) {
		w := installed(ctx)
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling)
		expect.Condition(w.addon, fleetv1.ConditionReconciling, metav1.ConditionTrue, fleetv1.ReasonDeleting,
			ContainSubstring("waiting for Flux to uninstall release notebooks from Cluster sample"))
		before := w.writes.Count()
		w.reconcile()
		Expect(w.writes.Log()[before:]).To(BeEmpty())

		hr := w.release()
		hr.Finalizers = nil
		Expect(w.client.Update(ctx, hr)).To(Succeed())
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
	})

	It("wakes a suspended release, which Flux would only let go", func(ctx SpecContext) {
		w := installed(ctx)
		w.change(func(s *fleetv1.AddonSpec) { s.Suspend = true })
		Expect(w.release().Spec.Suspend).To(BeTrue())
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		Expect(w.release().Spec.Suspend).To(BeFalse())
		Expect(w.release().DeletionTimestamp.IsZero()).To(BeFalse())
	})

	It("gives a release up that was not uninstalled in time", func(ctx SpecContext) {
		w := installed(ctx)
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		w.clock.SetTime(w.addon.DeletionTimestamp.Add(5*time.Minute - time.Second))
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling)
		w.recorder.Take()
		w.clock.SetTime(w.addon.DeletionTimestamp.Add(5 * time.Minute))
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
		releaseGone(w)
		Expect(w.recorder.Take()).To(ContainElement(And(HavePrefix("Warning ReleaseAbandoned"), ContainSubstring("5m"))))
	})

	It("gives a release up at once when its Cluster is gone", func(ctx SpecContext) {
		w := installed(ctx)
		expect.Deleted(ctx, w.client, w.cluster)
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
		releaseGone(w)
	})

	It("gives a release up when the kubeconfig is gone and Flux cannot uninstall it either", func(ctx SpecContext) {
		w := installed(ctx)
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "sample-kubeconfig"}}
		Expect(w.client.Delete(ctx, secret)).To(Succeed())
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling)
		w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "UninstallFailed", Message: "connection refused"})
		expect.Gone(ctx, w.client, w.addon)
		releaseGone(w)
	})

	It("says why Flux cannot uninstall while there is time left", func(ctx SpecContext) {
		w := installed(ctx)
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "UninstallFailed", Message: "connection refused"})
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling, HaveSuffix("Flux says: connection refused"))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)

		By("failing for another reason than the connection")
		w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "UninstallFailed", Message: "a hook failed"})
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstallFailed, HaveSuffix("Flux says: a hook failed"))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonUninstallFailed)
	})

	It("takes the HelmChart along that Flux would have removed", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		w.template.Spec.Source = fleetv1.ChartSource{Type: "HelmRepository", URL: "https://charts.example.com"}
		Expect(w.client.Update(ctx, w.template)).To(Succeed())
		w.apply()
		w.fluxFinalizer()
		w.deployed()
		chart := &sourcev1.HelmChart{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: w.namespace + "-notebooks"}}
		chart.Spec = sourcev1.HelmChartSpec{Chart: "notebooks", Interval: metav1.Duration{Duration: time.Minute},
			SourceRef: sourcev1.LocalHelmChartSourceReference{Kind: "HelmRepository", Name: "notebooks"}}
		expect.Applied(ctx, w.client, chart)
		expect.Deleted(ctx, w.client, w.cluster)
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
		expect.Gone(ctx, w.client, chart)
	})

	It("creates nothing in a namespace that is going, and lets its Addon go", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		expect.Applied(ctx, w.client, w.addon)
		Expect(w.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})).To(Succeed())
		w.reconcile()
		err := w.client.Get(ctx, client.ObjectKeyFromObject(w.addon), &helmv2.HelmRelease{})
		Expect(apierrors.IsNotFound(err)).To(BeTrue())
		Expect(w.writes.Count()).To(BeZero())
		expect.Deleted(ctx, w.client, w.addon)
	})

	It("takes the release along when its namespace goes, without events", func(ctx SpecContext) {
		w := installed(ctx)
		w.recorder.Take()
		Expect(w.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})).To(Succeed())
		Expect(w.client.Delete(ctx, w.release())).To(Succeed())
		w.reconcile()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling)
		hr := w.release()
		hr.Finalizers = nil
		Expect(w.client.Update(ctx, hr)).To(Succeed())
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
		Expect(w.recorder.Take()).To(BeEmpty())
	})

	It("ends the same wherever the process is killed", func(ctx SpecContext) {
		for n := 1; n <= 5; n++ {
			for _, after := range []bool{false, true} {
				w := installed(ctx)
				expect.Deleted(ctx, w.client, w.cluster)
				expect.Deleted(ctx, w.client, w.addon)
				w.writes.FailAt(n, after)
				_, err := w.reconciler.Reconcile(ctx, request(w.addon))
				Expect(err == nil).To(Equal(n == 5), "write %d", n)
				w.writes.Revive()
				w.reconcile()
				expect.Gone(ctx, w.client, w.addon)
				releaseGone(w)
			}
		}
	})
})
