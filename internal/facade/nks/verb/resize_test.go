package verb_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// resized is default-worker with another number of nodes, and those that are to go.
func resized(count int32, remove ...string) func(*hub.Draft) {
	return workers(func(p *fleetv1.NodePool) { p.Spec.Replicas, p.Spec.NodesToRemove = &count, remove })
}

// small gives the network of pods four subnets, which is one node under the strict rules.
func small(d *hub.Draft) {
	prefix := int32(24)
	d.Cluster.Spec.Network = &fleetv1.ClusterNetwork{PodCIDR: "10.100.0.0/22", PodSubnetPrefix: &prefix}
}

func TestResize(t *testing.T) {
	onDefault := []string{"default-worker"}
	run(t, verb.Resize, "CLUSTER_RESIZE", map[string]row{
		"the published example that grows": {
			body: `{"node_count":5,"nodegroup":"default-worker"}`, want: resized(5), touched: onDefault,
		},
		"the published example that shrinks": {
			body: `{"node_count":1,"nodegroup":"default-worker","nodes_to_remove":["a","c"]}`, want: resized(1, "a", "c"), touched: onDefault,
		},
		"without a group it is about default-worker": {body: `{"node_count":4}`, want: resized(4), touched: onDefault},
		"null is absent":           {body: `{"node_count":4,"nodegroup":null,"nodes_to_remove":null}`, want: resized(4), touched: onDefault},
		"a number may be a string": {body: `{"node_count":"4"}`, want: resized(4), touched: onDefault},
		"a group may be named by its id, in any form": {
			body: `{"node_count":2,"nodegroup":"A3366F2FA1F345EF839010536E8060FF"}`, touched: []string{"added"},
			want: added(fixture.Replicas(2)),
		},
		"what changes nothing is a task too":     {body: `{"node_count":3}`, want: resized(3), touched: onDefault},
		"nodes to remove are replaced each time": {body: `{"node_count":2}`, given: resized(3, "b"), want: resized(2), touched: onDefault},
		"the platform picks the nodes that are not named": {
			body: `{"node_count":1,"nodes_to_remove":["b"]}`, want: resized(1, "b"), touched: onDefault,
		},
		"a group of which nothing is reported has any nodes": {
			body: `{"node_count":1,"nodegroup":"added","nodes_to_remove":["593e4aee-697f-4808-aa5b-d3c8703795ff"]}`, given: added(fixture.Replicas(2)),
			want: added(func(p *fleetv1.NodePool) {
				p.Spec.Replicas, p.Spec.NodesToRemove = new(int32(1)), []string{"593e4aee-697f-4808-aa5b-d3c8703795ff"}
			}),
			touched: []string{"added"},
		},
		"the most nodes": {body: `{"node_count":10}`, want: resized(10), touched: onDefault},
		"the most nodes of a platform": {
			body: `{"node_count":20}`, given: platform(func(p *fleetv1.Platform) { p.Spec.MaxNodesPerPool = 20 }), want: resized(20), touched: onDefault,
		},
		"within the bounds of the autoscaler": {body: `{"node_count":5}`, given: workers(scaled(2, 5)), want: resized(5), touched: onDefault},
		"an autoscaler that is off is no matter": {
			body: `{"node_count":6}`, want: resized(6), touched: onDefault,
			given: workers(func(p *fleetv1.NodePool) { scaled(2, 5)(p); p.Spec.Autoscaling.Enabled = false }),
		},
		"strict: without an autoscaler, where the network has a subnet for each": {strict: true, body: `{"node_count":4}`, want: resized(4), touched: onDefault},

		"all faults are told at once": {
			body: `{"nodegroup":7,"nodes_to_remove":["a",7]}`,
			refused: []string{
				"400 Invalid input for field/attribute node_count. Value: 'None'. Value is required.",
				"400 Invalid input for field/attribute nodegroup. Value: '7'. Value should be a string.",
				"400 Invalid input for field/attribute nodes_to_remove. Value should be a list of strings.",
			},
		},
		"no node at all": {
			body: `{"node_count":0}`, refused: []string{"400 Invalid input for field/attribute node_count. Value: '0'. Value should be at least 1."},
		},
		"more nodes than a group may have": {
			body: `{"node_count":11}`, clashes: []string{"400 Invalid input for field/attribute node_count. Value: '11'. Value should be between 1 and 10."},
		},
		"a node twice": {
			body: `{"node_count":1,"nodes_to_remove":["a","a"]}`, refused: []string{"400 Invalid input for field/attribute nodes_to_remove. a is given twice."},
		},
		"a node of another group": {
			body: `{"node_count":1,"nodes_to_remove":["d"]}`, clashes: []string{"400 Invalid input for field/attribute nodes_to_remove. Node group default-worker has no node d."},
		},
		"more nodes than are to go": {
			body: `{"node_count":2,"nodes_to_remove":["a","b"]}`,
			clashes: []string{"400 Invalid input for field/attribute nodes_to_remove. " +
				"Node group default-worker has 3 nodes and is to have 2: at most 1 can be named."},
		},
		"nodes to remove from a group that grows": {
			body: `{"node_count":4,"nodes_to_remove":["a"]}`,
			clashes: []string{"400 Invalid input for field/attribute nodes_to_remove. " +
				"Node group default-worker has 3 nodes and is to have 4: at most 0 can be named."},
		},
		"beyond the bounds of the autoscaler": {
			body: `{"node_count":6}`, given: workers(scaled(2, 5)),
			clashes: []string{"409 The autoscaler of node group default-worker keeps 2 to 5 nodes. Change these bounds before."},
		},
		"an unknown group":                 {body: `{"node_count":1,"nodegroup":"nothing"}`, clashes: []string{"404 Nodegroup nothing could not be found."}},
		"what looks like an id is no name": {body: `{"node_count":1,"nodegroup":"` + clusterID + `"}`, clashes: []string{"404 Nodegroup " + clusterID + " could not be found."}},
		"the control plane": {
			body: `{"node_count":1,"nodegroup":"default-master"}`, clashes: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."},
		},
		"strict: with an autoscaler": {
			strict: true, body: `{"node_count":4}`, given: workers(scaled(2, 5)),
			clashes: []string{"409 Node group default-worker is resized by its autoscaler. Switch the autoscaler off before."},
		},
		"strict: more nodes than the network has subnets for": {
			strict: true, body: `{"node_count":1}`, given: small,
			clashes: []string{"400 Invalid input for field/attribute node_count. Value: '1'. The cluster would have 2 nodes, and its network of pods has subnets for 1."},
		},
		"strict: as many nodes as the network has subnets for, not counting a group that goes": {
			strict: true, body: `{"node_count":1}`, touched: onDefault,
			given: both(small, added(func(p *fleetv1.NodePool) { p.DeletionTimestamp = &metav1.Time{Time: now} })),
			want:  resized(1),
		},
	})
}

