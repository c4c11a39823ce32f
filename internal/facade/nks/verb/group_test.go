package verb_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

// times is a list of one text, many times; letters are not separated.
func times(n int, text string) string {
	separator := ","
	if len(text) == 1 {
		separator = ""
	}
	return strings.Join(many(n, text), separator)
}

func many[T any](n int, one T) []T { return slices.Repeat([]T{one}, n) }

func TestPower(t *testing.T) {
	stopped := func(nodes ...string) func(*hub.Draft) { return workers(off(nodes...)) }
	for name, way := range map[string]struct {
		verb verb.Verb
		kind string
		rows map[string]row
	}{
		"stop": {verb.Stop, "NODEGROUP_NODE_ACTION_NODE_STOP", map[string]row{
			"one":                        {body: `{"node_list":"a"}`, want: stopped("a")},
			"some":                       {body: `{"node_list":"c:a"}`, want: stopped("c", "a")},
			"one beside others":          {body: `{"node_list":"b"}`, given: stopped("a"), want: stopped("a", "b")},
			"one that is stopped":        {body: `{"node_list":"a:b"}`, given: stopped("a"), want: stopped("a", "b")},
			"all":                        {body: `{"node_list":"a:b:c"}`, want: stopped("a", "b", "c")},
			"strict: all but one":        {strict: true, body: `{"node_list":"b"}`, given: stopped("a", "gone"), want: stopped("a", "gone", "b")},
			"while an autoscaler is on":  {body: `{"node_list":"a"}`, given: workers(scaled(1, 5)), want: both(workers(scaled(1, 5)), stopped("a"))},
			"strict: the last one":       {strict: true, body: `{"node_list":"b:c"}`, given: stopped("a"), clashes: []string{"409 Not all nodes of group default-worker can be stopped. One at least should go on."}},
			"strict: with an autoscaler": {strict: true, body: `{"node_list":"a"}`, given: workers(scaled(1, 5)), clashes: []string{"409 Nodes of group default-worker cannot be stopped while its autoscaler is on. Switch it off before."}},
		}},
		"start": {verb.Start, "NODEGROUP_NODE_ACTION_NODE_START", map[string]row{
			"one":                     {body: `{"node_list":"a"}`, given: stopped("a", "b"), want: stopped("b")},
			"all":                     {body: `{"node_list":"a:b"}`, given: stopped("a", "b"), want: stopped([]string{}...)},
			"one that is not stopped": {body: `{"node_list":"c"}`, given: stopped("a"), want: stopped("a")},
		}},
	} {
		maps := map[string]row{
			"no list":           {body: `{}`, refused: []string{"400 Invalid input for field/attribute node_list. Value: 'None'. Value is required."}},
			"an empty list":     {body: `{"node_list":""}`, refused: []string{"400 Invalid input for field/attribute node_list. Value: ''. Value should not be empty."}},
			"an empty id":       {body: `{"node_list":"a::b"}`, refused: []string{"400 Invalid input for field/attribute node_list. Value: 'a::b'. The list should not have empty items."}},
			"one twice":         {body: `{"node_list":"a:b:a"}`, refused: []string{"400 Invalid input for field/attribute node_list. Value: 'a:b:a'. a is given twice."}},
			"an array":          {body: `{"node_list":["a"]}`, refused: []string{"400 Invalid input for field/attribute node_list. Value should be a string."}},
			"one of no node":    {body: `{"node_list":"d"}`, clashes: []string{"400 Invalid input for field/attribute node_list. Value: 'd'. Node group default-worker has no node d."}},
			"an unknown group":  {group: "nothing", body: `{"node_list":"a"}`, clashes: []string{"404 Nodegroup nothing could not be found."}},
			"the control plane": {group: masterID, body: `{"node_list":"a"}`, clashes: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."}},
			"an id that is too long": {
				body:    `{"node_list":"` + times(254, "x") + `"}`,
				refused: []string{"400 Invalid input for field/attribute node_list. Value: '" + times(200, "x") + "…'. An id should have at most 253 bytes."},
			},
			"the published examples, of a group of which nothing is reported": {
				group: addedID, touched: []string{"added"}, given: added(off("bdaa560c-7a30-4249-9438-2df27fa1e9d38", "68ff49ee-4111-4212-8e9e-88835cb0ebaa")),
				body: `{"node_list":"bdaa560c-7a30-4249-9438-2df27fa1e9d38:68ff49ee-4111-4212-8e9e-88835cb0ebaa"}`,
				want: map[string]func(*hub.Draft){"stop": func(*hub.Draft) {}, "start": added(off([]string{}...))}[name],
			},
		}
		for title, one := range way.rows {
			maps[title] = one
		}
		for title, one := range maps {
			if one.group == "" {
				one.group = "default-worker"
			}
			if one.touched == nil {
				one.touched = []string{"default-worker"}
			}
			maps[title] = one
		}
		t.Run(name, func(t *testing.T) { run(t, way.verb, way.kind, maps) })
	}
}

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

func TestRemoval(t *testing.T) {
	fleet := &hub.Fleet{Cluster: &hub.Record{Name: "test-k8s", ID: clusterID}, Pools: []*hub.Record{
		{Name: "default-worker", ID: "018b06c5-1293-4081-8242-167a1cb9f262"}, {Name: "added", ID: addedID}}}
	for name, tc := range map[string]struct {
		group string
		want  types.UID
		told  []string
	}{
		"by name":                 {group: "added", want: addedID},
		"by id":                   {group: addedID, want: addedID},
		"by id in another form":   {group: strings.ToUpper(strings.ReplaceAll(addedID, "-", "")), want: addedID},
		"default-worker":          {group: "default-worker", told: []string{"400 Node group default-worker cannot be deleted. It goes with its cluster."}},
		"default-worker by id":    {group: "018b06c5-1293-4081-8242-167a1cb9f262", told: []string{"400 Node group default-worker cannot be deleted. It goes with its cluster."}},
		"the control plane":       {group: "default-master", told: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."}},
		"the control plane by id": {group: masterID, told: []string{"400 Node group default-master is the control plane. It can be upgraded, and nothing else."}},
		"an unknown one":          {group: "nothing", told: []string{"404 Nodegroup nothing could not be found."}},
		"an unknown id":           {group: clusterID, told: []string{"404 Nodegroup " + clusterID + " could not be found."}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := verb.Removal(fleet, tc.group)
			if diff := cmp.Diff(tc.told, told(t, err)); diff != "" || got.ID != tc.want {
				t.Errorf("got %q, want %q; faults (-want +got):\n%s", got.ID, tc.want, diff)
			}
			if err == nil && (got.Kind != fleetv1.KindNodePool || got.Cluster == nil || got.Cluster.ID != clusterID) {
				t.Errorf("got %+v, want a node pool of the cluster", got)
			}
		})
	}
}

func TestRef(t *testing.T) {
	for name, tc := range map[string]struct {
		segment, id string
	}{
		"a UUID":                     {addedID, addedID},
		"in upper case":              {strings.ToUpper(addedID), addedID},
		"without hyphens":            {strings.ReplaceAll(addedID, "-", ""), addedID},
		"with its hyphens elsewhere": {"a3366f2fa-1f3-45ef-8390-10536e8060ff", ""},
		"with letters that are none": {"a3366f2f-a1f3-45ef-8390-10536e8060fg", ""},
		"one digit short":            {"a3366f2fa1f345ef839010536e8060f", ""},
		"a name":                     {"default-worker", ""},
		"a name of as many letters":  {"this-is-a-name-of-thirty-six-letters", ""},
		"nothing":                    {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			want := hub.Ref{Kind: fleetv1.KindNodePool, ID: types.UID(tc.id)}
			if tc.id == "" {
				want.Name = tc.segment
			}
			if diff := cmp.Diff(want, verb.Ref(fleetv1.KindNodePool, tc.segment)); diff != "" {
				t.Errorf("ref (-want +got):\n%s", diff)
			}
		})
	}
}

func TestControlPlaneID(t *testing.T) {
	if got := verb.ControlPlaneID(clusterID); got != masterID {
		t.Errorf("got %s, want %s", got, masterID)
	}
	if got := verb.ControlPlaneID("no UUID"); got != "" {
		t.Errorf("got %s of what is no UUID", got)
	}
}
