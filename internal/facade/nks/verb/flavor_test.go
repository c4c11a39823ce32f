package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestChangeFlavor(t *testing.T) {
	const on = "default-worker"
	touched := []string{on}
	flavored := func(flavor string, roll *fleetv1.Rollout) func(*hub.Draft) {
		return workers(func(p *fleetv1.NodePool) {
			machine := fleetv1.Machine{}
			if p.Spec.Machine != nil {
				machine = *p.Spec.Machine
			}
			machine.Flavor = flavor
			p.Spec.Machine, p.Spec.Rollout = &machine, roll
		})
	}
	run(t, verb.ChangeFlavor, "NODEGROUP_UPDATE_FLAVOR", map[string]row{
		"the published example": {
			group: on, touched: touched, want: flavored("1d0d6983-8e9d-44dc-810e-d7689afa372c", rollout(1, 1)),
			body: `{"type":"flavor_id","flavor_id":"1d0d6983-8e9d-44dc-810e-d7689afa372c","num_buffer_nodes":1,"num_max_unavailable_nodes":1}`,
		},
		"without numbers, and the rest of the machine stays": {
			group: on, touched: touched, body: `{"type":"flavor_id","flavor_id":"m2"}`, want: flavored("m2", rollout(1, 1)),
			given: workers(func(p *fleetv1.NodePool) { p.Spec.Machine = &fleetv1.Machine{Flavor: "m1", Image: "i", KeyName: "k"} }),
		},
		"the most of all numbers": {
			group: on, touched: touched, body: `{"type":"flavor_id","flavor_id":"m2","num_buffer_nodes":7,"num_max_unavailable_nodes":3}`, want: flavored("m2", rollout(7, 3)),
		},
		"no buffer where there is no room": {
			group: on, touched: touched, body: `{"type":"flavor_id","flavor_id":"m2"}`, given: workers(scaled(1, 3)), want: flavored("m2", rollout(0, 1)),
		},
		"no more buffer than the autoscaler's bounds leave": {
			group: on, body: `{"type":"flavor_id","flavor_id":"m2","num_buffer_nodes":3,"num_max_unavailable_nodes":4}`, given: workers(scaled(1, 5)),
			clashes: []string{
				"400 Invalid input for field/attribute num_buffer_nodes. Value: '3'. Value should be between 0 and 2.",
				"400 Invalid input for field/attribute num_max_unavailable_nodes. Value: '4'. Value should be between 1 and 3.",
			},
		},
		"nothing": {
			group: on, body: `{}`, refused: []string{
				"400 Invalid input for field/attribute type. Value: 'None'. Value is required.",
				"400 Invalid input for field/attribute flavor_id. Value: 'None'. Value is required.",
			},
		},
		"another type, and an empty flavor": {
			group: on, body: `{"type":"image_id","flavor_id":""}`, refused: []string{
				"400 Invalid input for field/attribute type. Value: 'image_id'. Value should be flavor_id.",
				"400 Invalid input for field/attribute flavor_id. Value: ''. Value should not be empty.",
			},
		},
		"the control plane": {
			group: "default-master", body: `{"type":"flavor_id","flavor_id":"m2"}`,
			clashes: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."},
		},
	})
}
