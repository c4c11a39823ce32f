package nks

import (
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/reply"
)

// supports is what the service offers.
type supports struct {
	Versions   map[string]bool `json:"supported_k8s"`
	EventTypes eventTypes      `json:"supported_event_type"`
}

// eventTypes are the types of tasks, with what they are.
type eventTypes struct {
	Cluster   map[string]string `json:"cluster_events"`
	NodeGroup map[string]string `json:"nodegroup_events"`
}

// knownEvents are all types of tasks that are shown. Handover is one of the service that this dialect stands in for; here nobody hands
// anything over.
var knownEvents = eventTypes{
	Cluster: map[string]string{
		fleetv1.OperationClusterCreate:       "Create a cluster",
		fleetv1.OperationClusterDelete:       "Delete a cluster",
		"CLUSTER_HANDOVER":                   "Cluster OWNER change",
		fleetv1.OperationClusterCNI:          "Change CNI",
		fleetv1.OperationClusterAccess:       "Change IP access control of the API endpoint",
		fleetv1.OperationClusterCertificates: "Renew certificates",
		fleetv1.OperationClusterGateways:     "Change service gateways",
		fleetv1.OperationClusterUpdate:       "Change a cluster",
	},
	NodeGroup: map[string]string{
		fleetv1.OperationPoolCreate:      "Node group creation",
		fleetv1.OperationPoolDelete:      "Delete a node group",
		fleetv1.OperationPoolResize:      "Resize the cluster",
		fleetv1.OperationPoolFlavor:      "Change instance type",
		fleetv1.OperationPoolUpgrade:     "Upgrade a node group",
		fleetv1.OperationPoolScript:      "Change userscript",
		fleetv1.OperationPoolAutoscaling: "Change Auto Scaler settings",
		fleetv1.OperationPoolStart:       "Start worker node",
		fleetv1.OperationPoolStop:        "Stop worker node",
		fleetv1.OperationPoolUpdate:      "Change a node group",
	},
}

// getSupports says which Kubernetes versions new clusters can have, and which types of tasks there are.
func (d *Dialect) getSupports(r *request) error {
	platform, err := d.hub.Platform(r.Context(), r.call.Caller.Namespace)
	if err != nil {
		return err
	}
	listed := guideVersions
	if platform != nil && len(platform.Spec.KubernetesVersions) > 0 {
		listed = platform.Spec.KubernetesVersions
	}
	versions := make(map[string]bool, len(listed))
	for _, v := range listed {
		versions[v.Version] = v.Supported
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(supports{Versions: versions, EventTypes: knownEvents}))
	return nil
}
