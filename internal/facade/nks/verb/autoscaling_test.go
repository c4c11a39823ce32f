package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

func TestSetAutoscaling(t *testing.T) {
	const on = "default-worker"
	touched := []string{on}
	scaler := func(change func(*fleetv1.Autoscaling)) func(*hub.Draft) {
		return workers(func(p *fleetv1.NodePool) {
			if p.Spec.Autoscaling == nil {
				p.Spec.Autoscaling = &fleetv1.Autoscaling{}
			}
			change(p.Spec.Autoscaling)
		})
	}
	down := func(down fleetv1.ScaleDown) func(*hub.Draft) {
		return scaler(func(a *fleetv1.Autoscaling) { a.ScaleDown = down.DeepCopy() })
	}
	full := fleetv1.ScaleDown{Enabled: new(true), UnneededMinutes: new(int32(20)), DelayAfterAddMinutes: new(int32(30)), UtilizationPercent: new(int32(40))}
	low := full
	low.UtilizationPercent = new(int32(1))
	run(t, verb.SetAutoscaling, "NODEGROUP_SET_CLUSTER_AUTOSCALER", map[string]row{
		"the published example": {
			group: on, touched: touched, want: both(workers(scaled(1, 10)), down(full)),
			body: `{"ca_enable":true,"ca_max_node_count":10,"ca_min_node_count":1,"ca_scale_down_delay_after_add":30,"ca_scale_down_enable":true,` +
				`"ca_scale_down_unneeded_time":20,"ca_scale_down_util_thresh":40}`,
		},
		"all as strings": {
			group: on, touched: touched, want: both(workers(scaled(1, 10)), down(full)),
			body: `{"ca_enable":"TRUE","ca_max_node_count":"10","ca_min_node_count":"1","ca_scale_down_delay_after_add":"30","ca_scale_down_enable":"true",` +
				`"ca_scale_down_unneeded_time":"20","ca_scale_down_util_thresh":"40"}`,
		},
		"on without bounds: the most are those of the platform": {
			group: on, touched: touched, body: `{"ca_enable":true}`,
			want: scaler(func(a *fleetv1.Autoscaling) { a.Enabled, a.MaxReplicas = true, new(int32(10)) }),
		},
		"off": {
			group: on, touched: touched, body: `{"ca_enable":"False"}`, given: workers(scaled(2, 5)),
			want: scaler(func(a *fleetv1.Autoscaling) { a.Enabled = false }),
		},
		"what is not given stays": {
			group: on, touched: touched, body: `{"ca_enable":true,"ca_max_node_count":6,"ca_scale_down_util_thresh":1}`, given: both(workers(scaled(2, 5)), down(full)),
			want: both(workers(scaled(2, 6)), down(low)),
		},
		"the least and the most of all": {
			group: on, touched: touched, want: both(scaler(func(a *fleetv1.Autoscaling) { a.MinReplicas, a.MaxReplicas = new(int32(10)), new(int32(10)) }),
				down(fleetv1.ScaleDown{Enabled: new(false), UnneededMinutes: new(int32(1)), DelayAfterAddMinutes: new(int32(100000)), UtilizationPercent: new(int32(100))})),
			body: `{"ca_enable":false,"ca_max_node_count":10,"ca_min_node_count":10,"ca_scale_down_enable":false,` +
				`"ca_scale_down_unneeded_time":1,"ca_scale_down_delay_after_add":100000,"ca_scale_down_util_thresh":100}`,
		},
		"a group of as many nodes as there may be": {
			group: on, touched: touched, body: `{"ca_enable":true,"ca_min_node_count":3,"ca_max_node_count":3}`, want: workers(scaled(3, 3)),
		},
		"with stopped nodes, where nobody is strict": {
			group: on, touched: touched, body: `{"ca_enable":true,"ca_min_node_count":3,"ca_max_node_count":3}`, given: workers(off("a")),
			want: workers(scaled(3, 3)),
		},
		"strict: the longest and the shortest times": {
			strict: true, group: on, touched: touched, body: `{"ca_enable":false,"ca_scale_down_unneeded_time":1440,"ca_scale_down_delay_after_add":10}`,
			want: down(fleetv1.ScaleDown{UnneededMinutes: new(int32(1440)), DelayAfterAddMinutes: new(int32(10))}),
		},
		"strict: off, with stopped nodes": {
			strict: true, group: on, touched: touched, body: `{"ca_enable":false}`, given: workers(off("a")), want: scaler(func(*fleetv1.Autoscaling) {}),
		},
		"strict: on, with ids of stopped nodes that are gone": {
			strict: true, group: on, touched: touched, body: `{"ca_enable":true,"ca_min_node_count":3,"ca_max_node_count":3}`, given: workers(off("gone")),
			want: workers(scaled(3, 3)),
		},

		"nothing": {group: on, body: `{}`, refused: []string{"400 Invalid input for field/attribute ca_enable. Value: 'None'. Value is required."}},
		"below what may be": {
			group: on, body: `{"ca_enable":"yes","ca_max_node_count":0,"ca_min_node_count":0,"ca_scale_down_delay_after_add":0,"ca_scale_down_unneeded_time":0,"ca_scale_down_util_thresh":0}`,
			refused: []string{
				"400 Invalid input for field/attribute ca_enable. Value: 'yes'. Value should be true or false.",
				"400 Invalid input for field/attribute ca_min_node_count. Value: '0'. Value should be at least 1.",
				"400 Invalid input for field/attribute ca_max_node_count. Value: '0'. Value should be at least 1.",
				"400 Invalid input for field/attribute ca_scale_down_unneeded_time. Value: '0'. Value should be at least 1.",
				"400 Invalid input for field/attribute ca_scale_down_delay_after_add. Value: '0'. Value should be at least 1.",
				"400 Invalid input for field/attribute ca_scale_down_util_thresh. Value: '0'. Value should be between 1 and 100.",
			},
		},
		"more than all": {
			group: on, body: `{"ca_enable":true,"ca_scale_down_util_thresh":101}`,
			refused: []string{"400 Invalid input for field/attribute ca_scale_down_util_thresh. Value: '101'. Value should be between 1 and 100."},
		},
		"more nodes than a group may have": {
			group: on, body: `{"ca_enable":false,"ca_min_node_count":11,"ca_max_node_count":11}`,
			clashes: []string{
				"400 Invalid input for field/attribute ca_min_node_count. Value: '11'. Value should be between 1 and 10.",
				"400 Invalid input for field/attribute ca_max_node_count. Value: '11'. Value should be between 1 and 10.",
			},
		},
		"bounds that cross": {
			group: on, body: `{"ca_enable":false,"ca_min_node_count":5,"ca_max_node_count":4}`,
			clashes: []string{"400 The least number of nodes of group default-worker would be 5 and the greatest 4. The least should not be greater."},
		},
		"a bound that crosses one that stays": {
			group: on, body: `{"ca_enable":false,"ca_min_node_count":6}`, given: workers(scaled(2, 5)),
			clashes: []string{"400 The least number of nodes of group default-worker would be 6 and the greatest 5. The least should not be greater."},
		},
		"a group of more nodes than there would be": {
			group: on, body: `{"ca_enable":true,"ca_max_node_count":2}`,
			clashes: []string{"409 Node group default-worker has 3 nodes, and its autoscaler would keep 1 to 2. Resize the group before."},
		},
		"a group of fewer nodes than there would be": {
			group: on, body: `{"ca_enable":true,"ca_min_node_count":4}`,
			clashes: []string{"409 Node group default-worker has 3 nodes, and its autoscaler would keep 4 to 10. Resize the group before."},
		},
		"the control plane": {
			group: "default-master", body: `{"ca_enable":true}`, clashes: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."},
		},
		"strict: times that are too long": {
			strict: true, group: on, body: `{"ca_enable":true,"ca_scale_down_unneeded_time":1441,"ca_scale_down_delay_after_add":1441}`, refused: []string{
				"400 Invalid input for field/attribute ca_scale_down_unneeded_time. Value: '1441'. Value should be between 1 and 1440.",
				"400 Invalid input for field/attribute ca_scale_down_delay_after_add. Value: '1441'. Value should be between 10 and 1440.",
			},
		},
		"strict: a time that is too short": {
			strict: true, group: on, body: `{"ca_enable":true,"ca_scale_down_delay_after_add":9}`,
			refused: []string{"400 Invalid input for field/attribute ca_scale_down_delay_after_add. Value: '9'. Value should be between 10 and 1440."},
		},
		"strict: on, with stopped nodes": {
			strict: true, group: on, body: `{"ca_enable":true}`, given: workers(off("a")),
			clashes: []string{"409 Node group default-worker has stopped nodes. Start them before."},
		},
	})
}

