package hyperfleet

import (
	"net/http"

	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/page"
	"github.com/slipway-dev/slipway/internal/facade/hyperfleet/wire"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// metadata is what the API tells about itself.
func metadata(info Info) []byte {
	return reply.Encode(wire.Metadata{ID: dialectName, Kind: "API", Href: base, Version: info.Version, BuildTime: info.BuildTime})
}

// getMetadata serves the base of the API.
func (d *Dialect) getMetadata(w http.ResponseWriter, _ *http.Request) {
	reply.JSON(w, http.StatusOK, d.metadata)
}

// getDocument serves the OpenAPI document as JSON.
func (d *Dialect) getDocument(w http.ResponseWriter, _ *http.Request) {
	reply.JSON(w, http.StatusOK, d.document.json)
}

// getPageFile serves a file of the interactive page.
func getPageFile(w http.ResponseWriter, r *http.Request, call *facade.Call) error {
	if !page.ServeAsset(w, r, call.Variables[varFile]) {
		return &facade.Refusal{Status: http.StatusNotFound, Cause: facade.NoRoute}
	}
	return nil
}
