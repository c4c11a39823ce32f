package hub_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestADeletionTakesTheChildrenAlong(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	pool := f.pool(r, sample, "workers")
	// Made by kubectl, and not seen by a controller: nothing of ours is on it yet.
	bare := fixture.NodePool(f.namespace, "bare", "sample")
	addon := fixture.Addon(f.namespace, "addon", "sample", "template")
	must(t, f.client.Create(t.Context(), bare))
	must(t, f.client.Create(t.Context(), addon))

	deleted := f.delete(r, sample)
	if deleted.Object.DeletionTimestamp == nil || deleted.Object.Generation != 2 {
		t.Errorf("answered generation %d, deleted %s", deleted.Object.Generation, deleted.Object.DeletionTimestamp)
	}
	f.shows(r, sample, "F AwaitingFinalization 2", "F AwaitingAdapters 0")
	f.shows(r, pool, "F AwaitingFinalization 2", "F AwaitingAdapters 0")
	for _, object := range []client.Object{live(f, sample, &fleetv1.Cluster{}), live(f, pool, &fleetv1.NodePool{}), bare, addon} {
		must(t, f.client.Get(t.Context(), client.ObjectKeyFromObject(object), object))
		annotations := object.GetAnnotations()
		if object.GetDeletionTimestamp() == nil || annotations[fleetv1.AnnotationDeletedBy] != "ci@example.com" ||
			annotations[fleetv1.AnnotationUpdatedBy] != "ci@example.com" || annotations[fleetv1.AnnotationUpdatedTime] == "" || len(object.GetFinalizers()) != 1 {
			t.Errorf("%T %s: deleted %s, annotated %v, kept by %v", object, object.GetName(), object.GetDeletionTimestamp(), annotations, object.GetFinalizers())
		}
	}

	before := r.writes.Count()
	other := f.caller
	other.Email = "other@example.com"
	again, err := r.Delete(t.Context(), other, ref(sample), hub.Precondition{})
	must(t, err)
	if writes := r.writes.Count() - before; writes > 0 || again.Object.ResourceVersion != deleted.Object.ResourceVersion {
		t.Errorf("deleting again wrote: %v", r.writes.Log()[before:])
	}
	_, err = r.Delete(t.Context(), other, ref(sample), hub.Precondition{ResourceVersions: []string{"1"}})
	reason(t, err, hub.PreconditionFailed)
}

// The controller deletes pools of a deleted Cluster as well, and may be the first to do so.
func TestAPoolThatTheControllerDeletedIsClaimed(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	f.delete(r, sample)
	pool := fixture.NodePool(f.namespace, "late", "sample")
	pool.Finalizers = []string{fleetv1.NodePoolFinalizer}
	must(t, f.client.Create(t.Context(), pool))
	must(t, f.client.Delete(t.Context(), pool))

	f.delete(r, sample)
	must(t, f.client.Get(t.Context(), client.ObjectKeyFromObject(pool), pool))
	if by := pool.Annotations[fleetv1.AnnotationDeletedBy]; by != "ci@example.com" {
		t.Errorf("deleted by %q", by)
	}
}

// The last report lets a pool go, and with it the cluster that waited for nothing else.
func TestTheLastReportLetsGo(t *testing.T) {
	f := serve(t, 2, fixture.Requiring("dns"))
	one, other := f.replicas[0], f.replicas[1]
	sample := f.cluster(one, "sample")
	pool := f.pool(one, sample, "workers")
	f.delete(one, sample)
	f.report(one, sample, "dns", "F2z", noon)
	f.shows(one, sample, "F AwaitingChildren 2", "F AdaptersUnavailable 2")
	f.eventually("the other replica knows of the deletion", func() bool {
		record, err := other.Get(t.Context(), f.namespace, ref(pool))
		return err == nil && record.Object.DeletionTimestamp != nil
	})
	f.report(other, pool, "dns", "U2z", noon)
	for _, gone := range []*hub.Record{pool, sample} {
		_, err := other.Get(t.Context(), f.namespace, ref(gone))
		reason(t, err, hub.NotFound)
	}
	err := f.client.Get(t.Context(), client.ObjectKey{Namespace: f.namespace, Name: "sample"}, &fleetv1.Cluster{})
	if !apierrors.IsNotFound(err) {
		t.Errorf("the cluster is still there: %v", err)
	}
	f.eventually("the first replica knows of the end", func() bool {
		_, err := one.Get(t.Context(), f.namespace, ref(sample))
		return hub.ReasonOf(err) == hub.NotFound
	})
	_, err = other.Delete(t.Context(), f.caller, ref(sample), hub.Precondition{})
	reason(t, err, hub.NotFound)
}

// A cluster does not go while a pool is left that the replica does not know of.
func TestAClusterWaitsForPoolsThatAreNotKnown(t *testing.T) {
	f := serve(t, 1, fixture.Requiring("dns"))
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	f.delete(r, sample)
	late, _ := f.blind(r, sample, f.client)
	must(t, f.client.Create(t.Context(), fixture.NodePool(f.namespace, "unknown", "sample")))
	_, err := late.Report(t.Context(), f.caller, ref(sample), "dns", said("F2z", noon))
	must(t, err)
	if ready := live(f, sample, &fleetv1.Cluster{}).Status.Conditions[0]; ready.Reason != fleetv1.ReasonAwaitingChildren {
		t.Errorf("Ready says %s", ready.Reason)
	}
}

