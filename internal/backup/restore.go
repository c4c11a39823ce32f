package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// workers is how many objects of a kind are written at once.
const workers = 8

// Result says what became of an archive.
type Result struct {
	// Restored counts the objects that were written, by kind.
	Restored map[string]int
	// Existing are the objects that were there already and were left as they are.
	Existing []string
	// Notes are what could not be taken along, and what was left out for want of its owner.
	Notes []string
}

// Restore writes the objects of an archive. First all are created, with an annotation that keeps controllers and adapters off, and given
// their states; then they are let go, what is owned before its owners. It goes on after a failure with what does not depend on it, and
// returns all failures. Called again it carries on where it stopped. Objects that exist are left as they are.
func Restore(ctx context.Context, to client.Client, archive *Archive) (*Result, error) {
	r := &restoring{
		to: to, plan: newPlan(archive), born: map[types.UID]types.UID{}, drafts: map[*unstructured.Unstructured]*draft{},
		result: &Result{Restored: map[string]int{}},
	}
	ranks := make([][]*unstructured.Unstructured, len(order))
	for _, object := range archive.Objects {
		at := rank(object)
		if at < 0 {
			return nil, fmt.Errorf("the archive holds %s, which is no part of a fleet", named(object))
		}
		ranks[at] = append(ranks[at], object)
	}
	for _, objects := range ranks {
		r.inParallel(ctx, objects, r.create)
	}
	for _, objects := range slices.Backward(ranks) {
		r.inParallel(ctx, objects, r.release)
	}
	slices.Sort(r.result.Existing)
	slices.Sort(r.result.Notes)
	return r.result, errors.Join(append(r.failures, ctx.Err())...)
}

// restoring is a restore under way.
type restoring struct {
	to   client.Client
	plan *plan

	mu sync.Mutex
	// born are the UIDs of what is there now, by those in the archive.
	born map[types.UID]types.UID
	// drafts are those of the objects that were created and have to be let go.
	drafts   map[*unstructured.Unstructured]*draft
	result   *Result
	failures []error
}

// inParallel does something for each object, and collects what failed.
func (r *restoring) inParallel(ctx context.Context, objects []*unstructured.Unstructured, do func(context.Context, *unstructured.Unstructured) error) {
	var group errgroup.Group
	group.SetLimit(workers)
	for _, object := range objects {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if err := do(ctx, object); err != nil {
				r.mu.Lock()
				defer r.mu.Unlock()
				r.failures = append(r.failures, fmt.Errorf("restoring %s: %w", named(object), err))
			}
			return nil
		})
	}
	_ = group.Wait() // no member fails
}

// create brings an object into being, and gives it its generation and its state.
func (r *restoring) create(ctx context.Context, object *unstructured.Unstructured) error {
	d, err := r.draft(object)
	if d == nil || err != nil {
		return err
	}
	made := d.create.DeepCopy()
	err = r.to.Create(ctx, made, fieldOwner)
	if apierrors.IsAlreadyExists(err) {
		made, err = r.meet(ctx, object)
	}
	if made == nil || err != nil {
		return err
	}
	if err := r.shape(ctx, d, made); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.born[object.GetUID()], r.drafts[object] = made.GetUID(), d
	r.result.Restored[object.GetKind()]++
	return nil
}

// draft says how an object is restored; nil if it is not, for want of its owner.
func (r *restoring) draft(object *unstructured.Unstructured) (*draft, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, err := r.plan.draft(object, r.born)
	var orphan errOwner
	if errors.As(err, &orphan) {
		r.result.Notes = append(r.result.Notes, fmt.Sprintf("%s was left out: %s", named(object), err))
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, note := range d.notes {
		r.result.Notes = append(r.result.Notes, named(object)+": "+note)
	}
	return d, nil
}

// meet looks at an object that is in the way. One that an earlier restore did not finish is returned, to go on with. Others are left as
// they are; what has the name of a Cluster and is another one cannot stand for it.
func (r *restoring) meet(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	found := &unstructured.Unstructured{}
	found.SetGroupVersionKind(object.GroupVersionKind())
	if err := r.to.Get(ctx, client.ObjectKeyFromObject(object), found); err != nil {
		return nil, fmt.Errorf("reading what exists: %w", err)
	}
	if isTarget(object) && fleetv1.IDOf(found) != fleetv1.IDOf(object) {
		return nil, fmt.Errorf("there is another one of the name, with the id %s: delete it first, and restore before GitOps or "+
			"anybody else makes objects", fleetv1.IDOf(found))
	}
	if fleetv1.Restoring(found) {
		return found, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.born[object.GetUID()] = found.GetUID()
	r.result.Existing = append(r.result.Existing, named(object))
	return nil, nil
}

// shape makes the second generation, where there is to be one, and writes the state.
func (r *restoring) shape(ctx context.Context, d *draft, made *unstructured.Unstructured) error {
	if d.second != nil && made.GetGeneration() < 2 {
		if err := r.merge(ctx, made, d.second); err != nil {
			return fmt.Errorf("making its second generation: %w", err)
		}
	}
	if d.status == nil {
		return nil
	}
	patch, err := asJSON([]map[string]any{{"op": "add", "path": "/status", "value": d.status}})
	if err != nil {
		return err
	}
	if err := r.to.Status().Patch(ctx, made, client.RawPatch(types.JSONPatchType, patch), fieldOwner); err != nil {
		return fmt.Errorf("writing its status: %w", err)
	}
	return nil
}

// release lets an object go: from now on it is everybody's. Its fields belong to whom they belonged, so that who applied it before
// applies no change now.
func (r *restoring) release(ctx context.Context, object *unstructured.Unstructured) error {
	d := r.drafts[object] // nothing is added any more
	if d == nil {
		return nil
	}
	made := &unstructured.Unstructured{}
	made.SetGroupVersionKind(object.GroupVersionKind())
	made.SetNamespace(object.GetNamespace())
	made.SetName(object.GetName())
	if d.wake != nil {
		if err := r.merge(ctx, made, d.wake); err != nil {
			return fmt.Errorf("waking it: %w", err)
		}
	}
	metadata := map[string]any{"annotations": map[string]any{fleetv1.AnnotationRestoring: nil}}
	if len(d.managers) > 0 {
		metadata["managedFields"] = d.managers
	}
	if err := r.merge(ctx, made, map[string]any{"metadata": metadata}); err != nil {
		return fmt.Errorf("letting it go: %w", err)
	}
	if !d.remove {
		return nil
	}
	if err := r.to.Delete(ctx, made); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("deleting it, as it was being: %w", err)
	}
	return nil
}
