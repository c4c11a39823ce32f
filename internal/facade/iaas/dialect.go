package iaas

import (
	_ "embed" // for the document
	"fmt"
	"io"
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/document"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	// dialectName is the dialect's name in metrics and as an aggregated API.
	dialectName = "iaas"
	// base is what the paths of clients begin with. Other dialects lie below it; what they do not take is for this one to refuse.
	base = "/api"
	// scope is what a token must have been issued for, if it names scopes.
	scope = "user"
)

// openAPI is the OpenAPI document.
//
//go:embed openapi.yaml
var openAPI []byte

// Dialect is the IaaS add-ons dialect. It implements facade.Dialect and facade.Particular.
type Dialect struct {
	hub      hub.AddonHub
	random   io.Reader
	document []byte
}

var _ facade.Particular = (*Dialect)(nil)

// New returns the dialect on a hub. The names of add-ons are drawn from random, which must be unpredictable enough that two replicas
// seldom draw the same: crypto/rand.Reader. Errors: an OpenAPI document that cannot be read, which only a change of it can cause.
func New(hub hub.AddonHub, random io.Reader) (*Dialect, error) {
	served, err := document.Served(openAPI)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document of the IaaS dialect: %w", err)
	}
	return &Dialect{hub: hub, random: random, document: served}, nil
}

// Name implements facade.Dialect.
func (*Dialect) Name() string { return dialectName }

// Base implements facade.Dialect.
func (*Dialect) Base() string { return base }

// Credentials implements facade.Particular.
func (*Dialect) Credentials() facade.Credentials { return facade.Credentials{Scope: scope} }

// handler serves one route. What it returns is answered as an error, unless it has begun to answer.
type handler func(w http.ResponseWriter, r *http.Request, call *facade.Call) error

// handle makes a handler one of HTTP.
func (*Dialect) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r, facade.From(r.Context())); err != nil {
			translate(r.Context(), err).write(w)
		}
	}
}

// getDocument serves the OpenAPI document as JSON.
func (d *Dialect) getDocument(w http.ResponseWriter, _ *http.Request) {
	reply.JSON(w, http.StatusOK, d.document)
}
