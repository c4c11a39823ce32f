package expect

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// ErrKilled is what a write gives that a Writes was told to let fail.
var ErrKilled = errors.New("the process was killed here")

// Writes counts the writes that went through a client, and lets one fail on demand.
type Writes struct {
	mu       sync.Mutex
	attempts int
	log      []string
	failAt   int
	after    bool
	dead     bool
}

// Client wraps a client so that its writes are counted.
func (w *Writes) Client(c client.WithWatch) client.WithWatch {
	return interceptor.NewClient(c, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			return w.write("create", object, func() error { return c.Create(ctx, object, options...) })
		},
		Update: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.UpdateOption) error {
			return w.write("update", object, func() error { return c.Update(ctx, object, options...) })
		},
		Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
			return w.write("patch", object, func() error { return c.Patch(ctx, object, patch, options...) })
		},
		Delete: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.DeleteOption) error {
			return w.write("delete", object, func() error { return c.Delete(ctx, object, options...) })
		},
		DeleteAllOf: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.DeleteAllOfOption) error {
			return w.write("delete all of", object, func() error { return c.DeleteAllOf(ctx, object, options...) })
		},
		Apply: func(ctx context.Context, c client.WithWatch, object runtime.ApplyConfiguration, options ...client.ApplyOption) error {
			return w.write("apply", nil, func() error { return c.Apply(ctx, object, options...) })
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, sub string, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
			return w.write("patch "+sub, object, func() error { return c.SubResource(sub).Patch(ctx, object, patch, options...) })
		},
		SubResourceUpdate: func(ctx context.Context, c client.Client, sub string, object client.Object, options ...client.SubResourceUpdateOption) error {
			return w.write("update "+sub, object, func() error { return c.SubResource(sub).Update(ctx, object, options...) })
		},
	})
}

// FailAt lets the n-th write from now on (counted from 1), and all that follow until Revive, fail with ErrKilled. With after
// the n-th is carried out first, as if the process was killed before it heard the answer.
func (w *Writes) FailAt(n int, after bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.attempts, w.failAt, w.after, w.dead = 0, n, after, false
}

// Revive ends FailAt, as a restart of the process does.
func (w *Writes) Revive() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failAt, w.dead = 0, false
}

// Killed tells whether the write that was to fail came.
func (w *Writes) Killed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead
}

// Count returns how many writes were carried out.
func (w *Writes) Count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.log)
}

// Log returns the writes that were carried out, in order, each as a verb, kind and name.
func (w *Writes) Log() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.log...)
}

func (w *Writes) write(verb string, object client.Object, do func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.attempts++
	kill := w.failAt > 0 && w.attempts >= w.failAt
	if kill && (w.dead || !w.after) {
		w.dead = true
		return ErrKilled
	}
	name := ""
	if object != nil {
		name = fmt.Sprintf(" %T %s", object, object.GetName())
	}
	err := do()
	if err == nil {
		w.log = append(w.log, verb+name)
	}
	if kill {
		w.dead = true
		return ErrKilled
	}
	return err
}
