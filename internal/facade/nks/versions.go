package nks

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// What the service says about itself.
const (
	serviceName        = "Slipway NKS API"
	serviceDescription = "Slipway manages Kubernetes clusters for clients of NHN Kubernetes Service and OpenStack Magnum."
	apiVersion         = "v1"
)

// serviceRoot is the answer at the root of the server.
type serviceRoot struct {
	Name        string           `json:"name"`
	Description string           `json:"description"`
	Versions    []serviceVersion `json:"versions"`
}

// serviceVersion is a version of the API.
type serviceVersion struct {
	ID         string          `json:"id"`
	Status     string          `json:"status"`
	MinVersion string          `json:"min_version"`
	MaxVersion string          `json:"max_version"`
	Links      []document.Link `json:"links"`
}

// getRoot says which versions of the API there are.
func (d *Dialect) getRoot(r *request) error {
	reply.JSON(r.w, http.StatusOK, reply.Encode(serviceRoot{
		Name: serviceName, Description: serviceDescription,
		Versions: []serviceVersion{{
			ID: apiVersion, Status: "CURRENT", MinVersion: oldest.String(), MaxVersion: newest.String(),
			Links: []document.Link{{Href: d.base(r.Request) + "/v1/", Rel: "self"}},
		}},
	}))
	return nil
}

// versionRoot is the answer at the root of the version.
type versionRoot struct {
	ID           string          `json:"id"`
	MediaTypes   []mediaType     `json:"media_types"`
	Links        []document.Link `json:"links"`
	Clusters     []document.Link `json:"clusters"`
	NodeGroups   []document.Link `json:"nodegroups"`
	Certificates []document.Link `json:"certificates"`
}

// mediaType is a form of bodies.
type mediaType struct {
	Base string `json:"base"`
	Type string `json:"type"`
}

// getVersion says what there is in the version.
func (d *Dialect) getVersion(r *request) error {
	base := d.base(r.Request)
	reply.JSON(r.w, http.StatusOK, reply.Encode(versionRoot{
		ID:           apiVersion,
		MediaTypes:   []mediaType{{Base: reply.MediaTypeJSON, Type: "application/vnd.openstack.magnum.v1+json"}},
		Links:        []document.Link{{Href: base + "/v1/", Rel: "self"}},
		Clusters:     document.Links(base, "/clusters/"),
		NodeGroups:   document.Links(base, "/clusters/{cluster_id}/nodegroups/"),
		Certificates: document.Links(base, "/certificates/"),
	}))
	return nil
}

// guideVersions are the Kubernetes versions that can be asked for where the Platform lists none.
var guideVersions = []fleetv1.KubernetesVersion{
	{Version: "v1.17.6"}, {Version: "v1.18.19"}, {Version: "v1.19.13"}, {Version: "v1.20.12"}, {Version: "v1.21.6"},
	{Version: "v1.22.3"}, {Version: "v1.23.3"}, {Version: "v1.24.3"}, {Version: "v1.25.4"}, {Version: "v1.26.3"},
	{Version: "v1.27.3", Supported: true}, {Version: "v1.28.3", Supported: true}, {Version: "v1.29.3", Supported: true},
	{Version: "v1.30.3", Supported: true},
}
