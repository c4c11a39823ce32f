package addon_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
)

var _ = Describe("moving between the hub's Flux and the tenant's", func() {
	other := map[fleetv1.Delivery]fleetv1.Delivery{
		fleetv1.DeliveryHub: fleetv1.DeliveryTenant, fleetv1.DeliveryTenant: fleetv1.DeliveryHub,
	}
	sideOf := func(t *twoSided, delivery fleetv1.Delivery) side {
		if delivery == fleetv1.DeliveryTenant {
			return t.tenant
		}
		return t.hub
	}
	arrived := func(t *twoSided, at fleetv1.Delivery) {
		GinkgoHelper()
		t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
		Expect(t.addon.Status.Delivery).To(Equal(at))
		Expect(t.addon.Status.MovedFrom).To(BeEmpty())
		Expect(t.leftOn(sideOf(t, other[at]))).To(BeEmpty())
		hr := t.on(sideOf(t, at))
		Expect(hr.Spec.Suspend).To(BeFalse())
		Expect(hr.Spec.KubeConfig != nil).To(Equal(at == fleetv1.DeliveryHub))
		Expect(t.uninstalls).To(BeZero())
		Expect(t.installs).To(Equal(1))
	}

	It("ends the same wherever the process is killed", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryHub).install()
		for n, done := 1, false; !done; n++ {
			done = true
			for _, to := range []fleetv1.Delivery{fleetv1.DeliveryTenant, fleetv1.DeliveryHub} {
				t.deliver(to)
				done = t.killedAt(n, true) && done
				t.settle()
				arrived(t, to)
			}
		}
	})

	for from, to := range other {
		It(fmt.Sprintf("from %s takes the release along without uninstalling it", from), func(ctx SpecContext) {
			t := newTwoSided(ctx, from).install()
			t.deliver(to)
			t.pass()
			t.expectReady(metav1.ConditionUnknown, fleetv1.ReasonMoving)
			Expect(t.on(sideOf(t, from)).Spec.Suspend).To(BeTrue())
			Expect(t.on(sideOf(t, to))).To(BeNil(), "before the old Flux let go, nothing is written for the new one")
			before := t.writes.Count()
			t.pass()
			Expect(t.writes.Log()[before:]).To(BeEmpty(), "waiting writes nothing")
			t.settle()
			arrived(t, to)
			Expect(t.upgrades).To(Equal(1))
			before = t.writes.Count()
			t.pass()
			Expect(t.writes.Log()[before:]).To(BeEmpty())

			By("going back")
			t.deliver(from)
			t.settle()
			arrived(t, from)
		})

		It(fmt.Sprintf("from %s can be turned back at every write", from), func(ctx SpecContext) {
			t := newTwoSided(ctx, from).install()
			for n, done := 1, false; !done; n++ {
				t.deliver(to)
				done = t.killedAt(n, true)
				t.deliver(from)
				t.settle()
				arrived(t, from)
			}
		})

		It(fmt.Sprintf("from %s can be overtaken by a deletion at every write", from), func(ctx SpecContext) {
			for n, done := 1, false; !done; n++ {
				t := newTwoSided(ctx, from).install()
				t.deliver(to)
				done = t.killedAt(n, true)
				expect.Deleted(ctx, t.client, t.addon)
				t.settle()
				expect.Gone(ctx, t.client, t.addon)
				Expect(t.uninstalls).To(Equal(1), "killed at write %d", n)
				Expect(t.released).To(BeFalse())
				Expect(t.leftOn(t.tenant)).To(BeEmpty())
				Expect(t.on(t.hub)).To(BeNil())
			}
		})

		It(fmt.Sprintf("from %s does not wait for ever for a Flux that is not there", from), func(ctx SpecContext) {
			t := newTwoSided(ctx, from).install()
			t.deliver(to)
			t.pass()
			t.clock.SetTime(t.clock.Now().Add(6 * time.Minute))
			t.pass()
			Expect(t.on(sideOf(t, from))).To(BeNil())
			t.settle()
			arrived(t, to)
		})
	}

	It("stays where it is while the tenant does not answer", func(ctx SpecContext) {
		t := newTwoSided(ctx, fleetv1.DeliveryHub).install()
		t.reconciler.Tenants = tenants{client: deadClient{Client: tenantEnv.Client}}
		t.deliver(fleetv1.DeliveryTenant)
		t.reconcile()
		t.expectReady(metav1.ConditionUnknown, fleetv1.ReasonClusterUnreachable)
		Expect(t.on(t.hub).Spec.Suspend).To(BeFalse())
	})

	It("installs, changes and uninstalls the same wherever the process is killed", func(ctx SpecContext) {
		for n, done := 1, false; !done; n++ {
			t := newTwoSided(ctx, fleetv1.DeliveryTenant)
			expect.Applied(ctx, t.client, t.addon)
			done = t.killedAt(n, n%2 == 0)
			t.settle()
			t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
			Expect(t.installs).To(Equal(1))

			expect.Refreshed(ctx, t.client, t.addon)
			t.addon.Spec.Version = "1.1.0"
			Expect(t.client.Update(ctx, t.addon)).To(Succeed())
			done = t.killedAt(n, n%2 == 0) && done
			t.settle()
			t.expectReady(metav1.ConditionTrue, fleetv1.ReasonDeployed)
			Expect(t.addon.Status.CurrentVersion).To(Equal("1.1.0"))

			expect.Deleted(ctx, t.client, t.addon)
			done = t.killedAt(n, n%2 == 0) && done
			t.settle()
			expect.Gone(ctx, t.client, t.addon)
			Expect(t.uninstalls).To(Equal(1))
			Expect(t.leftOn(t.tenant)).To(BeEmpty())
		}
	})
})

// killedAt lets the process be killed at the n-th write of the controller, and tells whether it came to an end before that.
func (t *twoSided) killedAt(n int, after bool) bool {
	GinkgoHelper()
	t.writes.FailAt(n, after)
	defer t.writes.Revive()
	for range 12 {
		_, err := t.reconciler.Reconcile(t.ctx, request(t.addon))
		hub, tenant := t.on(t.hub), t.on(t.tenant)
		Expect(hub != nil && tenant != nil && !hub.Spec.Suspend && !tenant.Spec.Suspend).To(BeFalse(), "two releases are awake at write %d", n)
		if t.writes.Killed() {
			return false
		}
		Expect(err).NotTo(HaveOccurred())
		t.clock.SetTime(t.clock.Now().Add(time.Second))
		t.fluxes()
	}
	return true
}
