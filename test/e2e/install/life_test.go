//go:build e2e

package install

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	// chart is this checkout's, and previous the one before it.
	chart    = "charts/slipway"
	previous = "test/e2e/install/testdata/slipway-0.1.0.tgz"
	// values are what all installations here are made with.
	values = "test/e2e/install/testdata/values.yaml"
	// leftovers are objects that only Drain takes away.
	leftovers = "test/e2e/install/testdata/leftovers.yaml"
)

// settle waits for an installation as its users do, and asks it whether it works.
func settle(ctx context.Context) {
	GinkgoHelper()
	Expect(helm(ctx, "status", release)).To(ContainSubstring("STATUS: deployed"))
	helm(ctx, "test", release, "--logs", "--timeout=60s")
}

var _ = Describe("An installation", Ordered, func() {
	var (
		before map[string]string // identities of what the next step must keep
		notes  string            // how often the add-on was installed
	)

	BeforeAll(func(ctx SpecContext) { startHub(ctx) }, NodeTimeout(buildTime))

	It("is made by helm, and works", func(ctx SpecContext) {
		openTenant(ctx)
		helm(ctx, "install", release, previous, "--values="+values, "--create-namespace", "--wait", "--timeout=2m")
		settle(ctx)
		createFleet(ctx, serveCharts(ctx))
		works(ctx, "installed")
		before, notes = identities(ctx), installations(ctx)
	}, NodeTimeout(2*patience))

	It("shows its logs", func(ctx SpecContext) {
		Expect(kubectl(ctx, "", "logs", "--namespace", namespace, "deployment/slipway-manager", "--tail=20")).To(ContainSubstring(`"level"`))
	}, NodeTimeout(patience))

	It("is upgraded from the previous chart and keeps every object", func(ctx SpecContext) {
		helm(ctx, "upgrade", release, chart, "--values="+values, "--wait", "--timeout=2m")
		settle(ctx)
		keeps(identities(ctx), before)
		works(ctx, "upgraded")
		Expect(installations(ctx)).To(Equal(notes), "the add-on was installed again")
		before = identities(ctx)
	}, NodeTimeout(2*patience))

	It("shows its metrics to those who may see them", func(ctx SpecContext) { scrape(ctx) }, NodeTimeout(patience))

	It("is rolled back and keeps every object", func(ctx SpecContext) {
		helm(ctx, "rollback", release, "1", "--wait", "--timeout=2m")
		settle(ctx)
		keeps(identities(ctx), before)
		works(ctx, "rolled-back")
		Expect(installations(ctx)).To(Equal(notes), "the add-on was installed again")
	}, NodeTimeout(2*patience))

	It("goes on with another leader when one dies", func(ctx SpecContext) {
		helm(ctx, "upgrade", release, chart, "--values="+values, "--wait", "--timeout=2m")
		old := leading(ctx)
		// By force: it has no time to hand over.
		kubectl(ctx, "", "delete", leader(ctx), "--namespace", namespace, "--grace-period=0", "--force")
		Eventually(func() string { return leading(ctx) }).ShouldNot(Equal(old))
		works(ctx, "led-by-another")
		before = identities(ctx)
	}, NodeTimeout(2*patience))

	It("goes over to certificates of its operator's own, and back", func(ctx SpecContext) {
		own := kubectl(ctx, "", "get", "configmap", "slipway-ca", "--namespace", namespace, `--output=jsonpath={.data.ca\.crt}`)
		certificates := makeCertificates()
		// The steps of docs/certificates.md.
		trust(ctx, "Provided", "")
		trust(ctx, "Provided", own+certificates.authorities, "--force-conflicts")
		certificates.put(ctx)
		trust(ctx, "Provided", certificates.authorities)
		settle(ctx)
		works(ctx, "provided")

		trust(ctx, "SelfManaged", certificates.authorities)
		settle(ctx)
		trust(ctx, "SelfManaged", "")
		settle(ctx)
		works(ctx, "self-managed")
		before = identities(ctx)
	}, NodeTimeout(2*patience))

	It("leaves kinds and objects when it is uninstalled, and takes them up again", func(ctx SpecContext) {
		helm(ctx, "uninstall", release, "--wait", "--timeout=2m")
		Eventually(func() string {
			return kubectl(ctx, "", "get", "pods,deployments,services", "--namespace", namespace)
		}).WithContext(ctx).Should(ContainSubstring("No resources found"))
		Expect(kubectl(ctx, "", "get", "validatingwebhookconfigurations,mutatingwebhookconfigurations,validatingadmissionpolicies,clusterroles", "--output=name")).
			NotTo(ContainSubstring("slipway"))
		Expect(identities(ctx)).To(Equal(before))
		// Nobody is there to look at it, and nothing of an installation that is gone stands in the way.
		kubectl(ctx, "", "label", "cluster.fleet.slipway.dev/mine", "--namespace", tenant, "met=alone")

		helm(ctx, "install", release, chart, "--values="+values, "--wait", "--timeout=2m")
		settle(ctx)
		works(ctx, "again")
		keeps(identities(ctx), before)
		Expect(installations(ctx)).To(Equal(notes), "the add-on was installed again")
	}, NodeTimeout(2*patience))

	It("is not uninstalled when the fleet has to go first and cannot", func(ctx SpecContext) {
		helm(ctx, "upgrade", release, chart, "--values="+values, "--set=uninstall.objects=Drain,uninstall.timeout=10s", "--wait", "--timeout=2m")
		kubectl(ctx, "", "apply", "--filename="+leftovers)
		// The adapter elsewhere has not said that what it made is gone.
		output, err := try(ctx, "", "helm", "uninstall", release, "--namespace", namespace, "--wait", "--timeout=1m")
		Expect(err).To(HaveOccurred(), output)
		Expect(kubectl(ctx, "", "logs", "--namespace", namespace, "job/slipway-drain")).To(ContainSubstring("rest-"))
		kubectl(ctx, "", "rollout", "status", "--namespace", namespace, "deployment/slipway-manager")
	}, NodeTimeout(2*patience))

	It("is uninstalled after the fleet is gone", func(ctx SpecContext) {
		finalize(ctx)
		helm(ctx, "uninstall", release, "--wait", "--timeout=2m")
		for name := range identities(ctx) {
			Expect(name).To(HavePrefix("CustomResourceDefinition"))
		}
		Expect(kubectl(ctx, "", "get", "configmaps", "--namespace=notes", "--output=name")).NotTo(ContainSubstring("configmap/note"))
	}, NodeTimeout(2*patience))

	It("takes its kinds with it when it is told to", func(ctx SpecContext) {
		helm(ctx, "install", release, chart, "--values="+values, "--set=crds.keep=false,uninstall.objects=Drain", "--wait", "--timeout=2m")
		helm(ctx, "uninstall", release, "--wait", "--timeout=2m")
		Eventually(func() []string { return definitions(ctx) }).Should(BeEmpty())
	}, NodeTimeout(2*patience))
})
