package facade

import "context"

type callKey struct{}

// With returns a context that carries the call. What is learnt later (the caller) is written into the same Call.
func With(ctx context.Context, call *Call) context.Context {
	return context.WithValue(ctx, callKey{}, call)
}

// From returns the call that a context carries, or nil: the request is for no dialect.
func From(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}

// Because says why the server's filters are about to refuse the request: whatever error they raise, the caller gets this one.
// The filters know no more than yes and no.
func (c *Call) Because(refusal Refusal) { c.refusal.Store(&refusal) }
