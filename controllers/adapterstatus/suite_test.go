package adapterstatus_test

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/adapterstatus"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var env *testenv.Environment

func TestAdapterStatus(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "AdapterStatus controller")
}

var _ = BeforeSuite(func() { env = testenv.ForSuite(testenv.Options{}) })

// world is what each spec starts with: a namespace with a Cluster that is held by Slipway's finalizer, and a reconciler
// whose writes are counted.
type world struct {
	client     client.WithWatch
	namespace  string
	cluster    *fleetv1.Cluster
	writes     *expect.Writes
	recorder   *expect.Recorder
	reconciler *adapterstatus.Reconciler
}

func newWorld(ctx context.Context) *world {
	w := &world{client: env.Client, writes: &expect.Writes{}, recorder: &expect.Recorder{}}
	w.namespace = expect.Namespace(ctx, w.client, nil)
	w.cluster = fixture.Cluster(w.namespace, "sample", fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer))
	expect.Applied(ctx, w.client, w.cluster)
	w.reconciler = &adapterstatus.Reconciler{Client: w.writes.Client(w.client), Recorder: w.recorder}
	return w
}

// report applies a report and reconciles it once.
func (w *world) report(ctx context.Context, report *fleetv1.AdapterStatus) *fleetv1.AdapterStatus {
	expect.Applied(ctx, w.client, report)
	w.reconcile(ctx, report)
	return report
}

func (w *world) reconcile(ctx context.Context, report *fleetv1.AdapterStatus) {
	expect.Reconciled(ctx, w.client, w.reconciler, report)
}

// steady expects that reconciling once more writes nothing.
func (w *world) steady(ctx context.Context, report *fleetv1.AdapterStatus) {
	GinkgoHelper()
	before := w.writes.Count()
	w.reconcile(ctx, report)
	Expect(w.writes.Log()[before:]).To(BeEmpty())
}

// released sets the Cluster's finalizers.
func (w *world) released(ctx context.Context, finalizers ...string) {
	GinkgoHelper()
	expect.Refreshed(ctx, w.client, w.cluster)
	w.cluster.Finalizers = finalizers
	Expect(w.client.Update(ctx, w.cluster)).To(Succeed())
}
