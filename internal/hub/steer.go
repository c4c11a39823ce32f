package hub

import (
	"context"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// turn is what a task makes of the spec of an add-on.
type turn struct {
	// task is the type of the task.
	task string
	// version, params and valuesFrom replace those of the spec.
	version    string
	params     *runtime.RawExtension
	valuesFrom []fleetv1.ValuesReference
	// secret are writeOnly params for a Secret of their own, which takes the place of the one before; nil if none is needed.
	secret map[string]any
	before hidden
	// extensions replace the kept request; nil keeps it.
	extensions *fleetv1.Extensions
}

// course says what a task makes of an add-on. It is asked again when somebody else changed the add-on meanwhile.
type course func(ctx context.Context, present *Addon) (*turn, error)

// steer changes the spec of an add-on. Each time the generation moves, because the request for the task is part of the spec; it
// names the generation that it makes, which is why nobody may write in between. A refusal is said only of the add-on as it is
// live.
func (s *Store) steer(ctx context.Context, caller Caller, ref Ref, to course) (*Addon, error) {
	present, err := s.Memory.Addon(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	// Tasks through this replica come one by one, so that only other writers can be in the way.
	lock := string(present.Object.UID)
	s.locks.LockKey(lock)
	defer func() { _ = s.locks.UnlockKey(lock) }() // it cannot fail for a key that is locked

	for attempt, live := 0, false; attempt < attempts; attempt++ {
		s.pause(ctx, attempt)
		written, err := s.steerOnce(ctx, caller, present, to)
		switch {
		case err == nil:
			s.Memory.Apply(written)
			return s.Memory.Addon(ctx, caller.Namespace, Ref{Kind: fleetv1.KindAddon, ID: present.ID})
		case !apierrors.IsConflict(err) && (live || !refused(err)):
			return nil, ruled(fault(err))
		}
		if present, err = s.presentAddon(ctx, present); err != nil {
			return nil, err
		}
		live = true
	}
	return nil, &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
}

// presentAddon returns an add-on as it is live.
func (s *Store) presentAddon(ctx context.Context, known *Addon) (*Addon, error) {
	object, err := s.addon(ctx, known.Object)
	if err != nil {
		if ReasonOf(err) == NotFound {
			s.Memory.Remove(known.Object)
		}
		return nil, err
	}
	cluster, err := s.Memory.Get(ctx, object.Namespace, Ref{Kind: fleetv1.KindCluster, Name: object.Spec.ClusterName})
	if err != nil {
		return nil, err
	}
	template, err := s.Memory.Template(ctx, object.Spec.TemplateName)
	if err != nil && ReasonOf(err) != NotFound {
		return nil, err
	}
	return aboutAddon(object, cluster, template), nil
}

// steerOnce writes what a task makes of the add-on, if that is still the present one.
func (s *Store) steerOnce(ctx context.Context, caller Caller, present *Addon, to course) (*fleetv1.Addon, error) {
	switch {
	case present.Object.DeletionTimestamp != nil:
		return nil, &Error{Reason: WrongState, Message: "The add-on is being deleted"}
	case present.Cluster.Object.DeletionTimestamp != nil:
		return nil, clusterDeleting()
	}
	t, err := to(ctx, present)
	if err != nil {
		return nil, err
	}
	var secret *corev1.Secret
	if t.secret != nil {
		if secret, err = s.keepSecret(ctx, present.Object, ownedBy(fleetv1.KindAddon, present.Object), t.secret); err != nil {
			return nil, err
		}
		t.valuesFrom = t.before.naming(t.valuesFrom, secret)
	}
	written := present.Object.DeepCopy()
	annotate(written, caller.updates(s.Clock.Now()))
	if err := s.turn(ctx, written, t); err != nil {
		s.abandonSecret(ctx, secret, err)
		return nil, err
	}
	return written, nil
}

// turn writes a task into the spec of an add-on, if nobody has written since it was read. See edit.
func (s *Store) turn(ctx context.Context, addon *fleetv1.Addon, t *turn) error {
	request := fleetv1.OperationRequest{ID: string(uuid.NewUUID()), Type: t.task, Generation: addon.Generation + 1}
	steps := []operation{
		{Op: "replace", Path: "/metadata/resourceVersion", Value: addon.ResourceVersion},
		{Op: "add", Path: "/metadata/annotations", Value: addon.Annotations},
		{Op: "add", Path: "/spec/version", Value: t.version},
		{Op: "add", Path: "/spec/operation", Value: request},
	}
	if t.extensions != nil {
		steps = append(steps, operation{Op: "add", Path: "/spec/extensions", Value: t.extensions})
	}
	switch {
	case t.params != nil:
		steps = append(steps, operation{Op: "add", Path: "/spec/params", Value: json.RawMessage(t.params.Raw)})
	case addon.Spec.Params != nil:
		steps = append(steps, operation{Op: "remove", Path: "/spec/params"})
	}
	switch {
	case len(t.valuesFrom) > 0:
		steps = append(steps, operation{Op: "add", Path: "/spec/valuesFrom", Value: t.valuesFrom})
	case len(addon.Spec.ValuesFrom) > 0:
		steps = append(steps, operation{Op: "remove", Path: "/spec/valuesFrom"})
	}
	patch, err := json.Marshal(steps)
	if err != nil {
		return err
	}
	return s.Client.Patch(ctx, addon, client.RawPatch(types.JSONPatchType, patch))
}
