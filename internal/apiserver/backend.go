package apiserver

import (
	"context"
	"net/http"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

// backend is what the dialects work on, and what feeds it.
type backend struct {
	source   client.WithWatch
	accounts *accounts
	hub      hub.Hub
}

// newBackend builds the hub on a client of its own.
func (c *Config) newBackend() (*backend, error) {
	source, err := newClient(c.Rest)
	if err != nil {
		return nil, err
	}
	return &backend{source: source, accounts: newAccounts()}, nil
}

// run feeds the memory until the context ends.
func (b *backend) run(ctx context.Context) error {
	b.accounts.run(ctx, b.source)
	return nil
}

// synced tells whether the memory is filled: until then nothing can be answered.
func (b *backend) synced() bool { return b.accounts.synced() }

// withMemory refuses requests of dialects until the memory is filled: until then nobody knows who is bound to which adapters.
// What is public says nothing from memory.
func withMemory(handler http.Handler, synced func() bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		if synced() || call == nil || call.Route == nil || call.Route.Public {
			handler.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
}

// names finds the names of objects in memory. It implements tenancy.Names.
type names struct{ *backend }

// ObjectName returns metadata.name of the object that the variables of a path name, or empty if there is none.
func (n names) ObjectName(namespace string, target facade.Target, variables map[string]string) string {
	ref := refOf(target, variables)
	record, err := n.hub.Get(context.Background(), namespace, ref)
	if err != nil {
		return "" // there is none that the caller may know of
	}
	return record.Object.Name
}

func refOf(target facade.Target, variables map[string]string) hub.Ref {
	if target.Ref != nil {
		return target.Ref(variables)
	}
	ref := hub.Ref{Kind: target.Kind, Name: variables[target.Variable]}
	if target.Cluster != "" {
		ref.Cluster = &hub.Ref{Kind: fleetv1.KindCluster, Name: variables[target.Cluster]}
	}
	return ref
}
