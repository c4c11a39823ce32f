package hyperfleet

import (
	"fmt"
	"net/http"

	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	// dialectName is the dialect's name in metrics and as an aggregated API.
	dialectName = "hyperfleet"
	// base is the path that clients know.
	base = "/api/hyperfleet"
)

// Info is what the API tells about itself.
type Info struct {
	// Version is that of the server.
	Version string
	// BuildTime is when the server was built, in RFC 3339.
	BuildTime string
}

// Dialect is the HyperFleet dialect. It implements facade.Dialect.
type Dialect struct {
	hub      hub.Hub
	clock    clock.PassiveClock
	document document
	metadata []byte
}

// New returns the dialect on a hub. The clock tells the time of errors and how far ahead a report is. Errors: an OpenAPI document
// that cannot be read, which only a change of it can cause.
func New(hub hub.Hub, clock clock.PassiveClock, info Info) (*Dialect, error) {
	document, err := readDocument(openAPI)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document of HyperFleet: %w", err)
	}
	return &Dialect{hub: hub, clock: clock, document: document, metadata: metadata(info)}, nil
}

// Name implements facade.Dialect.
func (*Dialect) Name() string { return dialectName }

// Base implements facade.Dialect.
func (*Dialect) Base() string { return base }

// Refuse implements facade.Dialect.
func (d *Dialect) Refuse(w http.ResponseWriter, r *http.Request, refusal facade.Refusal) {
	d.answerError(w, r, refused(refusal))
}

// handler serves one route. What it returns is answered as an error, unless it has begun to answer.
type handler func(w http.ResponseWriter, r *http.Request, call *facade.Call) error

// handle makes a handler one of HTTP.
func (d *Dialect) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r, facade.From(r.Context())); err != nil {
			d.answerError(w, r, d.translate(r.Context(), err))
		}
	}
}
