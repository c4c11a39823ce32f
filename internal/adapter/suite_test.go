package adapter_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var env *testenv.Environment

func TestAdapter(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Adapter library")
}

var _ = BeforeSuite(func() { env = testenv.ForSuite(testenv.Options{}) })

// fake is an adapter that answers what it is told to.
type fake struct {
	calls   []adapter.Target
	report  adapter.Report
	failure error
}

func (f *fake) Reconcile(_ context.Context, target adapter.Target) (adapter.Report, error) {
	f.calls = append(f.calls, target)
	return f.report, f.failure
}

// called returns how often the adapter was called since it was asked last.
func (f *fake) called() int {
	n := len(f.calls)
	f.calls = nil
	return n
}

// world is what each spec starts with: a Platform that requires the adapter "fake", a Cluster on it with a node pool, both
// kept by their finalizers, and a reconciler whose writes are counted.
type world struct {
	client     client.WithWatch
	namespace  string
	platform   *fleetv1.Platform
	cluster    *fleetv1.Cluster
	pool       *fleetv1.NodePool
	adapter    *fake
	clock      *clocktesting.FakePassiveClock
	writes     *expect.Writes
	reconciler *adapter.Reconciler
}

func newWorld(ctx context.Context) *world {
	w := &world{
		client:   env.Client,
		platform: fixture.Platform("metal", fixture.Requiring("fake", "other")),
		adapter:  &fake{report: adapter.Report{Available: adapter.True("Up", "it is up")}},
		clock:    clocktesting.NewFakePassiveClock(clock.RealClock{}.Now().Truncate(time.Second)),
		writes:   &expect.Writes{},
	}
	w.namespace = expect.Namespace(ctx, w.client, nil)
	w.cluster = fixture.Cluster(w.namespace, "sample", fixture.OnPlatform("metal"), fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer))
	w.pool = fixture.NodePool(w.namespace, "workers", "sample", fixture.KeptBy[*fleetv1.NodePool](fleetv1.NodePoolFinalizer))
	expect.Applied(ctx, w.client, w.platform, w.cluster, w.pool)
	w.restart()
	DeferCleanup(func(ctx context.Context) {
		Expect(client.IgnoreNotFound(w.client.Delete(ctx, w.platform))).To(Succeed())
	})
	return w
}

// restart stands for a new process.
func (w *world) restart() {
	w.reconciler = adapter.NewReconciler(w.writes.Client(w.client), w.client, adapter.Options{Name: "fake", Adapter: w.adapter, Clock: w.clock})
}

func (w *world) reconcile(ctx context.Context, target client.Object) (ctrl.Result, error) {
	kind := fleetv1.KindCluster
	if _, ok := target.(*fleetv1.NodePool); ok {
		kind = fleetv1.KindNodePool
	}
	return w.reconciler.Reconcile(ctx, adapter.NewKey(kind, target.GetNamespace(), target.GetName()))
}

func (w *world) reconciled(ctx context.Context, target client.Object) time.Duration {
	GinkgoHelper()
	result, err := w.reconcile(ctx, target)
	Expect(err).NotTo(HaveOccurred())
	return result.RequeueAfter
}

// edited changes a Cluster, which moves its generation.
func (w *world) edited(ctx context.Context, change func(*fleetv1.ClusterSpec)) {
	GinkgoHelper()
	expect.Refreshed(ctx, w.client, w.cluster)
	before := w.cluster.DeepCopy()
	change(&w.cluster.Spec)
	Expect(w.client.Patch(ctx, w.cluster, client.MergeFrom(before))).To(Succeed())
}

func (w *world) status(ctx context.Context, kind, name string) *fleetv1.AdapterStatus {
	GinkgoHelper()
	status := &fleetv1.AdapterStatus{}
	status.Namespace, status.Name = w.namespace, fleetv1.AdapterStatusName(fleetv1.TargetRef{Kind: kind, Name: name}, "fake")
	expect.Refreshed(ctx, w.client, status)
	return status
}

// says expects what the report about the Cluster says.
func (w *world) says(ctx context.Context, generation int64, conditionType string, status metav1.ConditionStatus, message any) {
	GinkgoHelper()
	report := w.status(ctx, fleetv1.KindCluster, "sample").Report
	Expect(report.ObservedGeneration).To(Equal(generation))
	condition := report.Condition(conditionType)
	Expect(condition).NotTo(BeNil())
	Expect(condition.Status).To(Equal(status))
	if matcher, ok := message.(types.GomegaMatcher); ok {
		Expect(condition.Message).To(matcher)
		return
	}
	Expect(condition.Message).To(Equal(message))
}

// terminating starts the end of the namespace. The test API server has no controller that would carry it out.
func (w *world) terminating(ctx context.Context) {
	GinkgoHelper()
	Expect(w.client.Delete(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: w.namespace}})).To(Succeed())
}

const (
	yes = metav1.ConditionTrue
	no  = metav1.ConditionFalse
)
