package hub

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/limits"
)

// timeFormat is how annotations hold times: RFC 3339 in UTC with microseconds.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// Change replaces labels or parameters, each whole. Where nothing changes nothing is written; this, and any refusal, is said
// only of the object as it is live.
func (s *Store) Change(ctx context.Context, caller Caller, ref Ref, change Change) (*Record, error) {
	record, err := s.Memory.Get(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	e := &edition{caller: caller, change: change, object: stored(record)}
	if e.parameters, err = parameters(change.Parameters); err != nil {
		return nil, err
	}
	if change.Labels != nil {
		if err := unreserved(*change.Labels); err != nil {
			return nil, err
		}
	}
	at := addressOf(record)
	if err := s.change(ctx, at, e); err != nil {
		return nil, err
	}
	s.Memory.Apply(e.object)
	if e.written {
		s.courtesy(ctx, at, wish{})
	}
	return s.Memory.Get(ctx, caller.Namespace, byID(record))
}

// edition is a change on its way in.
type edition struct {
	caller     Caller
	change     Change
	parameters *runtime.RawExtension
	// object is the object as the Memory, the kube-apiserver or the write returned it.
	object target
	// live tells that the kube-apiserver returned it, written that the write did.
	live, written bool
}

// change tries until the change is written, or is known not to be needed or not to be allowed.
func (s *Store) change(ctx context.Context, at address, e *edition) error {
	// Changes through this replica come one by one, so that only other writers can be in the way.
	lock := string(at.uid)
	s.locks.LockKey(lock)
	defer func() { _ = s.locks.UnlockKey(lock) }() // it cannot fail for a key that is locked

	for attempt := range attempts {
		s.pause(ctx, attempt)
		edited := s.edited(e)
		verdict := s.judge(e, edited)
		switch {
		case verdict == nil && edited != nil:
			err := s.edit(ctx, e.object, edited)
			if err == nil {
				e.object, e.written = edited, true
				return nil
			}
			if !apierrors.IsConflict(err) {
				return fault(err)
			}
		case e.live:
			return verdict
		}
		object, err := s.object(ctx, at)
		if err != nil {
			return err
		}
		e.object, e.live = object, true
	}
	return &Error{Reason: Unavailable, Message: "Others keep changing the object", RetryAfter: retrySoon}
}

// stored returns the object that a record was made of. It is shared.
func stored(record *Record) target {
	if record.NodePool != nil {
		return record.NodePool
	}
	return record.Cluster
}

// judge says why an object cannot be changed, or nil. What would be wrong without a precondition comes before it.
func (s *Store) judge(e *edition, edited target) error {
	if e.object.GetDeletionTimestamp() != nil {
		return &Error{Reason: WrongState, Message: "The object is being deleted"}
	}
	if edited != nil && e.parameters != nil {
		if err := s.allowed(edited); err != nil {
			return err
		}
	}
	return e.change.holds(e.object)
}

// holds tells whether the object is one of the versions that the caller wants to change.
func (p Precondition) holds(object metav1.Object) error {
	if p.ResourceVersions == nil || slices.Contains(p.ResourceVersions, object.GetResourceVersion()) {
		return nil
	}
	return &Error{Reason: PreconditionFailed, Message: "The object has changed"}
}

// allowed holds changed parameters against the Platform.
func (s *Store) allowed(edited target) error {
	at := address{kind: targetKind(edited), key: client.ObjectKeyFromObject(edited), uid: edited.GetUID()}
	known, ok := s.remembered(at)
	if !ok || known.platform() == nil {
		return nil
	}
	switch o := edited.(type) {
	case *fleetv1.NodePool:
		return broken(limits.NodePool(o, known.platform(), nil))
	case *fleetv1.Cluster:
		return broken(limits.Cluster(o, known.platform()))
	default:
		return nil
	}
}

func targetKind(object target) string {
	if _, ok := object.(*fleetv1.NodePool); ok {
		return fleetv1.KindNodePool
	}
	return fleetv1.KindCluster
}

// edited returns the object as the change wants it, or nil if it is so already.
func (s *Store) edited(e *edition) target {
	edited := e.object.DeepCopyObject().(target) // a copy is of the same type
	changed := false
	if e.change.Labels != nil {
		labels := withOwn(*e.change.Labels, e.object.GetLabels())
		changed = !apiequality.Semantic.DeepEqual(labels, e.object.GetLabels())
		edited.SetLabels(labels)
	}
	if e.parameters != nil && !aggregate.SameJSON(raw(*parametersOf(e.object)), e.parameters.Raw) {
		changed = true
		*parametersOf(edited) = e.parameters
	}
	if !changed {
		return nil
	}
	annotate(edited, e.caller.updates(s.Clock.Now()))
	return edited
}

func annotate(object metav1.Object, added map[string]string) {
	annotations := cloned(object.GetAnnotations())
	for key, value := range added {
		annotations[key] = value
	}
	object.SetAnnotations(annotations)
}

// parametersOf returns the address of spec.parameters.
func parametersOf(object target) **runtime.RawExtension {
	switch o := object.(type) {
	case *fleetv1.NodePool:
		return &o.Spec.Parameters
	case *fleetv1.Cluster:
		return &o.Spec.Parameters
	default:
		return new(*runtime.RawExtension)
	}
}

// raw returns parameters as they are shown: where there are none, as an empty object.
func raw(extension *runtime.RawExtension) []byte {
	if extension == nil || len(extension.Raw) == 0 {
		return []byte("{}")
	}
	return extension.Raw
}

// operation is one step of a JSON patch.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// edit writes labels, annotations and parameters, if nobody has written since the object was read. It is a JSON patch: a merge
// patch would merge what has to be replaced, and takes a null in it for a deletion.
func (s *Store) edit(ctx context.Context, before, after target) error {
	steps := []operation{
		{Op: "replace", Path: "/metadata/resourceVersion", Value: before.GetResourceVersion()},
		{Op: "add", Path: "/metadata/annotations", Value: after.GetAnnotations()},
	}
	if labels := after.GetLabels(); len(labels) > 0 || len(before.GetLabels()) > 0 {
		steps = append(steps, operation{Op: "add", Path: "/metadata/labels", Value: labels})
	}
	if given := *parametersOf(after); given != nil {
		steps = append(steps, operation{Op: "add", Path: "/spec/parameters", Value: json.RawMessage(given.Raw)})
	}
	patch, err := json.Marshal(steps)
	if err != nil {
		return err
	}
	return s.Client.Patch(ctx, after, client.RawPatch(types.JSONPatchType, patch))
}

// stamp returns when something happened, as annotations hold it.
func stamp(t time.Time) string { return t.UTC().Format(timeFormat) }
