package hub

import (
	"context"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/reports"
)

// defaultHeartbeat is how old a report gets before an identical one is stored, where no Platform says otherwise.
const defaultHeartbeat = 30 * time.Second

// Report takes the report of an adapter: it decides what becomes of it, stores it, and brings the status of its target in line.
// A report replaces the stored one whole, also the facts that an adapter may have stored as a custom resource before.
func (s *Store) Report(ctx context.Context, caller Caller, ref Ref, adapter string, report *fleetv1.Report) (*fleetv1.AdapterStatus, error) {
	began := s.Clock.Now()
	h, err := s.hear(ctx, caller, ref, adapter, report)
	if err != nil {
		reportsIn.WithLabelValues(ref.Kind, reportFailed).Inc()
		return nil, err
	}
	reportsIn.WithLabelValues(ref.Kind, h.outcome()).Inc()
	if h.written {
		aggregationSeconds.WithLabelValues(ref.Kind).Observe(s.Clock.Since(began).Seconds())
	}
	return h.stored, nil
}

func (s *Store) hear(ctx context.Context, caller Caller, ref Ref, adapter string, report *fleetv1.Report) (*hearing, error) {
	record, err := s.Memory.Get(ctx, caller.Namespace, ref)
	if err != nil {
		return nil, err
	}
	if err := ownWords(report); err != nil {
		return nil, err
	}
	if caller.Adapters != nil && !slices.Contains(caller.Adapters, adapter) {
		return nil, &Error{Reason: AdapterNotAllowed, Message: "You may not report as adapter " + adapter}
	}
	at := addressOf(record)
	h := &hearing{address: at, ref: byID(record), adapter: adapter, name: fleetv1.AdapterStatusName(at.targetRef(), adapter), incoming: report}
	if err := s.take(ctx, h); err != nil || h.stored == nil {
		return h, err
	}
	// A target that is gone meanwhile was let go by somebody who had seen this report.
	err = s.settle(ctx, at, h.wish())
	if err != nil && ReasonOf(err) != NotFound {
		return nil, err
	}
	return h, nil
}

// hearing is one report on its way in.
type hearing struct {
	address
	ref      Ref
	adapter  string
	name     string
	incoming *fleetv1.Report

	// target and present are the target and the adapter's AdapterStatus, nil if there is none; live tells that they are those
	// that the kube-apiserver holds, and not those of the Memory.
	target  target
	present *fleetv1.AdapterStatus
	live    bool
	// heartbeat is the period within which a repetition is not stored.
	heartbeat time.Duration

	// stored is what is answered; nil if the report is dropped. written tells that it was stored now.
	stored  *fleetv1.AdapterStatus
	written bool
}

func (h *hearing) wish() wish {
	w := wish{adapter: h.adapter, thorough: true}
	if h.written {
		w.version = h.stored.ResourceVersion
	}
	if h.live && !h.written {
		w.seen = h.target.GetResourceVersion()
	}
	return w
}

// take decides what becomes of a report, and stores it. One adapter's reports about one target are taken one by one.
func (s *Store) take(ctx context.Context, h *hearing) error {
	lock := string(h.uid) + "/" + h.adapter
	s.locks.LockKey(lock)
	defer func() { _ = s.locks.UnlockKey(lock) }() // it cannot fail for a key that is locked

	if err := s.recall(ctx, h); err != nil {
		return err
	}
	for attempt := range attempts {
		s.pause(ctx, attempt)
		conflict, err := s.takeOnce(ctx, h)
		if err != nil || !conflict {
			return err
		}
		if err := s.reread(ctx, h); err != nil {
			return err
		}
	}
	return &Error{Reason: Unavailable, Message: "Others keep changing the report", RetryAfter: retrySoon}
}

