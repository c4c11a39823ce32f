package hub

import (
	"context"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/tasks"
)

const (
	// gather is for how long news are gathered before they are looked at: the index is told of every object of every tenant.
	gather = 20 * time.Millisecond
	// lookAgain is after how long one who waits looks without any news: a task whose writer died ends by the clock alone.
	lookAgain = time.Second
)

// waiter waits for the task that runs on a Cluster.
type waiter struct {
	at address
	// until is when the wait is over.
	until time.Time
	// passes tells which tasks need not be waited for; nil for none.
	passes func(tasks.Mark) bool
}

// waiter returns one who comes now.
func (s *Store) waiter(at address, wait time.Duration) waiter {
	return waiter{at: at, until: s.Clock.Now().Add(wait)}
}

// busy tells whether a task is in the way. A mark that cannot be read is in nobody's way.
func (w waiter) busy(h *household, now time.Time) bool {
	mark, err := tasks.Parse(h.cluster.Annotations[fleetv1.AnnotationNKSTask])
	if err != nil || w.passes != nil && w.passes(mark) {
		return false
	}
	return mark.Runs(h.cluster, h.pools, now)
}

// admitted waits until no task is in the way, and returns the Cluster and its NodePools as they were then. Both this and that a
// task is still in the way are said only of what the kube-apiserver holds. Errors: NotFound, WrongState (the Cluster is being
// deleted), Busy.
func (s *Store) admitted(ctx context.Context, w waiter) (*household, error) {
	for {
		h, err := s.household(ctx, w.at)
		if err != nil {
			return nil, err
		}
		if h.cluster.DeletionTimestamp != nil {
			return nil, clusterDeleting()
		}
		now := s.Clock.Now()
		if !w.busy(h, now) {
			return h, nil
		}
		if !now.Before(w.until) {
			return nil, &Error{Reason: Busy, Message: "Another operation is in progress on the cluster"}
		}
		s.remember(h)
		if err := s.awaitTurn(ctx, w); err != nil {
			return nil, err
		}
	}
}

// awaitTurn waits until the Memory knows of no task that is in the way, or the wait is over.
func (s *Store) awaitTurn(ctx context.Context, w waiter) error {
	for {
		news := s.Memory.News()
		if err := s.sleep(ctx, min(gather, w.until.Sub(s.Clock.Now())), nil); err != nil {
			return err
		}
		known, ok := s.Memory.Cluster(w.at.key)
		now := s.Clock.Now()
		if !ok || known.Object.UID != w.at.uid || known.Object.DeletionTimestamp != nil || !now.Before(w.until) {
			return nil
		}
		if !w.busy(householdOf(known.Object, known.NodePools), now) {
			return nil
		}
		if err := s.sleep(ctx, min(lookAgain, w.until.Sub(now)), news); err != nil {
			return err
		}
	}
}

// sleep waits for a time, for news, or for the end of the context, which is an error.
func (s *Store) sleep(ctx context.Context, wait time.Duration, news <-chan struct{}) error {
	timer := s.Clock.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-news:
		return nil
	case <-timer.C():
		return nil
	case <-ctx.Done():
		return &Error{Reason: Timeout, Message: "Nothing was done: another operation is in progress on the cluster", Err: ctx.Err()}
	}
}
