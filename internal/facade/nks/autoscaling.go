package nks

import (
	"encoding/json"
	"net/http"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// autoscaling are the settings of a node group's autoscaler.
type autoscaling struct {
	Enable            bool            `json:"ca_enable"`
	MinNodes          int32           `json:"ca_min_node_count"`
	MaxNodes          int32           `json:"ca_max_node_count"`
	UnneededTime      int32           `json:"ca_scale_down_unneeded_time"`
	UtilThresh        int32           `json:"ca_scale_down_util_thresh"`
	DelayAfterAdd     int32           `json:"ca_scale_down_delay_after_add"`
	ScaleDown         bool            `json:"ca_scale_down_enable"`
	ClusterAutoscaler string          `json:"clusterautoscale"`
	Image             json.RawMessage `json:"ca_image,omitempty"`
}

// clusterAutoscale is where the autoscaler of this service works.
const clusterAutoscale = "nodegroupfeature"

// getAutoscaling answers with the settings of a node group's autoscaler. The control plane has none.
func (d *Dialect) getAutoscaling(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	record := pool(fleet, r.variable(varGroup))
	if record == nil {
		return verb.UnknownGroup(r.variable(varGroup))
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(autoscalingOf(fleet, record)))
	return nil
}

// autoscalingOf shows the settings of a node group's autoscaler.
func autoscalingOf(fleet *hub.Fleet, record *hub.Record) autoscaling {
	shown := autoscaling{
		MinNodes: 1, MaxNodes: bounds.Nodes(fleet.Platform), UnneededTime: bounds.DefaultMinutes, UtilThresh: bounds.DefaultUtilization,
		DelayAfterAdd: bounds.DefaultMinutes, ScaleDown: true, ClusterAutoscaler: clusterAutoscale, Image: autoscalerImage(fleet, record),
	}
	scaling := record.NodePool.Spec.Autoscaling
	if scaling == nil {
		return shown
	}
	shown.Enable = scaling.Enabled
	override(&shown.MinNodes, scaling.MinReplicas)
	override(&shown.MaxNodes, scaling.MaxReplicas)
	if down := scaling.ScaleDown; down != nil {
		override(&shown.UnneededTime, down.UnneededMinutes)
		override(&shown.UtilThresh, down.UtilizationPercent)
		override(&shown.DelayAfterAdd, down.DelayAfterAddMinutes)
		override(&shown.ScaleDown, down.Enabled)
	}
	return shown
}

// override replaces a default by what is set.
func override[T any](value, set *T) {
	if set != nil {
		*value = *set
	}
}

// autoscalerImage is the label ca_image as it was sent with the node group, or with its cluster; nil if none was.
func autoscalerImage(fleet *hub.Fleet, record *hub.Record) json.RawMessage {
	sent := kept.Of(record.NodePool.Spec.Extensions)
	if sent.Labels == nil && record.Name == fleetv1.DefaultWorkerPool {
		sent = kept.Of(fleet.Cluster.Cluster.Spec.Extensions)
	}
	return sent.Labels["ca_image"].JSON
}
