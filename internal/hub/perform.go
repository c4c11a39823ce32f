package hub

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/limits"
	"github.com/slipway-dev/slipway/internal/params"
	"github.com/slipway-dev/slipway/internal/tasks"
)

// Perform implements TaskWriter. The objects are written one after the other, each under the resource version that the task was
// planned with. Where somebody else was faster, what is left is planned anew, on a draft that shows what was written already as it
// was before: to the plan it is as if all were written at once.
func (s *Store) Perform(ctx context.Context, caller Caller, cluster Ref, task Task) (*Fleet, error) {
	record, err := s.Memory.Get(ctx, caller.Namespace, cluster)
	if err != nil {
		return nil, err
	}
	at := addressOf(record)
	if task.Aside {
		// Nothing keeps those apart that are no tasks, but that they come one by one through this replica.
		lock := string(at.uid)
		s.locks.LockKey(lock)
		defer func() { _ = s.locks.UnlockKey(lock) }() // it cannot fail for a key that is locked
	}
	t := s.stint(at, task.Wait)
	t.aside = task.Aside
	p := &performance{stint: t, caller: caller, task: task, written: map[types.UID]writtenObject{}}
	if err := t.run(ctx, p.round); err != nil {
		return nil, err
	}
	return s.Memory.Fleet(ctx, caller.Namespace, byID(record))
}

// performance is a task on its way.
type performance struct {
	*stint
	caller  Caller
	task    Task
	written map[types.UID]writtenObject
}

// writtenObject is an object that the task has written: as it was before, and the generation that the task made.
type writtenObject struct {
	before     target
	generation int64
}

// part is one object of a task.
type part struct {
	before, after target
	secrets       []NewSecret
	// written tells that an earlier round wrote it.
	written bool
	object  tasks.Object
}

// round plans the task and writes what is left of it.
func (p *performance) round(ctx context.Context, h *household) error {
	draft := p.draft(h)
	if err := p.task.Plan(ctx, draft); err != nil {
		return err
	}
	platform := p.store.governor(h.cluster)
	parts := p.parts(h, draft)
	objects := make([]tasks.Object, 0, len(parts))
	for _, part := range parts {
		if err := exceeds(part, platform); err != nil {
			return err
		}
		objects = append(objects, part.object)
	}
	if err := p.hold(ctx, h, objects); err != nil {
		return err
	}
	for _, part := range parts {
		if part.written {
			continue
		}
		if err := p.write(ctx, h, part); err != nil {
			return err
		}
	}
	return nil
}

// draft returns what the plan may change: copies of the objects, of those that were written already as they were before.
func (p *performance) draft(h *household) *Draft {
	d := &Draft{Cluster: asBefore(p, h.cluster), Platform: p.store.governor(h.cluster)}
	objects := []target{h.cluster}
	for _, pool := range h.pools {
		d.Pools = append(d.Pools, asBefore(p, pool))
		objects = append(objects, pool)
	}
	d.Kept = func(ctx context.Context, secret string) (map[string][]byte, error) {
		return p.store.keptFor(ctx, secret, objects...)
	}
	return d
}

func asBefore[T target](p *performance, object T) T {
	if w, ok := p.written[object.GetUID()]; ok {
		return w.before.DeepCopyObject().(T) // it was recorded under the UID of such an object
	}
	return object.DeepCopyObject().(T) // a copy is of the same type
}

// parts returns the objects that a draft marks, each once, in the order of the marks.
func (p *performance) parts(h *household, draft *Draft) []*part {
	live := map[types.UID]target{h.cluster.UID: h.cluster}
	for _, pool := range h.pools {
		live[pool.UID] = pool
	}
	var parts []*part
	for _, touched := range draft.Touched() {
		var after target = touched.Cluster
		if touched.Pool != nil {
			after = touched.Pool
		}
		same := func(part *part) bool { return part.after.GetUID() == after.GetUID() }
		if i := slices.IndexFunc(parts, same); i >= 0 {
			parts[i].secrets = append(parts[i].secrets, touched.Secrets...)
			continue
		}
		parts = append(parts, p.part(live[after.GetUID()], after, touched.Secrets))
	}
	return parts
}

func (p *performance) part(before, after target, secrets []NewSecret) *part {
	made := &part{before: before, after: after, secrets: secrets}
	generation := before.GetGeneration() + 1
	if w, ok := p.written[before.GetUID()]; ok {
		made.written, generation = true, w.generation
	}
	made.object = tasks.Object{Kind: targetKind(after), Name: after.GetName(), Generation: generation}
	return made
}

// exceeds tells what the Platform does not allow in what a task makes of an object. What was so before is no fault of the task.
func exceeds(part *part, platform *fleetv1.Platform) error {
	if part.written || platform == nil {
		return nil
	}
	before := limitsOf(part.before, platform)
	return broken(slices.DeleteFunc(limitsOf(part.after, platform), func(f params.Fault) bool { return slices.Contains(before, f) }))
}

func limitsOf(object target, platform *fleetv1.Platform) []params.Fault {
	switch o := object.(type) {
	case *fleetv1.NodePool:
		return limits.NodePool(o, platform, nil)
	case *fleetv1.Cluster:
		return limits.Cluster(o, platform)
	default:
		return nil
	}
}

// write makes the Secrets of an object and writes its spec, with the request for the Operation: it is different each time, so
// that the generation moves in any case.
func (p *performance) write(ctx context.Context, h *household, part *part) error {
	s := p.store
	before := part.before
	if before.GetUID() == h.cluster.UID {
		before = h.cluster // the mark was written since
	}
	after := before.DeepCopyObject().(target) // a copy is of the same type
	request := &fleetv1.OperationRequest{ID: string(uuid.NewUUID()), Type: p.task.Type, Generation: part.object.Generation}
	takeSpec(after, part.after, request)
	annotate(after, p.caller.updates(s.Clock.Now()))
	made, err := s.makeSecrets(ctx, before.GetNamespace(), ownedBy(targetKind(before), before), part.secrets)
	if err != nil {
		return p.outcome(err)
	}
	if err := s.writeSpec(ctx, before, after); err != nil {
		for _, secret := range made {
			s.abandonSecret(ctx, secret, err)
		}
		if apierrors.IsNotFound(err) {
			return errOvertaken // whether it may be gone is for the plan to say
		}
		return p.outcome(err)
	}
	p.written[before.GetUID()] = writtenObject{before: part.before, generation: after.GetGeneration()}
	p.wrote(part.object)
	s.Memory.Apply(after)
	return nil
}

// takeSpec gives an object the spec of its draft and the request for the Operation.
func takeSpec(object, draft target, request *fleetv1.OperationRequest) {
	switch o := object.(type) {
	case *fleetv1.NodePool:
		o.Spec = draft.(*fleetv1.NodePool).Spec // both are of one kind
		o.Spec.Operation = request
	case *fleetv1.Cluster:
		o.Spec = draft.(*fleetv1.Cluster).Spec // both are of one kind
		o.Spec.Operation = request
	}
}
