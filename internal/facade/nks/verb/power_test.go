package verb_test

import (
	"testing"

	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
)

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
		rows := map[string]row{
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
			rows[title] = one
		}
		for title, one := range rows {
			if one.group == "" {
				one.group = "default-worker"
			}
			if one.touched == nil {
				one.touched = []string{"default-worker"}
			}
			rows[title] = one
		}
		t.Run(name, func(t *testing.T) { run(t, way.verb, way.kind, rows) })
	}
}
