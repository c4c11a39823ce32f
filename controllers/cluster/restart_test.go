package cluster_test

import (
	"context"
	"errors"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// life is what happens to one Cluster from creation to deletion, with a restart of the controller wherever a write fails.
type life struct {
	w *world
	c *fleetv1.Cluster
	// seen is what each step left behind: conditions without times.
	seen []string
}

// step reconciles until there is no error, reviving the client after the first one, and notes what came out.
func (l *life) step(ctx context.Context) {
	GinkgoHelper()
	for range 3 {
		_, err := l.w.reconciler.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(l.c)})
		if err == nil {
			l.note(ctx)
			return
		}
		Expect(errors.Is(err, expect.ErrKilled)).To(BeTrue(), "%v", err)
		l.w.writes.Revive()
	}
	Fail("the controller did not recover")
}

func (l *life) note(ctx context.Context) {
	GinkgoHelper()
	err := l.w.client.Get(ctx, client.ObjectKeyFromObject(l.c), l.c)
	Expect(client.IgnoreNotFound(err)).To(Succeed())
	if err != nil {
		l.seen = append(l.seen, "gone")
		return
	}
	state := fmt.Sprintf("generation %d finalizers %v platform %s observed %d adapters %s:",
		l.c.Generation, l.c.Finalizers, l.c.Spec.PlatformName, l.c.Status.ObservedGeneration, l.c.Status.Adapters)
	for _, condition := range l.c.Status.Conditions {
		state += fmt.Sprintf(" %s=%s/%s/%d", condition.Type, condition.Status, condition.Reason, condition.ObservedGeneration)
	}
	l.seen = append(l.seen, state)
}

func (l *life) report(ctx context.Context, options ...fixture.Option[*fleetv1.AdapterStatus]) {
	GinkgoHelper()
	expect.Applied(ctx, l.w.client, fixture.AdapterStatus(l.c, "infra", options...))
	l.step(ctx)
}

// run plays the whole life.
func (l *life) run(ctx context.Context) {
	GinkgoHelper()
	c := l.w.client
	l.c = fixture.Cluster(l.w.namespace, "sample")
	expect.Applied(ctx, c, l.c)
	l.step(ctx)
	l.report(ctx)
	l.w.edited(ctx, l.c, func(s *fleetv1.ClusterSpec) { s.KubernetesVersion = "v1.33.1" })
	l.step(ctx)
	l.report(ctx)

	addon := fixture.Addon(l.w.namespace, "hub", "sample", "hub", fixture.KeptBy[*fleetv1.Addon](fleetv1.AddonFinalizer))
	pool := fixture.NodePool(l.w.namespace, "a", "sample", fixture.KeptBy[*fleetv1.NodePool](fleetv1.NodePoolFinalizer))
	expect.Applied(ctx, c, addon, pool)
	expect.Deleted(ctx, c, l.c)
	l.step(ctx)
	for _, child := range []client.Object{addon, pool} {
		expect.Refreshed(ctx, c, child)
		child.SetFinalizers(nil)
		Expect(c.Update(ctx, child)).To(Succeed())
		l.step(ctx)
	}
	l.report(ctx, fixture.Finalizing())
}

var _ = Describe("A controller that is killed", func() {
	// played runs a life in a world of its own, killed at the n-th write; 0 means not at all.
	played := func(ctx context.Context, n int, after bool) *life {
		GinkgoHelper()
		w := newWorld(ctx)
		expect.Applied(ctx, w.client, fixture.Platform("metal", fixture.Default()))
		w.writes.FailAt(n, after)
		l := &life{w: w}
		l.run(ctx)
		return l
	}

	It("leaves the same behind, and does nothing twice, after any write of a Cluster's life", func(ctx context.Context) {
		undisturbed := played(ctx, 0, false)
		total := undisturbed.w.writes.Count()
		Expect(undisturbed.seen).To(HaveExactElements(append(
			repeated(len(undisturbed.seen)-1, ContainSubstring("platform metal")), Equal("gone"))...))
		Expect(total).To(BeNumerically(">=", 9), "%v", undisturbed.w.writes.Log())
		for n := 1; n <= total; n++ {
			for _, after := range []bool{false, true} {
				By(fmt.Sprintf("killed at write %d, which was carried out: %t", n, after))
				l := played(ctx, n, after)
				Expect(l.seen).To(Equal(undisturbed.seen))
				Expect(l.w.writes.Log()).To(Equal(undisturbed.w.writes.Log()))
			}
		}
	})
})

func repeated(n int, matcher any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = matcher
	}
	return list
}
