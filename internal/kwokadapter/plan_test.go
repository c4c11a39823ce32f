package kwokadapter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/sets"
	"pgregory.net/rapid"
)

var birth = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fleet builds nodes from words such as "a b:old c:pending d:off e:leaving". The first is the oldest. Names are ids.
func fleet(text string) []node {
	var nodes []node
	for i, word := range strings.Fields(text) {
		name, marks, _ := strings.Cut(word, ":")
		n := node{name: name, id: name, template: "new", created: birth.Add(time.Duration(i) * time.Minute), ready: true}
		for _, mark := range strings.Split(marks, ",") {
			switch mark {
			case "old":
				n.template = "old"
			case "flannel":
				n.network = "flannel"
			case "pending":
				n.ready = false
			case "off":
				n.ready, n.off = false, true
			case "stopping":
				n.off = true
			case "starting":
				n.ready = false
			case "leaving":
				n.leaving = true
			}
		}
		nodes = append(nodes, n)
	}
	return nodes
}

func wishing(replicas int, changes ...func(*wish)) wish {
	w := wish{replicas: replicas, template: "new", maxSurge: 1, maxUnavailable: 1}
	for _, change := range changes {
		change(&w)
	}
	return w
}

func removing(ids ...string) func(*wish) { return func(w *wish) { w.remove = sets.New(ids...) } }

func stopping(ids ...string) func(*wish) { return func(w *wish) { w.stop = sets.New(ids...) } }

func notYet(w *wish) { w.later = true }

func rollout(surge, unavailable int) func(*wish) {
	return func(w *wish) { w.maxSurge, w.maxUnavailable = surge, unavailable }
}

func TestPlan(t *testing.T) {
	cases := map[string]struct {
		nodes string
		wish  wish
		want  plan
	}{
		"all is as wished":                              {"a b", wishing(2), plan{done: true}},
		"an empty pool is as wished":                    {"", wishing(0), plan{done: true}},
		"the first nodes are made":                      {"", wishing(3), plan{create: 3}},
		"what is missing is made":                       {"a", wishing(3), plan{create: 2}},
		"a node that is not ready is waited for":        {"a b:pending", wishing(2), plan{}},
		"a node that leaves is waited for and replaced": {"a b:leaving", wishing(2), plan{create: 1}},
		"a node too many that leaves is waited for":     {"a b c:leaving", wishing(2), plan{}},

		"the youngest goes first":                   {"a b c", wishing(2), plan{remove: []string{"c"}}},
		"a node that is not ready goes before":      {"a:pending b c", wishing(2), plan{remove: []string{"a"}}},
		"a node that is named goes before":          {"a b c:pending", wishing(2, removing("a")), plan{remove: []string{"a"}}},
		"more are named than have to go":            {"a b c", wishing(2, removing("a", "b")), plan{remove: []string{"b"}}},
		"named nodes stay while none has to go":     {"a b", wishing(2, removing("a", "gone")), plan{done: true}},
		"fewer are named than have to go":           {"a b c d", wishing(2, removing("b")), plan{remove: []string{"b", "d"}}},
		"all go":                                    {"a b", wishing(0), plan{remove: []string{"b", "a"}}},
		"a node that is off counts as a replica":    {"a b:off", wishing(2, stopping("b")), plan{done: true}},
		"a node that is off is no worse than one":   {"a:off b c", wishing(2, stopping("a")), plan{remove: []string{"c"}}},
		"a node is switched off":                    {"a b", wishing(2, stopping("a")), plan{stop: []string{"a"}}},
		"a node that goes off is waited for":        {"a:stopping b", wishing(2, stopping("a")), plan{}},
		"a node is switched on":                     {"a:off b", wishing(2), plan{start: []string{"a"}}},
		"a node that comes on is waited for":        {"a:starting b", wishing(2), plan{}},
		"ids of others are ignored when stopping":   {"a b", wishing(2, stopping("gone")), plan{done: true}},
		"one is switched on while another goes":     {"a:off b c", wishing(3, stopping("c")), plan{stop: []string{"c"}, start: []string{"a"}}},
		"a named node that is off goes like others": {"a:off b", wishing(1, stopping("a"), removing("a")), plan{remove: []string{"a"}}},

		"a change begins by surging, and takes one away": {"a:old b:old c:old", wishing(3), plan{create: 1, remove: []string{"c"}}},
		"without surge one goes first":                   {"a:old b:old", wishing(2, rollout(0, 1)), plan{remove: []string{"b"}}},
		"without surge the next waits for its successor": {"a:old b:pending", wishing(2, rollout(0, 1)), plan{}},
		"without unavailable ones the new comes first":   {"a:old b:old", wishing(2, rollout(1, 0)), plan{create: 1}},
		"then an old one goes":                           {"a:old b:old c", wishing(2, rollout(1, 0)), plan{remove: []string{"b"}}},
		"an old one that is not ready goes at once":      {"a:old,pending b:old c", wishing(3, rollout(0, 0)), plan{remove: []string{"a"}}},
		"named ones are replaced first":                  {"a:old b:old", wishing(2, rollout(0, 1), removing("a")), plan{remove: []string{"a"}}},
		"a large surge makes no more than are needed":    {"a:old b:old", wishing(2, rollout(10, 0)), plan{create: 2}},
		"all may go at once":                             {"a:old b:old", wishing(2, rollout(0, 5)), plan{remove: []string{"b", "a"}}},
		"a change while shrinking":                       {"a:old b:old c:old", wishing(1, rollout(0, 0)), plan{remove: []string{"c", "b"}}},
		"a change while growing":                         {"a:old", wishing(3, rollout(0, 1)), plan{create: 2}},
		"a change to nothing":                            {"a:old b", wishing(0), plan{remove: []string{"a"}}},
		"another network replaces nodes":                 {"a:flannel b", wishing(2, rollout(0, 1)), plan{remove: []string{"a"}}},
		"another network waits for its turn":             {"a:flannel b", wishing(2, notYet), plan{done: true}},
		"meanwhile other changes go on":                  {"a:flannel b:old,flannel", wishing(2, rollout(0, 1), notYet), plan{remove: []string{"b"}}},
		"a node on another network that is off stays":    {"a:flannel,off b", wishing(2, stopping("a")), plan{done: true}},
		"an old node that is off is left alone":          {"a:old,off b", wishing(2, stopping("a")), plan{done: true}},
		"an old node that comes on is replaced":          {"a:old,off b", wishing(2), plan{create: 1, remove: []string{"a"}, start: []string{"a"}}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			got := makePlan(fleet(test.nodes), test.wish)
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(plan{})); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlansConverge carries plans out from random beginnings, with nodes that take their time, and checks at each step that
// the bounds of a rolling change hold, and at the end that the pool is as wished.
func TestPlansConverge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := wishing(rapid.IntRange(0, 6).Draw(t, "replicas"), rollout(rapid.IntRange(0, 3).Draw(t, "surge"), rapid.IntRange(0, 3).Draw(t, "unavailable")))
		if w.maxSurge+w.maxUnavailable == 0 {
			w.maxSurge = 1 // the API refuses both to be 0
		}
		marks := []string{"", ":old", ":pending", ":off", ":old,off", ":old,pending", ":leaving", ":flannel", ":flannel,off"}
		var words []string
		for i := range rapid.IntRange(0, 8).Draw(t, "nodes") {
			words = append(words, fmt.Sprintf("n%d%s", i, rapid.SampledFrom(marks).Draw(t, "mark")))
		}
		nodes := fleet(strings.Join(words, " "))
		w.stop = sets.New(rapid.SliceOfN(rapid.SampledFrom([]string{"n0", "n1", "n2", "elsewhere"}), 0, 3).Draw(t, "stop")...)
		w.remove = sets.New(rapid.SliceOfN(rapid.SampledFrom([]string{"n0", "n3", "elsewhere"}), 0, 2).Draw(t, "remove")...)

		for step := range 200 {
			p := makePlan(nodes, w)
			if p.done {
				checkEnd(t, nodes, w)
				return
			}
			checkStep(t, nodes, w, p)
			nodes = carriedOut(nodes, p, step, func(node) bool { return step > 100 || rapid.Bool().Draw(t, "works") })
		}
		t.Fatalf("no end is reached: %+v for %+v", nodes, w)
	})
}

