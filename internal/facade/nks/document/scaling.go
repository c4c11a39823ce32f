package document

import (
	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/bounds"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
)

// readScaling reads the settings of the autoscaler. Its bounds may be given twice: by labels and, for node groups, by members.
func (r *poolReader) readScaling(nodes *int32) *fleetv1.Autoscaling {
	most := bounds.Nodes(r.rules.Platform)
	scaling := &fleetv1.Autoscaling{}
	if enabled := r.labels.Bool(bounds.FieldEnable, r.model == nil); enabled != nil {
		scaling.Enabled = *enabled
	} else if r.model != nil && r.model.Autoscaling != nil {
		scaling.Enabled = r.model.Autoscaling.Enabled
	}
	scaling.MinReplicas = r.readBound(bounds.FieldMin, memberLeast, most)
	scaling.MaxReplicas = r.readBound(bounds.FieldMax, memberMost, most)
	if down := bounds.ScaleDown(r.labels, r.rules.Strict); down != (fleetv1.ScaleDown{}) {
		scaling.ScaleDown = &down
	}
	if scaling.Enabled && scaling.MaxReplicas == nil {
		scaling.MaxReplicas = &most
	}
	r.checkBounds(scaling, nodes)
	return scaling
}

// readBound reads a bound by its label, or by its member.
func (r *poolReader) readBound(label, member string, most int32) *int32 {
	rule := fields.Integer{Min: 1, Max: most}
	read := r.labels.Integer(label, rule)
	if !r.members {
		return read
	}
	other := r.body.Integer(member, rule)
	switch {
	case read == nil:
		return other
	case other != nil && *other != *read:
		r.body.Refuse(member, "Value should be that of %s, %d.", r.labels.Path(label), *read)
	}
	return read
}

// checkBounds holds the bounds against each other, and the number of nodes against them.
func (r *poolReader) checkBounds(scaling *fleetv1.Autoscaling, nodes *int32) {
	least, most := int32(1), bounds.Nodes(r.rules.Platform)
	if scaling.MinReplicas != nil {
		least = *scaling.MinReplicas
	}
	if scaling.MaxReplicas != nil {
		most = *scaling.MaxReplicas
	}
	switch {
	case least > most:
		r.labels.Refuse(bounds.FieldMin, "The least number of nodes, %d, should not be above the greatest, %d.", least, most)
	case scaling.Enabled && nodes != nil && (*nodes < least || *nodes > most):
		r.body.Refuse(memberNodes, "Value should be between %d and %d while the autoscaler is on.", least, most)
	}
}
