package nks

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// event is one task of the history of a cluster. Every member is always there.
type event struct {
	ID           int64   `json:"id"`
	UUID         string  `json:"uuid"`
	ProjectID    string  `json:"project_id"`
	ClusterUUID  string  `json:"cluster_uuid"`
	ClusterName  string  `json:"cluster_name"`
	ResourceUUID string  `json:"resource_uuid"`
	ResourceName string  `json:"resource_name"`
	ResourceType string  `json:"resource_type"`
	Type         string  `json:"type"`
	State        string  `json:"state"`
	Contents     *string `json:"contents"`
	CreatedAt    *string `json:"created_at"`
	UpdatedAt    *string `json:"updated_at"`
}

// eventKeys are what events can be sorted by, beside id.
var eventKeys = []string{
	"uuid", "project_id", "cluster_uuid", "cluster_name", "resource_uuid", "resource_name", "resource_type", "type", "state",
	"contents", "created_at", "updated_at",
}

// eventStates are the words for the states of an Operation.
var eventStates = map[fleetv1.OperationState]string{
	fleetv1.OperationSucceeded: "SUCCESS",
	fleetv1.OperationFailed:    "FAIL",
}

// eventOf shows an Operation.
func eventOf(operation *fleetv1.Operation) event {
	shown := event{
		ID: operation.Spec.Sequence, UUID: eventID(operation), ProjectID: operation.Namespace,
		ClusterUUID: operation.Spec.Cluster.ID, ClusterName: operation.Spec.Cluster.Name,
		ResourceUUID: operation.Spec.Target.ID, ResourceName: operation.Spec.Target.Name, ResourceType: "cluster",
		Type: operation.Spec.Type, State: "IN_PROGRESS",
		CreatedAt: document.Time(&operation.Spec.StartTime), UpdatedAt: document.Time(changed(operation)),
	}
	switch {
	case operation.Spec.Target.Kind == fleetv1.KindNodePool:
		shown.ResourceType, shown.ResourceName = "nodegroup", cmp.Or(operation.Labels[fleetv1.LabelNodePool], shown.ResourceName)
	case operation.Spec.Type == fleetv1.OperationPoolUpgrade:
		// The control plane is a node group to these clients.
		shown.ResourceType, shown.ResourceName = "nodegroup", fleetv1.ControlPlanePool
		shown.ResourceUUID = string(verb.ControlPlaneID(types.UID(operation.Spec.Cluster.ID)))
	}
	if state, ok := eventStates[operation.Status.State]; ok {
		shown.State = state
	}
	if message := operation.Status.Message; message != "" && operation.Status.State != fleetv1.OperationSucceeded {
		shown.Contents = &message
	}
	return shown
}

// eventID is the id under which clients know an Operation.
func eventID(operation *fleetv1.Operation) string {
	if id := operation.Labels[fleetv1.LabelID]; id != "" {
		return id
	}
	return string(operation.UID)
}

// changed is when an Operation ended, or, while it is open, last changed.
func changed(operation *fleetv1.Operation) *metav1.Time {
	if end := operation.Status.EndTime; end != nil {
		return end
	}
	newest := &operation.Spec.StartTime
	for i := range operation.Status.Conditions {
		if transition := &operation.Status.Conditions[i].LastTransitionTime; newest.Before(transition) {
			newest = transition
		}
	}
	return newest
}

// listEvents answers with the history of a cluster.
func (d *Dialect) listEvents(r *request) error {
	p, err := pagingOf(r.Request, eventKeys)
	if err != nil {
		return err
	}
	operations, err := d.operations(r)
	if err != nil {
		return err
	}
	items := make([]item, 0, len(operations))
	for _, operation := range operations {
		items = append(items, item{
			id: strconv.FormatInt(operation.Spec.Sequence, 10), alias: eventID(operation), object: func() any { return eventOf(operation) },
		})
	}
	return d.answerPage(r, p, "events", items)
}

// getEvent answers with one task of the history of a cluster.
func (d *Dialect) getEvent(r *request) error {
	operations, err := d.operations(r)
	if err != nil {
		return err
	}
	wanted := verb.Ref("", r.variable(varEvent)).ID
	at := slices.IndexFunc(operations, func(o *fleetv1.Operation) bool { return wanted != "" && eventID(o) == string(wanted) })
	if at < 0 {
		return failed(http.StatusNotFound, "Event %s could not be found.", r.variable(varEvent))
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(eventOf(operations[at])))
	return nil
}

// operations are the records about a cluster, by its id also after it is gone.
func (d *Dialect) operations(r *request) ([]*fleetv1.Operation, error) {
	ref := verb.Ref(fleetv1.KindCluster, r.variable(varCluster))
	fleet, err := d.hub.Fleet(r.Context(), r.call.Caller.Namespace, ref)
	gone := hub.ReasonOf(err) == hub.NotFound
	switch {
	case gone && ref.ID == "":
		return nil, unknownCluster(r.variable(varCluster))
	case gone:
	case err != nil:
		return nil, err
	default:
		ref.ID = fleet.Cluster.ID
	}
	operations, err := d.hub.Operations(r.Context(), r.call.Caller.Namespace, ref.ID)
	if err == nil && gone && len(operations) == 0 {
		return nil, unknownCluster(r.variable(varCluster))
	}
	return operations, err
}
