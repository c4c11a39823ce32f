package nodepool_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/nodepool"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var env *testenv.Environment

func TestNodePool(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "NodePool controller")
}

var _ = BeforeSuite(func() { env = testenv.ForSuite(testenv.Options{}) })

const (
	yes = metav1.ConditionTrue
	no  = metav1.ConditionFalse
)

// world is what each spec starts with: a namespace with the Cluster "sample" on the Platform "metal", which requires the
// adapter "infra", and a reconciler whose writes are counted.
type world struct {
	client     client.WithWatch
	namespace  string
	cluster    *fleetv1.Cluster
	writes     *expect.Writes
	recorder   *expect.Recorder
	reconciler *nodepool.Reconciler
}

func newWorld(ctx context.Context) *world {
	w := &world{client: env.Client, writes: &expect.Writes{}, recorder: &expect.Recorder{}}
	w.namespace = expect.Namespace(ctx, w.client, nil)
	w.cluster = fixture.Cluster(w.namespace, "sample", fixture.OnPlatform("metal"),
		fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer))
	expect.Applied(ctx, w.client, fixture.Platform("metal"), w.cluster)
	w.reconciler = &nodepool.Reconciler{
		Client: w.writes.Client(w.client), Live: w.client, Recorder: w.recorder,
		Clock: expect.Clock(),
	}
	DeferCleanup(func(ctx context.Context) {
		Expect(w.client.DeleteAllOf(ctx, &fleetv1.Platform{})).To(Succeed())
	})
	return w
}

// pool applies a NodePool of the Cluster and reconciles it once.
func (w *world) pool(ctx context.Context, name string, options ...fixture.Option[*fleetv1.NodePool]) *fleetv1.NodePool {
	pool := fixture.NodePool(w.namespace, name, "sample", options...)
	expect.Applied(ctx, w.client, pool)
	w.reconcile(ctx, pool)
	return pool
}

func (w *world) reconcile(ctx context.Context, pool *fleetv1.NodePool) {
	expect.Reconciled(ctx, w.client, w.reconciler, pool)
}

func (w *world) reported(ctx context.Context, pool *fleetv1.NodePool, options ...fixture.Option[*fleetv1.AdapterStatus]) {
	expect.Applied(ctx, w.client, fixture.AdapterStatus(pool, "infra", options...))
	w.reconcile(ctx, pool)
}

// steady expects that reconciling once more writes nothing.
func (w *world) steady(ctx context.Context, pool *fleetv1.NodePool) {
	GinkgoHelper()
	before := w.writes.Count()
	w.reconcile(ctx, pool)
	Expect(w.writes.Log()[before:]).To(BeEmpty())
}

// freed removes the Cluster altogether.
func (w *world) freed(ctx context.Context) {
	GinkgoHelper()
	expect.Refreshed(ctx, w.client, w.cluster)
	w.cluster.Finalizers = nil
	Expect(w.client.Update(ctx, w.cluster)).To(Succeed())
	Expect(client.IgnoreNotFound(w.client.Delete(ctx, w.cluster))).To(Succeed())
}

// killed reconciles once, and reports whether the process was killed on the way.
func (w *world) killed(ctx context.Context, pool *fleetv1.NodePool) bool {
	GinkgoHelper()
	key := client.ObjectKeyFromObject(pool)
	_, err := w.reconciler.Reconcile(ctx, ctrl.Request{NamespacedName: key})
	if err != nil {
		Expect(err).To(MatchError(expect.ErrKilled))
	}
	Expect(client.IgnoreNotFound(w.client.Get(ctx, key, pool))).To(Succeed())
	return err != nil
}