func TestForceDelete(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	pool := f.pool(r, sample, "workers")
	addon := fixture.Addon(f.namespace, "addon", "sample", "template", fixture.KeptBy[*fleetv1.Addon](fleetv1.AddonFinalizer))
	must(t, f.client.Create(t.Context(), addon))
	f.report(r, sample, "dns", "T1", noon)
	f.report(r, pool, "dns", "T1", noon)
	stored := live(f, sample, &fleetv1.Cluster{})
	stored.Finalizers = append(stored.Finalizers, "example.com/foreign")
	must(t, f.client.Update(t.Context(), stored))

	reason(t, r.ForceDelete(t.Context(), f.caller, ref(sample), "it hangs"), hub.WrongState)
	if events := r.events.Take(); len(events) > 0 {
		t.Errorf("events %v about a refusal", events)
	}
	f.delete(r, sample)
	must(t, r.ForceDelete(t.Context(), f.caller, ref(sample), "it hangs"))
	for _, object := range []client.Object{stored, lastKnown(pool), addon} {
		err := f.client.Get(t.Context(), client.ObjectKeyFromObject(object), object)
		if !apierrors.IsNotFound(err) {
			t.Errorf("%T %s is still there: %v", object, object.GetName(), err)
		}
	}
	for _, gone := range []*hub.Record{pool, sample} {
		_, err := r.Get(t.Context(), f.namespace, ref(gone))
		reason(t, err, hub.NotFound)
	}
	var reports fleetv1.AdapterStatusList
	must(t, f.client.List(t.Context(), &reports, client.InNamespace(f.namespace)))
	for _, report := range reports.Items {
		if len(report.Finalizers) > 0 {
			t.Errorf("report %s is kept by %v", report.Name, report.Finalizers)
		}
	}
	if events := r.events.Take(); !slices.ContainsFunc(events, func(e string) bool {
		return strings.HasPrefix(e, "Warning ForceDeleted") && strings.Contains(e, "ci@example.com") && strings.Contains(e, "it hangs")
	}) {
		t.Errorf("events are %v", events)
	}
	var log fleetv1.OperationList
	must(t, f.client.List(t.Context(), &log, client.InNamespace(f.namespace)))
	if len(log.Items) != 1 {
		t.Fatalf("%d records", len(log.Items))
	}
	kept := log.Items[0]
	if kept.Name != "op-1" || kept.Spec.Sequence != 1 || kept.Spec.Target.UID != stored.UID || kept.Spec.Type != "ForceDelete" || kept.Spec.Target.ID != string(sample.ID) || kept.Spec.Generation != 2 ||
		kept.Status.State != fleetv1.OperationSucceeded || kept.Status.EndTime == nil || kept.Annotations[fleetv1.AnnotationCreatedBy] != "ci@example.com" ||
		!strings.Contains(kept.Status.Message, "ci@example.com") || !strings.Contains(kept.Status.Message, "it hangs") {
		t.Errorf("the record is %+v, %+v", kept.Spec, kept.Status)
	}
	reason(t, r.ForceDelete(t.Context(), f.caller, ref(sample), "it hangs"), hub.NotFound)
}

// The controller has seen the last report too, and lets the object go while its status is being written here.
func TestWhatIsLetGoMeanwhileIsForgotten(t *testing.T) {
	f := serve(t, 1, fixture.Requiring("dns"))
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	f.delete(r, sample)
	overtaken := interceptor.NewClient(f.client, interceptor.Funcs{
		SubResourcePatch: func(ctx context.Context, c client.Client, subresource string, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
			must(t, c.Patch(ctx, live(f, sample, &fleetv1.Cluster{}), client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"finalizers":null}}`))))
			return c.SubResource(subresource).Patch(ctx, object, patch, options...)
		},
	})
	store, memory := f.blind(r, sample, overtaken)
	stored, err := store.Report(t.Context(), f.caller, ref(sample), "dns", said("F2z", noon.Add(time.Second)))
	must(t, err)
	if stored == nil {
		t.Error("the report was dropped")
	}
	if len(memory.removed) != 1 || memory.removed[0].GetUID() != sample.Object.UID {
		t.Errorf("what is gone: %v", memory.removed)
	}
}

// The controllers number their records too. Where many objects change at a time, they may be faster again and again.
func TestForceDeletionsAreRecordedInACrowd(t *testing.T) {
	f := serve(t, 1)
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	f.delete(r, sample)
	rivals := 12
	crowded := interceptor.NewClient(f.client, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			if record, ok := object.(*fleetv1.Operation); ok && rivals > 0 {
				rivals--
				rival := record.DeepCopy()
				rival.Spec.Target.Name, rival.Spec.Target.UID = "rival", "rival"
				must(t, c.Create(ctx, rival))
			}
			return c.Create(ctx, object, options...)
		},
	})
	store, _ := f.blind(r, sample, crowded)
	must(t, store.ForceDelete(t.Context(), f.caller, ref(sample), "it hangs"))
	if rivals > 0 {
		t.Errorf("%d rivals were never there", rivals)
	}
}

func lastKnown(record *hub.Record) client.Object {
	return &fleetv1.NodePool{ObjectMeta: *record.Object}
}

func TestForceDeletingAPoolTellsItsCluster(t *testing.T) {
	f := serve(t, 1, fixture.Requiring("dns"))
	r := f.replicas[0]
	sample := f.cluster(r, "sample")
	pool := f.pool(r, sample, "workers")
	f.delete(r, sample)
	f.report(r, sample, "dns", "F2z", noon.Add(time.Second))
	must(t, r.ForceDelete(t.Context(), f.caller, ref(pool), "it hangs"))
	_, err := r.Get(t.Context(), f.namespace, ref(sample))
	reason(t, err, hub.NotFound)
}
