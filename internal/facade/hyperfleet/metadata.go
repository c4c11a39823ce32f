package hyperfleet

import (
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/wire"
)

// metadata is what the API tells about itself.
func metadata(info Info) []byte {
	return encode(wire.Metadata{ID: dialectName, Kind: "API", Href: base, Version: info.Version, BuildTime: info.BuildTime})
}

// getMetadata serves the base of the API.
func (d *Dialect) getMetadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, d.metadata)
}

// getDocument serves the OpenAPI document as JSON.
func (d *Dialect) getDocument(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, d.document.json)
}