func TestPatchGroup(t *testing.T) {
	const on = "default-worker"
	touched := []string{on}
	bounds := func(enabled bool, least, most *int32) func(*hub.Draft) {
		return workers(func(p *fleetv1.NodePool) {
			p.Spec.Autoscaling = &fleetv1.Autoscaling{Enabled: enabled, MinReplicas: least, MaxReplicas: most}
		})
	}
	run(t, verb.PatchGroup, "NODEGROUP_SET_CLUSTER_AUTOSCALER", map[string]row{
		"the most, below the present number": {
			group: on, touched: touched, body: `[{"op":"replace","path":"/max_node_count","value":2}]`, want: bounds(false, nil, new(int32(2))),
		},
		"both": {
			group: on, touched: touched, body: `[{"op":"add","path":"/min_node_count","value":0},{"op":"add","path":"/max_node_count","value":0}]`,
			want: bounds(false, new(int32(0)), new(int32(0))),
		},
		"remove": {
			group: on, touched: touched, body: `[{"op":"remove","path":"/min_node_count"},{"op":"remove","path":"/max_node_count"}]`,
			given: bounds(false, new(int32(2)), new(int32(5))), want: bounds(false, new(int32(1)), nil),
		},
		"while the autoscaler is on": {
			group: on, touched: touched, body: `[{"op":"replace","path":"/max_node_count","value":10}]`, given: workers(scaled(2, 5)), want: workers(scaled(2, 10)),
		},
		"bounds that cross": {
			group: on, body: `[{"op":"replace","path":"/max_node_count","value":1}]`, given: workers(scaled(2, 5)),
			clashes: []string{"400 The least number of nodes of group default-worker would be 2 and the greatest 1. The least should not be greater."},
		},
		"more than a group may have": {
			group: on, body: `[{"op":"replace","path":"/max_node_count","value":11}]`,
			clashes: []string{"400 Invalid input for field/attribute patch/0/value. Value should be between 0 and 10."},
		},
		"less than none": {
			group: on, body: `[{"op":"replace","path":"/min_node_count","value":-1}]`,
			refused: []string{"400 Invalid input for field/attribute patch/0/value. Value: '-1'. Value should be at least 0."},
		},
		"no most while the autoscaler is on": {
			group: on, body: `[{"op":"remove","path":"/max_node_count"}]`, given: workers(scaled(2, 5)),
			clashes: []string{"400 max_node_count of node group default-worker cannot be removed while its autoscaler is on."},
		},
		"another path": {
			group: on, body: `[{"op":"replace","path":"/node_count","value":1}]`,
			refused: []string{"400 Invalid input for field/attribute patch/0/path. Value: '/node_count'. Value should be one of: /min_node_count, /max_node_count."},
		},
		"the control plane": {
			group: masterID, body: `[{"op":"replace","path":"/max_node_count","value":1}]`,
			clashes: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."},
		},
		"an unknown group": {
			group: "nothing", body: `[{"op":"replace","path":"/max_node_count","value":1}]`, clashes: []string{"404 Nodegroup nothing could not be found."},
		},
	})
}

func TestOnlyThePatchOfAGroupIsNoTask(t *testing.T) {
	for name, tc := range map[string]struct {
		verb verb.Verb
		body string
		want bool
	}{
		"bounds of an autoscaler": {verb.PatchGroup, `[{"op":"remove","path":"/min_node_count"}]`, true},
		"number of nodes":         {verb.PatchCluster, `[{"op":"remove","path":"/node_count"}]`, false},
		"autoscaler":              {verb.SetAutoscaling, `{"ca_enable":false}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			task, err := tc.verb(requestOf(t, row{body: tc.body, group: "default-worker"}))
			if err != nil || task.Aside != tc.want {
				t.Errorf("aside: %v, %v; want %v", task.Aside, err, tc.want)
			}
		})
	}
}
