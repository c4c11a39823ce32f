package installation

import (
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

func TestDrain(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(time.Minute)
	RunSpecs(t, "drain")
}

// lines collects what Drain says.
type lines []string

func (l *lines) add(line string) { *l = append(*l, line) }

var _ = Describe("Drain", Ordered, func() {
	var (
		api   client.Client
		drain *Drain
		said  lines
	)
	platform := &fleetv1.Platform{ObjectMeta: metav1.ObjectMeta{Name: "metal"}, Spec: fleetv1.PlatformSpec{
		RequiredAdapters: fleetv1.RequiredAdapters{Cluster: []string{"builder"}, NodePool: []string{"builder"}},
	}}
	cluster := func(name string) *fleetv1.Cluster {
		return &fleetv1.Cluster{
			// Somebody has to clean up behind it.
			ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "team-a", Finalizers: []string{"example.org/cleanup"}},
			Spec:       fleetv1.ClusterSpec{PlatformName: "metal"},
		}
	}

	BeforeAll(func(ctx SpecContext) {
		api = testenv.ForSuite(testenv.Options{}).Client
		drain = &Drain{Client: api, Progress: func(line string) { said.add(line) }}
		for _, object := range []client.Object{
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team-a"}}, platform, cluster("one"), cluster("two"),
		} {
			Expect(api.Create(ctx, object)).To(Succeed())
		}
	})

	BeforeEach(func() { said = nil })

	It("counts what there is and deletes nothing", func(ctx SpecContext) {
		Expect(drain.Count(ctx)).To(Succeed())
		Expect(strings.Join(said, "\n")).To(And(MatchRegexp(`Cluster +2`), MatchRegexp(`Platform +1`), MatchRegexp(`Addon +0`)))
		Expect(api.Get(ctx, client.ObjectKey{Namespace: "team-a", Name: "one"}, &fleetv1.Cluster{})).To(Succeed())
	})

	It("fails when something does not go, names it, and leaves what others need", func(ctx SpecContext) {
		Expect(drain.Run(ctx, 2*time.Second)).To(MatchError(And(ContainSubstring("2 objects"), ContainSubstring("Cluster team-a/one"))))
		Expect(api.Get(ctx, client.ObjectKeyFromObject(platform), platform)).To(Succeed())
		Expect(platform.DeletionTimestamp.IsZero()).To(BeTrue())
	})

	It("goes on when it is asked again, until all is gone", func(ctx SpecContext) {
		done := make(chan error, 1)
		go func() { done <- drain.Run(ctx, time.Minute) }()
		for _, name := range []string{"one", "two"} {
			found := &fleetv1.Cluster{}
			Expect(api.Get(ctx, client.ObjectKey{Namespace: "team-a", Name: name}, found)).To(Succeed())
			found.Finalizers = nil
			Expect(api.Update(ctx, found)).To(Succeed())
		}
		Eventually(done).Should(Receive(BeNil()))
		Expect(said).To(ContainElement("the fleet is empty"))
		Expect(client.IgnoreNotFound(api.Get(ctx, client.ObjectKeyFromObject(platform), platform))).To(Succeed())
		left := &fleetv1.PlatformList{}
		Expect(api.List(ctx, left)).To(Succeed())
		Expect(left.Items).To(BeEmpty())
	})
})