// takeOnce is one pass through the table of docs/rest/hyperfleet.md, from the generation on. It reports whether the pass has to
// be repeated from live objects.
func (s *Store) takeOnce(ctx context.Context, h *hearing) (again bool, err error) {
	generation, deleting := h.target.GetGeneration(), h.target.GetDeletionTimestamp() != nil
	var before *fleetv1.Report
	if h.present != nil {
		before = h.present.Report
	}
	// Whatever is ahead of the generation that the Memory knows may be ahead of the Memory only.
	ahead := h.incoming.ObservedGeneration > generation || before != nil && before.ObservedGeneration > generation
	if ahead && !h.live {
		return true, nil
	}
	switch aggregate.Decide(before, h.incoming, generation, deleting, h.heartbeat) {
	case aggregate.Drop:
		// What is ever newer in the kube-apiserver than in the Memory drops it all the more, but for the beginning of a deletion,
		// during which Finalized counts whatever else is unknown.
		return !h.live && h.incoming.Finalized(), nil
	case aggregate.Answer:
		// Another replica may have stored something in between.
		if h.live {
			h.stored = h.present
		}
		return !h.live, nil
	default:
		return s.keep(ctx, h, before)
	}
}

// recall fills a hearing from the Memory.
func (s *Store) recall(ctx context.Context, h *hearing) error {
	record, err := s.Memory.Get(ctx, h.key.Namespace, h.ref)
	if err != nil {
		return err
	}
	subject, known := s.remembered(h.address)
	if !known {
		return notFound(nil)
	}
	h.target, h.heartbeat = subject.object(), defaultHeartbeat
	if platform := subject.platform(); platform != nil && platform.Spec.HeartbeatPeriod != nil {
		h.heartbeat = platform.Spec.HeartbeatPeriod.Duration
	}
	for _, status := range record.Reports {
		if status.Name == h.name {
			h.present = status
		}
	}
	return nil
}

// reread fills a hearing from the kube-apiserver.
func (s *Store) reread(ctx context.Context, h *hearing) error {
	object, err := s.object(ctx, h.address)
	if err != nil {
		return err
	}
	status, err := s.report(ctx, h.address, h.name)
	if err != nil {
		return err
	}
	if status != nil && !status.Spec.TargetRef.Means(h.kind, h.key.Name, h.uid) {
		if err := s.discard(ctx, status); err != nil {
			return err
		}
		status = nil
	}
	s.Memory.Apply(object)
	if status != nil {
		s.Memory.Apply(status)
	}
	h.target, h.present, h.live = object, status, true
	return nil
}

// keep stores the report in place of the one before, and reports whether somebody else wrote in between.
func (s *Store) keep(ctx context.Context, h *hearing, before *fleetv1.Report) (conflict bool, err error) {
	incoming := *h.incoming
	status := &fleetv1.AdapterStatus{}
	if h.present != nil {
		status = h.present.DeepCopy()
	}
	status.Namespace, status.Name = h.key.Namespace, h.name
	reports.Render(status, reports.Subject{Object: h.target, Kind: h.kind, Cluster: clusterName(h.target)}, h.adapter)
	status.Report = aggregate.Merge(before, &incoming)
	reports.Promise(status)
	if h.present == nil {
		err = s.Client.Create(ctx, status)
	} else {
		// The whole object, since a merge patch takes a null within the adapter's own data for a deletion.
		err = s.Client.Update(ctx, status)
	}
	switch {
	case apierrors.IsConflict(err), apierrors.IsAlreadyExists(err), apierrors.IsNotFound(err) && h.present != nil:
		return true, nil
	case err != nil:
		return false, fault(err)
	}
	s.Memory.Apply(status)
	h.stored, h.written = status, true
	return false, nil
}

// clusterName returns the name of the Cluster that a target is or belongs to.
func clusterName(object target) string {
	if pool, ok := object.(*fleetv1.NodePool); ok {
		return pool.Spec.ClusterName
	}
	return object.GetName()
}

// discard removes the report about an earlier object of the same name, which stands where a new one has to be.
func (s *Store) discard(ctx context.Context, status *fleetv1.AdapterStatus) error {
	uid := status.UID
	err := s.Client.Delete(ctx, status, client.Preconditions{UID: &uid}, client.PropagationPolicy(metav1.DeletePropagationBackground))
	if err == nil {
		err = s.release(ctx, status)
	}
	if client.IgnoreNotFound(err) != nil {
		return fault(err)
	}
	s.Memory.Remove(status)
	return nil
}
