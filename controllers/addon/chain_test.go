package addon_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/addon"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("a chain of five add-ons", func() {
	It("goes on from level to level with what the watches wake, and with nothing else", func(ctx SpecContext) {
		w := newWorld(ctx).ready()
		var chain []*world
		for level := range 5 {
			template := fixture.AddonTemplate(fmt.Sprintf("level-%d-%s", level, w.namespace))
			template.Spec.TargetNamespace = w.namespace
			if level > 0 {
				template.Spec.Versions[0].DependsOn = []fleetv1.AddonDependency{{TemplateName: chain[level-1].addon.Spec.TemplateName, Versions: ">=1.0.0"}}
			}
			expect.Applied(ctx, w.client, template)
			next := *w
			next.addon = fixture.Addon(w.namespace, fmt.Sprintf("level-%d", level), "sample", template.Name)
			chain = append(chain, &next)
		}
		for level := len(chain) - 1; level >= 0; level-- {
			chain[level].apply()
		}
		chain[0].expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
		for level := 1; level < len(chain); level++ {
			chain[level].expectReady(metav1.ConditionFalse, fleetv1.ReasonDependencyNotReady)
			below := chain[level-1]
			before := below.addon.DeepCopy()
			below.deployed()
			woken := addon.Woken(ctx, w.reconciler, before, below.addon)
			Expect(woken).To(ContainElement(request(chain[level].addon)), "level %d", level)
			for _, request := range woken {
				_, err := w.reconciler.Reconcile(ctx, request)
				Expect(err).NotTo(HaveOccurred())
			}
			expect.Refreshed(ctx, w.client, chain[level].addon)
			chain[level].expectReady(metav1.ConditionFalse, fleetv1.ReasonInstalling)
		}
	})
})
