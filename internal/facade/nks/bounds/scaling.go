package bounds

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
)

// Fields with the settings of an autoscaler.
const (
	FieldEnable      = "ca_enable"
	FieldMin         = "ca_min_node_count"
	FieldMax         = "ca_max_node_count"
	FieldDown        = "ca_scale_down_enable"
	FieldUnneeded    = "ca_scale_down_unneeded_time"
	FieldDelay       = "ca_scale_down_delay_after_add"
	FieldUtilization = "ca_scale_down_util_thresh"
)

// The settings of an autoscaler that says nothing else.
const (
	DefaultMinutes     = 10
	DefaultUtilization = 50
)

const (
	maxPercent = 100
	// strictMinutes and strictDelay bound times under the strict rules.
	strictMinutes, strictDelay = 1440, 10
)

// ScaleDown reads when an autoscaler is to take nodes away.
func ScaleDown(from *fields.Object, strict bool) fleetv1.ScaleDown {
	unneeded, delay := fields.Integer{Min: 1}, fields.Integer{Min: 1}
	if strict {
		unneeded.Max, delay = strictMinutes, fields.Integer{Min: strictDelay, Max: strictMinutes}
	}
	return fleetv1.ScaleDown{
		Enabled:              from.Bool(FieldDown, false),
		UnneededMinutes:      from.Integer(FieldUnneeded, unneeded),
		DelayAfterAddMinutes: from.Integer(FieldDelay, delay),
		UtilizationPercent:   from.Integer(FieldUtilization, fields.Integer{Min: 1, Max: maxPercent}),
	}
}
