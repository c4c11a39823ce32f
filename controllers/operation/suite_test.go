package operation_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/controllers/operation"
	"github.com/slipway-dev/slipway/internal/conditions"
	operations "github.com/slipway-dev/slipway/internal/operation"
	"github.com/slipway-dev/slipway/internal/testing/expect"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var env *testenv.Environment

func TestOperation(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Operation controller")
}

var _ = BeforeSuite(func() { env = testenv.ForSuite(testenv.Options{}) })

// world is what each spec starts with: a namespace, and a reconciler whose writes are counted.
type world struct {
	client     client.WithWatch
	namespace  string
	clock      *clocktesting.FakePassiveClock
	writes     *expect.Writes
	reconciler *operation.Reconciler
}

func newWorld(ctx context.Context) *world {
	w := &world{client: env.Client, clock: expect.Clock(), writes: &expect.Writes{}}
	w.namespace = expect.Namespace(ctx, w.client, nil)
	w.restart()
	return w
}

// restart begins with a reconciler that remembers nothing.
func (w *world) restart() {
	w.reconciler = operation.New(w.writes.Client(w.client), w.client, w.clock)
}

// cluster creates a Cluster that something keeps, and has its records looked at.
func (w *world) cluster(ctx context.Context, options ...fixture.Option[*fleetv1.Cluster]) *fleetv1.Cluster {
	GinkgoHelper()
	options = append([]fixture.Option[*fleetv1.Cluster]{fixture.KeptBy[*fleetv1.Cluster](fleetv1.ClusterFinalizer)}, options...)
	cluster := fixture.Cluster(w.namespace, "sample", options...)
	w.created(ctx, cluster)
	return cluster
}

// pool creates a NodePool of the Cluster "sample" that something keeps, and has its records looked at.
func (w *world) pool(ctx context.Context, name string) *fleetv1.NodePool {
	GinkgoHelper()
	pool := fixture.NodePool(w.namespace, name, "sample", fixture.KeptBy[*fleetv1.NodePool](fleetv1.NodePoolFinalizer))
	w.created(ctx, pool)
	return pool
}

// created creates an object, shows it, and has its records looked at.
func (w *world) created(ctx context.Context, object operations.Object) {
	GinkgoHelper()
	expect.Applied(ctx, w.client, object.(client.Object))
	w.shown(ctx, nil, object)
	w.look(ctx, object)
}

// shown shows the reconciler what an informer would.
func (w *world) shown(ctx context.Context, before, after client.Object) []operation.Target {
	if before != nil {
		before = before.DeepCopyObject().(client.Object)
	}
	if after != nil {
		after = after.DeepCopyObject().(client.Object)
	}
	return w.reconciler.Show(ctx, before, after)
}

func targetOf(object operations.Object) operation.Target {
	kind, _ := operations.KindOf(object)
	return operation.Target{Kind: kind, NamespacedName: client.ObjectKeyFromObject(object)}
}

// look has the records of an object looked at.
func (w *world) look(ctx context.Context, object operations.Object) {
	GinkgoHelper()
	result, err := w.reconciler.Reconcile(ctx, targetOf(object))
	Expect(err).NotTo(HaveOccurred())
	Expect(result).To(Equal(ctrl.Result{}))
}

// edited changes an object's spec, shows that, and has its records looked at.
func (w *world) edited(ctx context.Context, object operations.Object, change func()) {
	GinkgoHelper()
	w.changed(ctx, object, change)
	w.look(ctx, object)
}

// changed changes an object's spec and shows that.
func (w *world) changed(ctx context.Context, object operations.Object, change func()) {
	GinkgoHelper()
	before := object.DeepCopyObject().(client.Object)
	change()
	Expect(w.client.Patch(ctx, object, client.MergeFrom(before))).To(Succeed())
	w.shown(ctx, before, object)
}

// state is what a controller can say about a generation.
type state struct{ ready, stalled, reconciling metav1.ConditionStatus }

var (
	ready   = state{"True", "False", "False"}
	stuck   = state{"False", "True", "False"}
	working = state{"False", "False", "True"}
)

