package addon_test

import (
	"context"
	"time"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

// manager is the manager's service account.
const manager = "slipway-manager"

var _ = Describe("a namespace that is not open to the manager", func() {
	// restrict makes the reconciler what it is in an installation: a service account that may use Secrets only where its role is
	// bound.
	restrict := func(ctx context.Context, w *world) {
		GinkgoHelper()
		account, err := env.Account(ctx, manager)
		Expect(err).NotTo(HaveOccurred())
		restricted := w.writes.Client(account)
		w.reconciler.Client, w.reconciler.APIReader = restricted, restricted
	}
	open := func(ctx context.Context, w *world) {
		GinkgoHelper()
		Expect(env.Open(ctx, manager, w.namespace)).To(Succeed())
	}
	closing := func(ctx context.Context, w *world) {
		GinkgoHelper()
		Expect(w.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})).To(Succeed())
	}
	remedy := func(w *world) string {
		return "kubectl create rolebinding slipway-manager-tenant --namespace=" + w.namespace +
			" --clusterrole=slipway-manager-tenant --serviceaccount=slipway-system:slipway-manager"
	}

	It("is named in the conditions with what opens it, and installed into once it is open", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		restrict(ctx, w)
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonNamespaceNotOpen, HaveSuffix(remedy(w)))
		expect.Condition(w.addon, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		before := w.writes.Count()
		result, err := w.reconciler.Reconcile(ctx, request(w.addon))
		Expect(err).NotTo(HaveOccurred())
		Expect(result.RequeueAfter).To(BeNumerically("<=", 15*time.Second))
		Expect(w.writes.Count()).To(Equal(before), "a state that stays is written again")

		open(ctx, w)
		w.reconcile()
		w.deployed()
		w.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
	})

	It("keeps its ConfigMaps to itself too", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		restrict(ctx, w)
		w.addon.Spec.ValuesFrom = []fleetv1.ValuesReference{{Kind: "ConfigMap", Name: "values"}}
		expect.Applied(ctx, w.client, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Namespace: w.namespace, Name: "values"}, Data: map[string]string{"values.yaml": "a: b"},
		})
		w.apply()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonNamespaceNotOpen, HaveSuffix(remedy(w)))
		open(ctx, w)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})

	It("lets Flux uninstall", func(ctx SpecContext) {
		w := newWorld(ctx).ready().apply()
		w.fluxFinalizer()
		w.deployed()
		restrict(ctx, w)
		expect.Deleted(ctx, w.client, w.addon)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling)
		hr := w.release()
		hr.Finalizers = nil
		Expect(w.client.Update(ctx, hr)).To(Succeed())
		w.reconcile()
		expect.Gone(ctx, w.client, w.addon)
	})

	It("holds up an uninstallation through the tenant cluster's Flux, and no longer than the Platform says", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		restrict(ctx, t.world)
		expect.Deleted(ctx, t.client, t.addon)
		t.pass()
		t.expectReady(metav1.ConditionFalse, fleetv1.ReasonUninstalling, ContainSubstring(remedy(t.world)))
		Expect(t.on(t.tenant)).NotTo(BeNil())

		t.clock.SetTime(t.addon.DeletionTimestamp.Add(6 * time.Minute))
		t.pass()
		expect.Gone(ctx, t.client, t.addon)
		Expect(t.on(t.tenant)).NotTo(BeNil(), "the release was given up, not uninstalled")
	})

	It("uninstalls through the tenant cluster's Flux once it is open again", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		restrict(ctx, t.world)
		expect.Deleted(ctx, t.client, t.addon)
		t.pass()
		open(ctx, t.world)
		t.settle()
		expect.Gone(ctx, t.client, t.addon)
		Expect(t.uninstalls).To(Equal(1))
	})

	It("lets its Addons go when it is going and the binding went first", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryTenant).install()
		restrict(ctx, t.world)
		closing(ctx, t.world)
		expect.Deleted(ctx, t.client, t.addon)
		t.pass()
		expect.Gone(ctx, t.client, t.addon)
	})

	It("lets its Addons go when it is going in the middle of a move", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryHub).install()
		t.addon.Status.Delivery, t.addon.Status.MovedFrom = fleetv1.DeliveryTenant, fleetv1.DeliveryHub
		Expect(t.client.Status().Update(ctx, t.addon)).To(Succeed())
		restrict(ctx, t.world)
		closing(ctx, t.world)
		expect.Deleted(ctx, t.client, t.addon)
		t.settle()
		expect.Gone(ctx, t.client, t.addon)
		expect.Gone(ctx, t.client, &helmv2.HelmRelease{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: t.addon.Name}})
	})
})
