package cluster_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("Choosing the Platform", func() {
	var w *world
	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	// placed applies a Cluster that names no Platform and reconciles it.
	placed := func(ctx context.Context) *fleetv1.Cluster {
		c := fixture.Cluster(w.namespace, "sample")
		expect.Applied(ctx, w.client, c)
		w.reconcile(ctx, c)
		return c
	}
	labelled := func(ctx context.Context, platform string) {
		GinkgoHelper()
		namespace := &corev1.Namespace{}
		namespace.Name = w.namespace
		expect.Refreshed(ctx, w.client, namespace)
		before := namespace.DeepCopy()
		fixture.Labelled[*corev1.Namespace](fleetv1.LabelPlatform, platform)(namespace)
		Expect(w.client.Patch(ctx, namespace, client.MergeFrom(before))).To(Succeed())
	}

	It("adds finalizer, id and the default Platform in one write, before the status", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Platform("cloud", fixture.Default()))
		c := placed(ctx)
		Expect(c.Spec.PlatformName).To(Equal("cloud"))
		Expect(c.Finalizers).To(ContainElement(fleetv1.ClusterFinalizer))
		Expect(c.Labels).To(HaveKeyWithValue(fleetv1.LabelID, string(c.UID)))
		Expect(w.writes.Log()).To(Equal([]string{"patch *v1alpha1.Cluster sample", "patch status *v1alpha1.Cluster sample"}))
		Expect(w.recorder.Take()).To(Equal([]string{"Normal PlatformChosen Put on Platform cloud"}))
		w.steady(ctx, c)
	})

	It("leaves an id alone that the Cluster came with", func(ctx context.Context) {
		const id = "11111111-2222-4333-8444-555555555555"
		c := w.cluster(ctx, fixture.Labelled[*fleetv1.Cluster](fleetv1.LabelID, id))
		Expect(c.Labels).To(HaveKeyWithValue(fleetv1.LabelID, id))
	})

	It("prefers the namespace's label to the default", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Platform("cloud", fixture.Default()))
		labelled(ctx, "metal")
		Expect(placed(ctx).Spec.PlatformName).To(Equal("metal"))
	})

	It("stalls without a default, and recovers once there is one", func(ctx context.Context) {
		c := placed(ctx)
		Expect(c.Spec.PlatformName).To(BeEmpty())
		expect.Condition(c, fleetv1.ConditionStalled, yes, fleetv1.ReasonPlatformNotFound, And(
			ContainSubstring("spec.platformName"), ContainSubstring(fleetv1.LabelPlatform), ContainSubstring(fleetv1.AnnotationDefaultPlatform)))
		expect.Condition(c, fleetv1.ConditionReady, no, fleetv1.ReasonAwaitingAdapters)
		Expect(w.recorder.Take()).To(HaveLen(1))
		w.steady(ctx, c)

		expect.Applied(ctx, w.client, fixture.Platform("cloud", fixture.Default()))
		w.reconcile(ctx, c)
		Expect(c.Spec.PlatformName).To(Equal("cloud"))
		expect.Condition(c, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
	})

	It("stalls with two defaults and names them", func(ctx context.Context) {
		expect.Applied(ctx, w.client, fixture.Platform("b", fixture.Default()), fixture.Platform("a", fixture.Default()))
		c := placed(ctx)
		Expect(c.Spec.PlatformName).To(BeEmpty())
		expect.Condition(c, fleetv1.ConditionStalled, yes, fleetv1.ReasonPlatformNotFound, ContainSubstring("(a, b)"))
	})

	It("does not write a label's Platform into the spec while that does not exist", func(ctx context.Context) {
		labelled(ctx, "nowhere")
		c := placed(ctx)
		Expect(c.Spec.PlatformName).To(BeEmpty())
		expect.Condition(c, fleetv1.ConditionStalled, yes, fleetv1.ReasonPlatformNotFound,
			And(ContainSubstring("nowhere"), ContainSubstring("correct the label")))
	})

	It("knows one that is named past a cache that lags behind", func(ctx context.Context) {
		w.reconciler.Client = interceptor.NewClient(w.client, interceptor.Funcs{
			List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
				if _, platforms := list.(*fleetv1.PlatformList); platforms {
					return nil
				}
				return c.List(ctx, list, options...)
			},
		})
		expect.Condition(w.cluster(ctx), fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
	})

	It("stalls where spec.platformName names none", func(ctx context.Context) {
		c := w.cluster(ctx, fixture.OnPlatform("gone"))
		expect.Condition(c, fleetv1.ConditionStalled, yes, fleetv1.ReasonPlatformNotFound, ContainSubstring("Platform gone"))
		Expect(c.Status.ObservedGeneration).To(Equal(c.Generation))
	})
})
