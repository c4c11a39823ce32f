package addontemplate_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/addontemplate"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var _ = Describe("the controller of AddonTemplates", func() {
	It("looks at a template again when what it depends on comes, changes and goes", func(ctx SpecContext) {
		mgr, err := ctrl.NewManager(env.Config, ctrl.Options{Scheme: env.Scheme, Metrics: metricsserver.Options{BindAddress: "0"}})
		Expect(err).NotTo(HaveOccurred())
		Expect(mgr.GetFieldIndexer().IndexField(ctx, &fleetv1.Addon{}, fleetv1.FieldTemplateName,
			func(object client.Object) []string { return []string{object.(*fleetv1.Addon).Spec.TemplateName} })).To(Succeed())
		reconciler := &addontemplate.Reconciler{
			Client: mgr.GetClient(), Recorder: &expect.Recorder{}, Clock: clocktesting.NewFakePassiveClock(fixture.Epoch),
		}
		Expect(reconciler.SetupWithManager(mgr)).To(Succeed())
		running, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- mgr.Start(running) }()
		DeferCleanup(func() {
			stop()
			Eventually(done).WithTimeout(30e9).Should(Receive(Succeed()))
		})

		namespace := expect.Namespace(ctx, env.Client, nil)
		base, template := fixture.AddonTemplate("base-"+namespace), fixture.AddonTemplate("needs-"+namespace)
		template.Spec.Versions[0].DependsOn = []fleetv1.AddonDependency{{TemplateName: base.Name, Versions: ">=2.0.0"}}
		says := func(message string) {
			GinkgoHelper()
			Eventually(func(g Gomega) {
				g.Expect(env.Client.Get(ctx, client.ObjectKeyFromObject(template), template)).To(Succeed())
				g.Expect(template.Status.Conditions).To(ContainElement(And(HaveField("Type", fleetv1.ConditionReady), HaveField("Message", ContainSubstring(message)))))
			}).WithTimeout(30e9).Should(Succeed())
		}
		Expect(env.Client.Create(ctx, template)).To(Succeed())
		says("there is no AddonTemplate " + base.Name)
		Expect(env.Client.Create(ctx, base)).To(Succeed())
		says(`has no version in ">=2.0.0"`)
		Eventually(func() error {
			if err := env.Client.Get(ctx, client.ObjectKeyFromObject(base), base); err != nil {
				return err
			}
			base.Spec.Versions[0].Version = "2.0.0"
			return env.Client.Update(ctx, base)
		}).Should(Succeed())
		says("1 version can be installed")
		Expect(env.Client.Delete(ctx, base)).To(Succeed())
		says("there is no AddonTemplate " + base.Name)
	})
})
