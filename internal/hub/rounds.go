package hub

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// roundTimeout bounds one round: nobody waits longer for the status of one object.
const roundTimeout = 20 * time.Second

// rounds lets all who want the status of one object settled share the work. While one round is under way, those who come
// wait for the next one together: it sees what all of them have stored. A storm of reports about one object so costs two
// status writes, however many adapters it has.
type rounds struct {
	mu       sync.Mutex
	byTarget map[types.UID]*queue
}

// queue is what is under way for one object.
type queue struct{ next *round }

// round is one evaluation that several wait for.
type round struct {
	wishes []wish
	done   chan struct{}
	err    error
}

// join waits until a round that began after the call is over, and returns its error. The first to come starts it.
func (r *rounds) join(ctx context.Context, uid types.UID, w wish, run func(context.Context, []wish) error) error {
	r.mu.Lock()
	q, busy := r.byTarget[uid]
	if !busy {
		q = &queue{}
		r.byTarget[uid] = q
	}
	if q.next == nil {
		q.next = &round{done: make(chan struct{})}
	}
	mine := q.next
	mine.wishes = append(mine.wishes, w)
	r.mu.Unlock()
	if !busy {
		// Others depend on the round: it must not end because the first caller goes away.
		go r.work(context.WithoutCancel(ctx), uid, q, run)
	}
	select {
	case <-mine.done:
		return mine.err
	case <-ctx.Done():
		return fault(ctx.Err())
	}
}

// work does one round after the other until nobody waits.
func (r *rounds) work(ctx context.Context, uid types.UID, q *queue, run func(context.Context, []wish) error) {
	for {
		r.mu.Lock()
		current := q.next
		q.next = nil
		if current == nil {
			delete(r.byTarget, uid)
			r.mu.Unlock()
			return
		}
		r.mu.Unlock()
		current.err = bounded(ctx, current.wishes, run)
		close(current.done)
	}
}

// bounded does one round. A bug ends the round and not the program, as it would in a handler.
func bounded(ctx context.Context, wishes []wish, run func(context.Context, []wish) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, roundTimeout)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = &Error{Reason: Internal, Message: "An internal error occurred", Err: fmt.Errorf("panic: %v\n%s", cause, debug.Stack())}
		}
	}()
	return run(ctx, wishes)
}
