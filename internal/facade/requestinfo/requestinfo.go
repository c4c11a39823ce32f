package requestinfo

import (
	"net/http"
	"strings"

	"k8s.io/apiserver/pkg/endpoints/request"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
)

// VerbWatch is the verb of a request that streams changes.
const VerbWatch = "watch"

// Resolver implements request.RequestInfoResolver.
type Resolver struct {
	// Default answers for requests that are for no dialect.
	Default request.RequestInfoResolver
}

// NewRequestInfo implements request.RequestInfoResolver. Paths and methods that the dialect does not know, and public routes,
// are no resource requests.
func (r Resolver) NewRequestInfo(req *http.Request) (*request.RequestInfo, error) {
	call := facade.From(req.Context())
	if call == nil {
		return r.Default.NewRequestInfo(req)
	}
	route := call.Route
	if route == nil || route.Public {
		return &request.RequestInfo{Path: req.URL.Path, Verb: strings.ToLower(req.Method)}, nil
	}
	info := &request.RequestInfo{
		IsResourceRequest: true, Path: req.URL.Path,
		Verb: route.Verb, APIPrefix: "apis", APIGroup: fleetv1.SchemeGroupVersion.Group, APIVersion: fleetv1.SchemeGroupVersion.Version,
		Resource: route.Resource, Subresource: route.Subresource,
	}
	if call.Watch {
		info.Verb = VerbWatch
	}
	return info, nil
}
