package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestUpdateGateways(t *testing.T) {
	const example = `{"ncr_sgw":"48f4ff38-d14b-4f34-a40c-705524e6a755","obs_sgw":"23c550cb-6a5b-4eaa-903a-711c13316d91"}`
	gateways := func(registry, storage string) func(*hub.Draft) {
		return func(d *hub.Draft) {
			d.Cluster.Spec.ServiceGateways = &fleetv1.ServiceGateways{Registry: registry, ObjectStorage: storage}
		}
	}
	changed := gateways("48f4ff38-d14b-4f34-a40c-705524e6a755", "23c550cb-6a5b-4eaa-903a-711c13316d91")
	run(t, verb.UpdateGateways, "CLUSTER_UPDATE_SGW", map[string]row{
		"the published example":              {body: example, given: gateways("a", "b"), want: changed, touched: []string{"test-k8s"}},
		"a cluster with one of the two":      {body: example, given: gateways("", "b"), want: changed, touched: []string{"test-k8s"}},
		"a cluster without a gateway":        {body: example, clashes: []string{"409 Cluster test-k8s has no service gateway that could be changed."}},
		"a cluster with gateways of no name": {body: example, given: gateways("", ""), clashes: []string{"409 Cluster test-k8s has no service gateway that could be changed."}},
		"one of the two":                     {body: `{"ncr_sgw":"a"}`, refused: []string{"400 Invalid input for field/attribute obs_sgw. Value: 'None'. Value is required."}},
		"an empty one, and one that is no text": {
			body: `{"ncr_sgw":"","obs_sgw":{}}`, refused: []string{
				"400 Invalid input for field/attribute ncr_sgw. Value: ''. Value should not be empty.",
				"400 Invalid input for field/attribute obs_sgw. Value should be a string.",
			},
		},
	})
}