// handled writes what a controller says about the present generation, shows that, and has the records looked at.
func (w *world) handled(ctx context.Context, object operations.Object, s state) {
	GinkgoHelper()
	w.said(ctx, object, s)
	w.look(ctx, object)
}

// said writes what a controller says about the present generation and shows that.
func (w *world) said(ctx context.Context, object operations.Object, s state) {
	GinkgoHelper()
	before := object.DeepCopyObject().(client.Object)
	now := metav1.NewTime(w.clock.Now())
	set := func(conditionType string, status metav1.ConditionStatus, message string) {
		conditions.Set(object, metav1.Condition{Type: conditionType, Status: status, Reason: "Because", Message: message}, now)
	}
	set(fleetv1.ConditionReady, s.ready, "")
	set(fleetv1.ConditionStalled, s.stalled, "infra: no capacity")
	set(fleetv1.ConditionReconciling, s.reconciling, "")
	if s == ready && object.GetDeletionTimestamp().IsZero() && !conditions.IsTrue(object, fleetv1.ConditionProvisioned) {
		set(fleetv1.ConditionProvisioned, "True", "")
	}
	if s != working {
		observe(object)
	}
	Expect(w.client.Status().Update(ctx, object)).To(Succeed())
	w.shown(ctx, before, object)
}

func observe(object operations.Object) {
	switch typed := object.(type) {
	case *fleetv1.Cluster:
		typed.Status.ObservedGeneration = typed.Generation
	case *fleetv1.NodePool:
		typed.Status.ObservedGeneration = typed.Generation
	case *fleetv1.Addon:
		typed.Status.ObservedGeneration = typed.Generation
	}
}

// condemned asks for the deletion of an object that is kept, shows that, and has the records looked at.
func (w *world) condemned(ctx context.Context, object operations.Object) {
	GinkgoHelper()
	before := object.DeepCopyObject().(client.Object)
	expect.Deleted(ctx, w.client, object)
	w.shown(ctx, before, object)
	w.look(ctx, object)
}

// released lets an object go, shows that, and has the records looked at.
func (w *world) released(ctx context.Context, object operations.Object) {
	GinkgoHelper()
	w.vanished(ctx, object)
	w.shown(ctx, object, nil)
	w.look(ctx, object)
}

// vanished lets an object go while nobody looks.
func (w *world) vanished(ctx context.Context, object operations.Object) {
	GinkgoHelper()
	before := object.DeepCopyObject().(client.Object)
	object.SetFinalizers(nil)
	Expect(client.IgnoreNotFound(w.client.Patch(ctx, object, client.MergeFrom(before)))).To(Succeed())
	expect.Gone(ctx, w.client, before)
}

// records are those of the namespace, by their sequence.
func (w *world) records(ctx context.Context) []fleetv1.Operation {
	GinkgoHelper()
	var list fleetv1.OperationList
	Expect(w.client.List(ctx, &list, client.InNamespace(w.namespace))).To(Succeed())
	slices.SortFunc(list.Items, func(a, b fleetv1.Operation) int { return int(a.Spec.Sequence - b.Spec.Sequence) })
	return list.Items
}

// told are the records in short.
func (w *world) told(ctx context.Context) []string {
	GinkgoHelper()
	var lines []string
	for _, record := range w.records(ctx) {
		Expect(record.Name).To(Equal(operations.Name(record.Spec.Sequence)))
		Expect(record.Status.EndTime != nil).To(Equal(operations.Ended(&record)), "%s", record.Name)
		line := fmt.Sprintf("%d %s %s@%d %s", record.Spec.Sequence, record.Spec.Type, record.Spec.Target.Name, record.Spec.Generation, record.Status.State)
		if record.Status.Message != "" {
			line += ": " + record.Status.Message
		}
		lines = append(lines, line)
	}
	return lines
}

// steady expects that looking once more writes nothing.
func (w *world) steady(ctx context.Context, objects ...operations.Object) {
	GinkgoHelper()
	before := w.writes.Count()
	for _, object := range objects {
		w.look(ctx, object)
	}
	Expect(w.writes.Log()[before:]).To(BeEmpty())
}
