package nks

import (
	"net/http"
	"strings"

	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// access is from where the API server of a cluster may be reached.
type access struct {
	ClusterUUID string `json:"cluster_uuid"`
	// Enable is text, as clients compare it.
	Enable  string         `json:"enable"`
	Action  string         `json:"action,omitempty"`
	Targets []accessTarget `json:"ipacl_targets,omitempty"`
}

type accessTarget struct {
	Address     string `json:"cidr_address"`
	Description string `json:"description,omitempty"`
}

// getAccess answers with the access control list of a cluster.
func (d *Dialect) getAccess(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	shown := access{ClusterUUID: string(fleet.Cluster.ID), Enable: "false"}
	if endpoint := fleet.Cluster.Cluster.Spec.APIEndpoint; endpoint != nil && endpoint.AccessControl != nil {
		shown.Enable, shown.Action = "true", strings.ToUpper(endpoint.AccessControl.Policy)
		for _, target := range endpoint.AccessControl.Targets {
			shown.Targets = append(shown.Targets, accessTarget{Address: target.CIDR, Description: target.Description})
		}
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(shown))
	return nil
}
