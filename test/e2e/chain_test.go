//go:build e2e

package e2e

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

var _ = Describe("A chain of dependencies", func() {
	It("is installed level by level, in whatever order it was created", func(ctx SpecContext) {
		var addons []*fleetv1.Addon
		for level := range 5 {
			template := newTemplate(ctx, "chain", "npd", func(template *fleetv1.AddonTemplate) {
				for i := range template.Spec.Versions {
					if level > 0 {
						template.Spec.Versions[i].DependsOn = []fleetv1.AddonDependency{
							{TemplateName: addons[level-1].Spec.TemplateName, Versions: ">=1.13.0 <1.14.0"},
						}
					}
				}
			})
			addons = append(addons, newAddon(sampleCluster(), template.Name, template.Name, "1.13.5"))
		}
		for level := range addons {
			install(ctx, addons[len(addons)-1-level])
		}
		for level, addon := range addons {
			eventuallyReady(ctx, addon)
			if level == 0 {
				continue
			}
			before := &fleetv1.Addon{}
			Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(addons[level-1]), before)).To(Succeed())
			Expect(before.Status.History).NotTo(BeEmpty())
			Expect(addon.Status.LastAppliedTime.Time).NotTo(BeTemporally("<", before.Status.History[0].DeployedTime.Time),
				"%s was applied before %s was deployed", addon.Name, before.Name)
		}
	}, NodeTimeout(2*patience))
})
