package nks

import (
	_ "embed" // for the document
	"fmt"
	"net/http"
	"strings"
	"time"

	"k8s.io/utils/clock"

	"github.com/slipway-dev/slipway/internal/facade"
	openapi "github.com/slipway-dev/slipway/internal/facade/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// dialectName is the dialect's name in metrics and as an aggregated API.
const dialectName = "nks"

// openAPI is the OpenAPI document.
//
//go:embed openapi.yaml
var openAPI []byte

// Options are what an administrator decides about the dialect.
type Options struct {
	// Strict switches on the rules that the provider's user guide has beyond its API's.
	Strict bool
	// TaskWait is how long a write waits for another task on the cluster. Zero refuses it at once.
	TaskWait time.Duration
	// PublicURL is what links begin with, without a trailing slash: https://nks.example.com. Empty for what the request says.
	PublicURL string
	// IdentityURL is where clients that are not authenticated are told to go. Empty for the start of links.
	IdentityURL string
}

var _ facade.Particular = (*Dialect)(nil)

// Dialect is the NKS dialect. It implements facade.Particular.
type Dialect struct {
	hub      hub.FleetHub
	clock    clock.PassiveClock
	options  Options
	document []byte
}

// New returns the dialect on a hub. The clock tells when certificates are to be renewed. Errors: an OpenAPI document that cannot be
// read, which only a change of it can cause.
func New(hub hub.FleetHub, clock clock.PassiveClock, options Options) (*Dialect, error) {
	served, err := openapi.Served(openAPI)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document of the NKS dialect: %w", err)
	}
	options.PublicURL = strings.TrimRight(options.PublicURL, "/")
	return &Dialect{hub: hub, clock: clock, options: options, document: served}, nil
}

// Name implements facade.Dialect.
func (*Dialect) Name() string { return dialectName }

// Base implements facade.Dialect: clients know the dialect at the root of a server.
func (*Dialect) Base() string { return "" }

// Credentials implements facade.Particular.
func (*Dialect) Credentials() facade.Credentials {
	return facade.Credentials{TokenFirst: true, KnownProject: true}
}

// Refuse implements facade.Dialect.
func (d *Dialect) Refuse(w http.ResponseWriter, r *http.Request, refusal facade.Refusal) {
	call := facade.From(r.Context())
	setHeaders(w.Header(), call, newest)
	d.answerError(w, r, refused(refusal, call.Route))
}

// request is a request on its way through a handler.
type request struct {
	*http.Request
	call *facade.Call
	w    http.ResponseWriter
}

// handler serves one route. What it returns is answered as an error, unless it has begun to answer.
type handler func(r *request) error

// handle makes a handler one of HTTP. The version that a client asks for changes nothing but whether it is served.
func (d *Dialect) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		call := facade.From(r.Context())
		asked, offered := microversion(r.Header)
		if !offered {
			setHeaders(w.Header(), call, newest)
			d.answerError(w, r, unsupported(asked))
			return
		}
		setHeaders(w.Header(), call, asked)
		if err := h(&request{Request: r, call: call, w: w}); err != nil {
			d.answerError(w, r, translate(r.Context(), err, call.Route))
		}
	}
}

// variable is the value of a path variable.
func (r *request) variable(name string) string { return r.call.Variables[name] }

// settings are what tasks are judged by, beside the cluster.
func (d *Dialect) settings() verb.Settings {
	return verb.Settings{Strict: d.options.Strict, Wait: d.options.TaskWait, Versions: guideVersions}
}

// getDocument serves the OpenAPI document as JSON.
func (d *Dialect) getDocument(r *request) error {
	reply.JSON(r.w, http.StatusOK, d.document)
	return nil
}
