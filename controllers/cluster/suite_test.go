package cluster_test

import (
	"context"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/cluster"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var env *testenv.Environment

func TestCluster(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Cluster controller")
}

var _ = BeforeSuite(func() { env = testenv.ForSuite(testenv.Options{}) })

// world is what each spec starts with: a namespace, a Platform "metal" that requires the adapter "infra", and a reconciler
// whose writes are counted.
type world struct {
	client     client.WithWatch
	namespace  string
	platform   *fleetv1.Platform
	clock      *clocktesting.FakePassiveClock
	recorder   *expect.Recorder
	writes     *expect.Writes
	reconciler *cluster.Reconciler
}

func newWorld(ctx context.Context) *world {
	w := &world{
		client:   env.Client,
		platform: fixture.Platform("metal"),
		clock:    expect.Clock(),
		recorder: &expect.Recorder{},
		writes:   &expect.Writes{},
	}
	w.namespace = expect.Namespace(ctx, w.client, nil)
	expect.Applied(ctx, w.client, w.platform)
	w.reconciler = &cluster.Reconciler{Client: w.writes.Client(w.client), Live: w.client, Recorder: w.recorder, Clock: w.clock}
	DeferCleanup(func(ctx context.Context) {
		Expect(w.client.DeleteAllOf(ctx, &fleetv1.Platform{})).To(Succeed())
	})
	return w
}

// cluster applies a Cluster on the Platform and reconciles it once.
func (w *world) cluster(ctx context.Context, options ...fixture.Option[*fleetv1.Cluster]) *fleetv1.Cluster {
	options = append([]fixture.Option[*fleetv1.Cluster]{fixture.OnPlatform("metal")}, options...)
	c := fixture.Cluster(w.namespace, "sample", options...)
	expect.Applied(ctx, w.client, c)
	w.reconcile(ctx, c)
	return c
}

func (w *world) reconcile(ctx context.Context, c *fleetv1.Cluster) time.Duration {
	return expect.Reconciled(ctx, w.client, w.reconciler, c).RequeueAfter
}

// reported applies a report about a Cluster and reconciles the Cluster.
func (w *world) reported(ctx context.Context, c *fleetv1.Cluster, adapter string, options ...fixture.Option[*fleetv1.AdapterStatus]) {
	expect.Applied(ctx, w.client, fixture.AdapterStatus(c, adapter, options...))
	w.reconcile(ctx, c)
}

// edited changes a Cluster's spec without reconciling it.
func (w *world) edited(ctx context.Context, c *fleetv1.Cluster, change func(spec *fleetv1.ClusterSpec)) {
	GinkgoHelper()
	before := c.DeepCopy()
	change(&c.Spec)
	Expect(w.client.Patch(ctx, c, client.MergeFrom(before))).To(Succeed())
}

// steady expects that reconciling once more writes nothing.
func (w *world) steady(ctx context.Context, c *fleetv1.Cluster) {
	GinkgoHelper()
	before := w.writes.Count()
	w.reconcile(ctx, c)
	Expect(w.writes.Log()[before:]).To(BeEmpty())
	Expect(w.recorder.Take()).To(BeEmpty())
}

const (
	yes = metav1.ConditionTrue
	no  = metav1.ConditionFalse
)
