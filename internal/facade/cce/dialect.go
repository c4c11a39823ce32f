package cce

import (
	"fmt"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	// dialectName is the dialect's name in metrics and as an aggregated API.
	dialectName = "cce"
	// base is the path that clients know.
	base = "/api/v3"
)

var _ facade.Particular = (*Dialect)(nil)

// Dialect is the CCE add-on dialect. It implements facade.Particular.
type Dialect struct {
	hub       hub.AddonHub
	described described
}

// New returns the dialect on a hub. Errors: an OpenAPI document that cannot be read, which only a change of it can cause.
func New(hub hub.AddonHub) (*Dialect, error) {
	described, err := describe(openAPI)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document of the CCE dialect: %w", err)
	}
	return &Dialect{hub: hub, described: described}, nil
}

// Name implements facade.Dialect.
func (*Dialect) Name() string { return dialectName }

// Base implements facade.Dialect.
func (*Dialect) Base() string { return base }

// Credentials implements facade.Particular. The SDKs sign requests, or send a token and a signature both, and always name a
// project of their own making.
func (*Dialect) Credentials() facade.Credentials {
	return facade.Credentials{TokenFirst: true, Signatures: true, LenientProject: true}
}

// Refuse implements facade.Dialect.
func (*Dialect) Refuse(w http.ResponseWriter, _ *http.Request, refusal facade.Refusal) {
	answerError(w, refused(refusal))
}

// handler serves one route. What it returns is answered as an error, unless it has begun to answer.
type handler func(w http.ResponseWriter, r *http.Request, call *facade.Call) error

// handle makes a handler one of HTTP.
func (*Dialect) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r, facade.From(r.Context())); err != nil {
			answerError(w, translate(r.Context(), err))
		}
	}
}
