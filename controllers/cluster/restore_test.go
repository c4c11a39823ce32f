package cluster_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("A Cluster that is being restored", func() {
	It("is left alone until the restore is done", func(ctx context.Context) {
		w := newWorld(ctx)
		c := w.cluster(ctx, fixture.Annotated[*fleetv1.Cluster](fleetv1.AnnotationRestoring, "true"))
		w.reported(ctx, c, "infra")
		Expect(w.writes.Log()).To(BeEmpty())
		delete(c.Annotations, fleetv1.AnnotationRestoring)
		expect.Applied(ctx, w.client, c)
		w.reconcile(ctx, c)
		expect.Condition(c, fleetv1.ConditionReady, yes, fleetv1.ReasonResourceReady)
	})

	It("is let go when it is deleted", func(ctx context.Context) {
		w := newWorld(ctx)
		c := w.cluster(ctx)
		w.reported(ctx, c, "infra")
		fixture.Annotated[*fleetv1.Cluster](fleetv1.AnnotationRestoring, "true")(c)
		expect.Applied(ctx, w.client, c)
		expect.Deleted(ctx, w.client, c)
		w.reported(ctx, c, "infra", fixture.At(2), fixture.Finalizing())
		expect.Gone(ctx, w.client, c)
	})
})
