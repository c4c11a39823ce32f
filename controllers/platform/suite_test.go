package platform_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/platform"
	"github.com/slipway-dev/slipway/internal/conditions"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var env *testenv.Environment

func TestPlatform(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Platform controller")
}

var _ = BeforeSuite(func() { env = testenv.ForSuite(testenv.Options{}) })

const (
	yes = metav1.ConditionTrue
	no  = metav1.ConditionFalse
)

var _ = Describe("A Platform", func() {
	var (
		writes     *expect.Writes
		recorder   *expect.Recorder
		reconciler *platform.Reconciler
	)
	BeforeEach(func() {
		writes, recorder = &expect.Writes{}, &expect.Recorder{}
		reconciler = &platform.Reconciler{
			Client: writes.Client(env.Client), Recorder: recorder,
			Clock: expect.Clock(),
		}
	})
	AfterEach(func(ctx context.Context) {
		var list fleetv1.PlatformList
		Expect(env.Client.List(ctx, &list)).To(Succeed())
		for i := range list.Items {
			list.Items[i].Finalizers = nil
			Expect(env.Client.Update(ctx, &list.Items[i])).To(Succeed())
			Expect(client.IgnoreNotFound(env.Client.Delete(ctx, &list.Items[i]))).To(Succeed())
		}
	})

	// checked applies a Platform and reconciles it once.
	checked := func(ctx context.Context, options ...fixture.Option[*fleetv1.Platform]) *fleetv1.Platform {
		p := fixture.Platform("metal", options...)
		expect.Applied(ctx, env.Client, p)
		expect.Reconciled(ctx, env.Client, reconciler, p)
		return p
	}
	steady := func(ctx context.Context, p *fleetv1.Platform) {
		GinkgoHelper()
		before := writes.Count()
		expect.Reconciled(ctx, env.Client, reconciler, p)
		Expect(writes.Log()[before:]).To(BeEmpty())
	}

	It("is usable, and then nothing more is written", func(ctx context.Context) {
		p := checked(ctx, fixture.Default(), func(p *fleetv1.Platform) {
			p.Spec.ClusterParametersSchema = fixture.JSON(`{"type":"object"}`)
		})
		expect.Condition(p, fleetv1.ConditionReady, yes, fleetv1.ReasonUsable)
		expect.Condition(p, fleetv1.ConditionStalled, no, fleetv1.ReasonNotStalled)
		Expect(p.Status.ObservedGeneration).To(Equal(p.Generation))
		Expect(p.Finalizers).To(ContainElement(fleetv1.PlatformFinalizer))
		Expect(recorder.Take()).To(BeEmpty())
		steady(ctx, p)
	})

	DescribeTable("is unusable and says which field is at fault",
		func(ctx context.Context, change func(*fleetv1.Platform), path string) {
			p := checked(ctx, change)
			expect.Condition(p, fleetv1.ConditionReady, no, fleetv1.ReasonUnusable, ContainSubstring(path+": "))
			expect.Condition(p, fleetv1.ConditionStalled, yes, fleetv1.ReasonUnusable)
			Expect(recorder.Take()).To(ConsistOf(HavePrefix("Warning Unusable ")))
			steady(ctx, p)
			p = checked(ctx)
			expect.Condition(p, fleetv1.ConditionReady, yes, fleetv1.ReasonUsable)
		},
		Entry("with a schema for Clusters that does not compile", func(p *fleetv1.Platform) {
			p.Spec.ClusterParametersSchema = fixture.JSON(`{"type":"objct"}`)
		}, "spec.clusterParametersSchema"),
		Entry("with a schema for NodePools that refers to a file", func(p *fleetv1.Platform) {
			p.Spec.NodePoolParametersSchema = fixture.JSON(`{"$ref":"file:///etc/passwd"}`)
		}, "spec.nodePoolParametersSchema"),
		Entry("with a reserved network that has host bits", func(p *fleetv1.Platform) {
			p.Spec.ReservedCIDRs = []string{"10.0.0.0/8", "10.1.2.3/16"}
		}, "spec.reservedCIDRs[1]"),
	)

	It("is unusable while another one is the default as well", func(ctx context.Context) {
		rival := fixture.Platform("cloud", fixture.Default())
		expect.Applied(ctx, env.Client, rival)
		p := checked(ctx, fixture.Default())
		expect.Condition(p, fleetv1.ConditionStalled, yes, fleetv1.ReasonUnusable, ContainSubstring("cloud"))
		expect.Reconciled(ctx, env.Client, reconciler, rival)
		expect.Condition(rival, fleetv1.ConditionStalled, yes, fleetv1.ReasonUnusable, ContainSubstring("metal"))

		rival.Annotations = nil
		Expect(env.Client.Update(ctx, rival)).To(Succeed())
		expect.Reconciled(ctx, env.Client, reconciler, p)
		expect.Condition(p, fleetv1.ConditionReady, yes, fleetv1.ReasonUsable)
	})

	It("counts its Clusters and is kept while there are any", func(ctx context.Context) {
		namespace := expect.Namespace(ctx, env.Client, nil)
		c := fixture.Cluster(namespace, "sample", fixture.OnPlatform("metal"))
		expect.Applied(ctx, env.Client, c, fixture.Cluster(namespace, "elsewhere", fixture.OnPlatform("cloud")))
		p := checked(ctx)
		Expect(p.Status.Clusters).To(BeEquivalentTo(1))

		expect.Deleted(ctx, env.Client, p)
		expect.Reconciled(ctx, env.Client, reconciler, p)
		expect.Condition(p, fleetv1.ConditionReconciling, yes, fleetv1.ReasonInUse, ContainSubstring(namespace+"/sample"))
		Expect(recorder.Take()).To(ConsistOf(HavePrefix("Normal InUse ")))
		steady(ctx, p)

		expect.Deleted(ctx, env.Client, c)
		expect.Reconciled(ctx, env.Client, reconciler, p)
		expect.Gone(ctx, env.Client, p)
	})

	It("is not Reconciling while nobody deletes it", func(ctx context.Context) {
		Expect(conditions.Get(checked(ctx), fleetv1.ConditionReconciling)).To(BeNil())
	})
})