func checkEnd(t *rapid.T, nodes []node, w wish) {
	if len(nodes) != w.replicas {
		t.Fatalf("there are %d nodes at the end, want %d", len(nodes), w.replicas)
	}
	for _, n := range nodes {
		if w.stop.Has(n.id) != n.off || n.ready == n.off || (!w.upToDate(n) && !n.off) {
			t.Fatalf("at the end there is %+v", n)
		}
	}
}

// checkStep checks that a plan that replaces nodes keeps as many working ones as it has to, and that none makes more nodes
// than it may. A pool that only shrinks gives up the nodes that are named, whatever the others do.
func checkStep(t *rapid.T, nodes []node, w wish, p plan) {
	before, after, total, replacing := 0, 0, p.create, false
	for _, n := range nodes {
		if n.leaving {
			continue
		}
		total++
		replacing = replacing || (!w.upToDate(n) && !w.stop.Has(n.id) && slices.Contains(p.remove, n.name))
		if w.satisfied(n) {
			before++
			if !slices.Contains(p.remove, n.name) {
				after++
			}
		}
	}
	if replacing && after < before && after < w.replicas-w.maxUnavailable {
		t.Fatalf("%d of %d nodes are left working, %+v, plan %+v", after, before, w, p)
	}
	if p.create > 0 && total > w.replicas+w.maxSurge {
		t.Fatalf("there are to be %d nodes, %+v, plan %+v", total, w, p)
	}
}

// carriedOut returns the nodes after a plan, of which some have done meanwhile what nodes do.
func carriedOut(nodes []node, p plan, step int, works func(node) bool) []node {
	var next []node
	for _, n := range nodes {
		if n.leaving && works(n) {
			continue
		}
		n.leaving = n.leaving || slices.Contains(p.remove, n.name)
		n.off = (n.off || slices.Contains(p.stop, n.name)) && !slices.Contains(p.start, n.name)
		if works(n) {
			n.ready = !n.off
		}
		next = append(next, n)
	}
	for i := range p.create {
		name := fmt.Sprintf("s%d-%d", step, i)
		next = append(next, node{name: name, id: name, template: "new", created: birth.Add(time.Duration(step+10) * time.Hour)})
	}
	return next
}
