package addontemplate_test

import (
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/addontemplate"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func TestAddonTemplate(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "AddonTemplate")
}

var env *testenv.Environment

var _ = BeforeSuite(func() { env = testenv.ForSuite(testenv.Options{}) })

var _ = Describe("an AddonTemplate", func() {
	var (
		namespace  string
		template   *fleetv1.AddonTemplate
		recorder   *expect.Recorder
		writes     *expect.Writes
		reconciler *addontemplate.Reconciler
	)

	BeforeEach(func(ctx SpecContext) {
		namespace = expect.Namespace(ctx, env.Client, nil)
		template = fixture.AddonTemplate("notebooks-" + namespace)
		recorder, writes = &expect.Recorder{}, &expect.Writes{}
		reconciler = &addontemplate.Reconciler{
			Client: writes.Client(env.Client), Recorder: recorder, Clock: clocktesting.NewFakePassiveClock(fixture.Epoch),
		}
	})

	It("is usable, with its newest version, and then costs no writes", func(ctx SpecContext) {
		template.Spec.Versions = append(template.Spec.Versions, fleetv1.AddonVersion{Version: "1.1.0", Stable: true, Chart: fleetv1.Chart{Name: "x"}})
		expect.Applied(ctx, env.Client, template)
		Expect(template.Status.ObservedGeneration).To(BeEquivalentTo(-1))
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReady, metav1.ConditionTrue, fleetv1.ReasonUsable, "2 versions can be installed")
		expect.Condition(template, fleetv1.ConditionStalled, metav1.ConditionFalse, fleetv1.ReasonNotStalled)
		Expect(template.Status.NewestVersion).To(Equal("1.1.0"))
		Expect(template.Status.ObservedGeneration).To(Equal(template.Generation))
		Expect(template.Labels).To(HaveKeyWithValue(fleetv1.LabelID, string(template.UID)))
		Expect(recorder.Take()).To(ConsistOf(HavePrefix("Normal Usable")))
		before := writes.Count()
		expect.Reconciled(ctx, env.Client, reconciler, template)
		Expect(writes.Count()).To(Equal(before))
	})

	It("is unusable when a field is at fault, and says which, until it is repaired", func(ctx SpecContext) {
		template.Spec.Versions[0].KubernetesVersions = "new"
		expect.Applied(ctx, env.Client, template)
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonUnusable, HavePrefix("spec.versions[0].kubernetesVersions: "))
		expect.Condition(template, fleetv1.ConditionStalled, metav1.ConditionTrue, fleetv1.ReasonUnusable)
		template.Spec.Versions[0].KubernetesVersions = ">=1.29.0"
		Expect(env.Client.Update(ctx, template)).To(Succeed())
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReady, metav1.ConditionTrue, fleetv1.ReasonUsable, "1 version can be installed")
		Expect(recorder.Take()).To(HaveLen(2))
	})

	It("says what its dependencies wait for, and is checked again when another template changes", func(ctx SpecContext) {
		other := fixture.AddonTemplate("base-" + namespace)
		template.Spec.Versions[0].DependsOn = []fleetv1.AddonDependency{{TemplateName: other.Name, Versions: ">=2.0.0"}}
		expect.Applied(ctx, env.Client, template)
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReady, metav1.ConditionTrue, fleetv1.ReasonUsable,
			HavePrefix("1 version can be installed; spec.versions[0].dependsOn[0].templateName: there is no AddonTemplate "+other.Name))
		expect.Applied(ctx, env.Client, other)
		Expect(reconciler.Dependants(ctx, other)).To(ContainElement(reconcile.Request{NamespacedName: client.ObjectKeyFromObject(template)}))
		Expect(reconciler.Dependants(ctx, template)).NotTo(ContainElement(HaveField("Name", template.Name)))
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReady, metav1.ConditionTrue, fleetv1.ReasonUsable, ContainSubstring(`has no version in ">=2.0.0", it has 1.0.0`))

		By("a cycle that came about past admission")
		other.Spec.Versions[0].Version = "2.0.0"
		other.Spec.Versions[0].DependsOn = []fleetv1.AddonDependency{{TemplateName: template.Name}}
		Expect(env.Client.Update(ctx, other)).To(Succeed())
		for _, t := range []*fleetv1.AddonTemplate{template, other} {
			expect.Reconciled(ctx, env.Client, reconciler, t)
			expect.Condition(t, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonUnusable, ContainSubstring("closes a cycle"))
		}
		other.Spec.Versions[0].DependsOn = nil
		Expect(env.Client.Update(ctx, other)).To(Succeed())
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReady, metav1.ConditionTrue, fleetv1.ReasonUsable, "1 version can be installed")
		before := writes.Count()
		expect.Reconciled(ctx, env.Client, reconciler, template)
		Expect(writes.Count()).To(Equal(before))
	})

	It("is unusable with a source that cannot be one", func(ctx SpecContext) {
		template.Spec.Source.URL = "oci://me:s3cret@registry.example.com/charts"
		expect.Applied(ctx, env.Client, template)
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReady, metav1.ConditionFalse, fleetv1.ReasonUnusable,
			And(HavePrefix("spec.source.url: must not hold credentials"), Not(ContainSubstring("s3cret"))))
	})

	It("stays while Addons are made from it", func(ctx SpecContext) {
		expect.Applied(ctx, env.Client, template)
		addon := fixture.Addon(namespace, "a", "c", template.Name)
		expect.Applied(ctx, env.Client, addon)
		expect.Reconciled(ctx, env.Client, reconciler, template)
		Expect(template.Status.Addons).To(BeEquivalentTo(1))
		expect.Deleted(ctx, env.Client, template)
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Condition(template, fleetv1.ConditionReconciling, metav1.ConditionTrue, fleetv1.ReasonInUse, ContainSubstring("1 Addon"))
		expect.Deleted(ctx, env.Client, addon)
		expect.Reconciled(ctx, env.Client, reconciler, template)
		expect.Gone(ctx, env.Client, template)
	})
})
