package hub

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/tasks"
)

const (
	// stintRound bounds one round of writes.
	stintRound = 10 * time.Second
	// stintLimit is how long after its mark a task may begin a round. Its last write is then made before others take it for dead.
	stintLimit = tasks.Patience - 2*stintRound
)

// errOvertaken tells that somebody else wrote one of the objects of a task, which therefore has to be planned anew.
var errOvertaken = errors.New("somebody else changed an object meanwhile")

// stint is the time in which the objects of a task are written: no other task begins on the Cluster meanwhile.
//
// It begins with a mark on the Cluster, written under the resource version at which no task was seen to run. So of two that come
// at the same time, on whatever replicas, one conflicts. The mark names the objects and the generations that they will have, by
// which everybody can tell until when the task runs; see the package tasks.
type stint struct {
	store  *Store
	waiter waiter
	// aside tells that this is no task: there is neither a wait nor a mark.
	aside bool
	// mark is the mark as it was written; empty before that.
	mark tasks.Mark
	// done are the objects that were written.
	done []tasks.Object
	// unsure tells that nobody knows whether the last write happened.
	unsure bool
}

func (s *Store) stint(at address, wait time.Duration) *stint {
	return &stint{store: s, waiter: s.waiter(at, wait)}
}

// run waits for the turn of the task and does rounds until one of them is not overtaken. After a failure nothing is left of the
// mark but what was written.
func (t *stint) run(ctx context.Context, round func(context.Context, *household) error) error {
	for attempt := range attempts {
		t.store.pause(ctx, attempt)
		h, err := t.begin(ctx)
		if err == nil {
			err = inRound(ctx, func(ctx context.Context) error { return round(ctx, h) })
		}
		if errors.Is(err, errOvertaken) {
			continue
		}
		if err != nil {
			t.abandon(ctx)
		}
		return err
	}
	t.abandon(ctx)
	return &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
}

func inRound(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, stintRound)
	defer cancel()
	return do(ctx)
}

// begin returns the objects as they are live: at first when it is the task's turn, later if its mark still holds.
func (t *stint) begin(ctx context.Context) (*household, error) {
	s := t.store
	if !t.aside && !t.marked() {
		return s.admitted(ctx, t.waiter)
	}
	h, err := s.household(ctx, t.waiter.at)
	switch {
	case err != nil:
		return nil, err
	case h.cluster.DeletionTimestamp != nil:
		return nil, clusterDeleting()
	case t.aside:
		return h, nil
	case h.cluster.Annotations[fleetv1.AnnotationNKSTask] != t.mark.String(), s.Clock.Since(t.mark.Since) > stintLimit:
		return nil, &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
	}
	return h, nil
}

func (t *stint) marked() bool { return len(t.mark.Objects) > 0 }

// hold writes the mark, unless it is there already. The Cluster of the household is from then on as it was written.
func (t *stint) hold(ctx context.Context, h *household, objects []tasks.Object) error {
	if t.aside || slices.Equal(objects, t.mark.Objects) {
		return nil
	}
	mark := tasks.New(t.store.Clock.Now(), objects...)
	held, err := t.store.writeMark(ctx, h.cluster, mark.String())
	if err != nil {
		return t.outcome(err)
	}
	t.mark, h.cluster = mark, held
	return nil
}

// writeMark writes a mark on a Cluster, or takes it away if it is empty, if nobody has written since the Cluster was read.
func (s *Store) writeMark(ctx context.Context, cluster *fleetv1.Cluster, mark string) (*fleetv1.Cluster, error) {
	annotations := cloned(cluster.Annotations)
	annotations[fleetv1.AnnotationNKSTask] = mark
	if mark == "" {
		delete(annotations, fleetv1.AnnotationNKSTask)
	}
	patch, err := json.Marshal([]operation{
		{Op: "replace", Path: "/metadata/resourceVersion", Value: cluster.ResourceVersion},
		{Op: "add", Path: "/metadata/annotations", Value: annotations},
	})
	if err != nil {
		return nil, err
	}
	written := cluster.DeepCopy()
	if err := s.Client.Patch(ctx, written, client.RawPatch(types.JSONPatchType, patch)); err != nil {
		return nil, err
	}
	s.Memory.Apply(written.DeepCopy())
	return written, nil
}

// wrote takes the news that an object was written.
func (t *stint) wrote(object tasks.Object) { t.done = append(t.done, object) }

// outcome judges what a write of the task gave.
func (t *stint) outcome(err error) error {
	switch {
	case err == nil:
		return nil
	case apierrors.IsConflict(err):
		return errOvertaken
	case !refused(err):
		t.unsure = true
	}
	return fault(err)
}

// abandon takes from the mark what was not written. Where nobody knows what was, the mark stays, and ends as that of a task whose
// writer died.
func (t *stint) abandon(ctx context.Context) {
	if !t.marked() || t.unsure || slices.Equal(t.mark.Objects, t.done) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	left := ""
	if len(t.done) > 0 {
		left = tasks.Mark{Since: t.mark.Since, Objects: t.done}.String()
	}
	for attempt := range attempts {
		t.store.pause(ctx, attempt)
		object, err := t.store.object(ctx, t.waiter.at)
		if err == nil && object.GetAnnotations()[fleetv1.AnnotationNKSTask] != t.mark.String() {
			return
		}
		if err == nil {
			_, err = t.store.writeMark(ctx, object.(*fleetv1.Cluster), left) // the address is that of a Cluster
		}
		if !apierrors.IsConflict(err) {
			if err != nil && ReasonOf(fault(err)) != NotFound {
				ctrl.LoggerFrom(ctx).Error(err, "Taking back the mark of a task failed", "cluster", t.waiter.at.key)
			}
			return
		}
	}
}
