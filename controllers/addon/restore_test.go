package addon_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("an Addon that is being restored", func() {
	It("is left alone until the restore is done", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		fixture.Annotated[*fleetv1.Addon](fleetv1.AnnotationRestoring, "true")(w.addon)
		w.apply()
		Expect(w.writes.Log()).To(BeEmpty())
		delete(w.addon.Annotations, fleetv1.AnnotationRestoring)
		expect.Applied(ctx, w.client, w.addon)
		w.reconcile()
		w.expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
	})
})
