package addon_test

import (
	"strings"
	"time"

	fluxmeta "github.com/fluxcd/pkg/apis/meta"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("changing", func() {
	It("is not ready after a change of params before Flux acted on it", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		generation := w.release().Generation
		w.change(func(s *fleetv1.AddonSpec) { s.Params = fixture.JSON(`{"cpu_limit": 4}`) })
		Expect(w.release().Generation).To(Equal(generation), "only the Secret and the request changed")
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		Expect(w.addon.Status.ObservedGeneration).To(Equal(w.addon.Generation - 1))
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Status.ObservedGeneration).To(Equal(w.addon.Generation))
		Expect(w.addon.Status.History).To(HaveLen(2))
		Expect(w.addon.Status.PreviousVersion).To(BeEmpty())
	})

	It("upgrades and remembers the version before", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		w.change(func(s *fleetv1.AddonSpec) { s.Version = "2.0.0" })
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		Expect(w.addon.Status.CurrentVersion).To(Equal("1.0.0"))
		w.deployed()
		Expect(w.addon.Status.CurrentVersion).To(Equal("2.0.0"))
		Expect(w.addon.Status.PreviousVersion).To(Equal("1.0.0"))
		Expect(w.addon.Status.Rollbackable).To(BeTrue())
		Expect(w.addon.Status.TargetVersions).To(BeEmpty())
	})

	It("does not take the answer to a request for an upgrade while Flux still had the chart before", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		hr := w.release()
		w.change(func(s *fleetv1.AddonSpec) { s.Version = "2.0.0" })
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		early := w.release()
		early.Status = hr.Status
		early.Status.LastHandledReconcileAt = early.Annotations[fluxmeta.ReconcileRequestAnnotation]
		Expect(w.client.Status().Update(ctx, early)).To(Succeed())
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("does not take an answer from before for one about a change that was taken back", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		w.clock.SetTime(w.clock.Now().Add(time.Minute))
		given := w.addon.Spec.Params
		for _, params := range []*runtime.RawExtension{fixture.JSON(`{"cpu_limit": 4}`), given} {
			w.change(func(s *fleetv1.AddonSpec) { s.Params = params })
			w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		}
		before := w.writes.Count()
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		Expect(w.writes.Log()[before:]).To(BeEmpty())
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("keeps at most ten deployed versions", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		for i := range 12 {
			w.change(func(s *fleetv1.AddonSpec) { s.Version = []string{"1.1.0", "1.0.0"}[i%2] })
			w.deployed()
		}
		Expect(w.addon.Status.History).To(HaveLen(10))
		Expect(w.addon.Status.History[0].Generation).To(Equal(w.addon.Generation))
	})

	It("says that Flux retries, that it gave up, and recovers with the next change", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		w.change(func(s *fleetv1.AddonSpec) { s.Params = fixture.JSON(`{"cpu_limit": 400}`) })
		failed := metav1.Condition{Type: "Released", Status: metav1.ConditionFalse, Reason: "UpgradeFailed", Message: "timed out waiting for the condition"}
		notReady := metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "UpgradeFailed", Message: "timed out waiting for the condition"}
		w.flux(notReady, failed)
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonRetrying, ContainSubstring("timed out"))
		Expect(w.addon.Status.ObservedGeneration).To(Equal(w.addon.Generation - 1))
		w.flux(notReady, failed, metav1.Condition{Type: "Stalled", Status: metav1.ConditionTrue, Reason: "RetriesExceeded"})
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgradeFailed, ContainSubstring("timed out"))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonUpgradeFailed)
		expect.Condition(w.addon, fleetv1.ConditionReconciling, metav1.ConditionFalse, fleetv1.ReasonReconciled)
		Expect(w.addon.Status.ObservedGeneration).To(Equal(w.addon.Generation))
		w.change(func(s *fleetv1.AddonSpec) { s.Params = fixture.JSON(`{"cpu_limit": 2}`) })
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("does not know whether an add-on works whose cluster does not answer", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		alive := w.reconciler.Tenants
		w.reconciler.Tenants = deadTenant{}
		w.flux(metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "UpgradeFailed", Message: "Get \"https://t\": EOF"},
			metav1.Condition{Type: "Stalled", Status: metav1.ConditionTrue, Reason: "RetriesExceeded"})
		w.expectReady(metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable, ContainSubstring("connection refused"))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		w.reconciler.Tenants = alive
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonRetrying, HavePrefix("the cluster answers; before that:"))
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("tells Flux to leave a suspended release alone and takes changes up afterwards", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		w.change(func(s *fleetv1.AddonSpec) { s.Suspend, s.Params = true, fixture.JSON(`{"cpu_limit": 8}`) })
		w.expectReady(metav1.ConditionUnknown, fleetv1.ReasonSuspended)
		expect.Condition(w.addon, fleetv1.ConditionReconciling, metav1.ConditionFalse, fleetv1.ReasonSuspended)
		Expect(w.release().Spec.Suspend).To(BeTrue())
		Expect(w.values()).To(ContainSubstring(`"cpu": 2`))
		w.change(func(s *fleetv1.AddonSpec) { s.Suspend = false })
		Expect(w.release().Spec.Suspend).To(BeFalse())
		Expect(w.values()).To(ContainSubstring(`"cpu": 8`))
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUpgrading)
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("hands a new kubeconfig to Flux without calling the release unready", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply().deployed()
		applied := w.addon.Status.LastAppliedTime
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "sample-kubeconfig"}}
		expect.Refreshed(ctx, w.client, secret)
		secret.Data["value"] = []byte(strings.Replace(kubeconfig(), `"user":{`, `"user":{"token":"t0ken",`, 1))
		secret.Data["value"] = []byte(strings.Replace(string(secret.Data["value"]), `{"cluster":"c","user":{"token":"t0ken",`, `{"cluster":"c","user":{`, 1))
		Expect(w.client.Update(ctx, secret)).To(Succeed())
		w.reconcile()
		copied := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "notebooks.kubeconfig"}}
		expect.Refreshed(ctx, w.client, copied)
		Expect(string(copied.Data["value"])).To(ContainSubstring("t0ken"))
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(w.addon.Status.LastAppliedTime).To(Equal(applied))
	})
})

func (w *world) values() string {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "notebooks-values"}}
	expect.Refreshed(w.ctx, w.client, secret)
	return string(secret.Data["values.yaml"])
}
