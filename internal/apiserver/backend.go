package apiserver

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/cache"

	"github.com/slipway-dev/slipway/internal/hub"
)

// backend is what the dialects work on.
type backend struct {
	cache cache.Cache
	hub   hub.Hub
}

// newBackend builds the hub on the cache and on a client of its own.
func (c *Config) newBackend(_ context.Context) (*backend, error) {
	made, err := newCache(c.Rest)
	if err != nil {
		return nil, err
	}
	return &backend{cache: made}, nil
}
