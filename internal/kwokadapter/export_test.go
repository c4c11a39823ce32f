package kwokadapter

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Sweep removes leftovers once.
func (a *Adapter) Sweep(ctx context.Context, live client.Reader) error { return a.sweep(ctx, live) }