func TestPatchCluster(t *testing.T) {
	onDefault := []string{"default-worker"}
	run(t, verb.PatchCluster, "CLUSTER_RESIZE", map[string]row{
		"replace":                        {body: `[{"op":"replace","path":"/node_count","value":4}]`, want: resized(4), touched: onDefault},
		"add":                            {body: `[{"op":"add","path":"/node_count","value":"4"}]`, want: resized(4), touched: onDefault},
		"remove means one":               {body: `[{"op":"remove","path":"/node_count"}]`, want: resized(1), touched: onDefault},
		"the last one counts":            {body: `[{"op":"remove","path":"/node_count"},{"op":"add","path":"/node_count","value":2}]`, want: resized(2), touched: onDefault},
		"nodes to remove are cleared":    {body: `[{"op":"add","path":"/node_count","value":2}]`, given: resized(3, "a"), want: resized(2), touched: onDefault},
		"within the autoscaler's bounds": {body: `[{"op":"add","path":"/node_count","value":2}]`, given: workers(scaled(2, 5)), want: resized(2), touched: onDefault},

		"another path": {
			body:    `[{"op":"replace","path":"/name","value":4}]`,
			refused: []string{"400 Invalid input for field/attribute patch/0/path. Value: '/name'. Value should be /node_count."},
		},
		"another operation": {
			body:    `[{"op":"test","path":"/node_count","value":4}]`,
			refused: []string{"400 Invalid input for field/attribute patch/0/op. Value: 'test'. Value should be one of: add, replace, remove."},
		},
		"no value": {
			body:    `[{"op":"add","path":"/node_count"}]`,
			refused: []string{"400 Invalid input for field/attribute patch/0/value. Value: 'None'. Value is required."},
		},
		"no integer": {
			body:    `[{"op":"add","path":"/node_count","value":1.5}]`,
			refused: []string{"400 Invalid input for field/attribute patch/0/value. Value: '1.5'. Value should be an integer."},
		},
		"no object":      {body: `[7]`, refused: []string{"400 Invalid input for field/attribute patch/0. Value should be an object."}},
		"nothing at all": {body: `[]`, refused: []string{"400 Invalid input for field/attribute patch. The list should not be empty."}},
		"more nodes than a group may have": {
			body:    `[{"op":"add","path":"/node_count","value":11}]`,
			clashes: []string{"400 Invalid input for field/attribute node_count. Value should be between 1 and 10."},
		},
		"beyond the bounds of the autoscaler": {
			body: `[{"op":"add","path":"/node_count","value":6}]`, given: workers(scaled(2, 5)),
			clashes: []string{"409 The autoscaler of node group default-worker keeps 2 to 5 nodes. Change these bounds before."},
		},
		"a cluster without default-worker": {
			body: `[{"op":"remove","path":"/node_count"}]`, given: func(d *hub.Draft) { d.Pools = d.Pools[1:] },
			clashes: []string{"404 Nodegroup default-worker could not be found."},
		},
	})
}
