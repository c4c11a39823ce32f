//go:build e2e

package e2e

import (
	"context"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/process"
)

// stopRegistry ends the registry of the local environment. It remembers nothing: `make up` starts it and fills it again.
func stopRegistry(ctx context.Context) {
	GinkgoHelper()
	running, err := process.Find(filepath.Join(hub.stateDir, "run", "registry.json"))
	Expect(err).NotTo(HaveOccurred())
	Expect(running).NotTo(BeNil(), "the registry does not run")
	Expect(running.Stop(ctx, patience)).To(Succeed())
}

var _ = Describe("A registry that is down", Serial, func() {
	It("holds an installation up, says so, and harms nothing that runs; the add-on comes by itself afterwards", func(ctx SpecContext) {
		stopRegistry(ctx)
		down := true
		DeferCleanup(func(ctx SpecContext) {
			if down {
				local(ctx, "up")
			}
		}, NodeTimeout(patience))
		template := newTemplate(ctx, "absent", "npd", nil)
		addon := newAddon(sampleCluster(), template.Name, template.Name, "1.13.5")
		install(ctx, addon)
		held := eventuallyCondition(ctx, addon, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonSourceFailed)
		Expect(held.Message).To(SatisfyAll(ContainSubstring("chart npd 1.13.5"), ContainSubstring("connection refused")))
		eventuallyReady(ctx, newAddon(sampleCluster(), "jupyterhub", "jupyterhub", "3.3.8"))

		local(ctx, "up")
		down = false
		eventuallyReady(ctx, addon)
		Expect(addon.Generation).To(BeEquivalentTo(1), "nobody touched it")
	}, NodeTimeout(2*patience))
})
