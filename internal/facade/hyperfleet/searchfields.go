package hyperfleet

import (
	"net/url"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// parseSearch reads search over clusters or node pools; nil is all. Errors: badRequest.
func parseSearch(_ string, values url.Values) (hub.Filter, error) {
	if values.Get(paramSearch) != "" {
		return nil, badRequest("search is not understood.")
	}
	return nil, nil
}

// parseStatusSearch reads search over adapter statuses; nil is all. Errors: badRequest.
func parseStatusSearch(values url.Values) (func(*fleetv1.AdapterStatus) bool, error) {
	if values.Get(paramSearch) != "" {
		return nil, badRequest("search is not understood.")
	}
	return nil, nil
}
