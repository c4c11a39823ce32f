package kwokadapter

import (
	"cmp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/sets"
)

// node is what a plan needs to know of one node.
type node struct {
	name, id string
	// template is a hash of what it was made from, network is what it runs of the cluster's network.
	template, network string
	created           time.Time
	// ready says that it takes work, off that its machine is marked as off, leaving that it is being deleted.
	ready, off, leaving bool
}

// wish is what a pool shall be.
type wish struct {
	replicas          int
	template, network string
	// later says that the network does not count now, because it is not the pool's turn to change.
	later bool
	// remove and stop are ids of nodes: those that go first when the pool shrinks, and those that shall be off.
	remove, stop             sets.Set[string]
	maxSurge, maxUnavailable int
}

// plan is what to do next. A plan only takes the next safe step; what follows comes from the next plan.
type plan struct {
	create int
	// remove, stop and start are names of nodes.
	remove, stop, start []string
	// done says that the pool is as wished.
	done bool
}

// makePlan compares nodes with the wish.
func makePlan(nodes []node, w wish) plan {
	var p plan
	var kept, outdated []node
	gone := 0
	for _, n := range nodes {
		wanted := w.stop.Has(n.id)
		switch {
		case n.leaving:
			gone++
			continue
		case wanted && !n.off:
			p.stop = append(p.stop, n.name)
		case !wanted && n.off:
			p.start = append(p.start, n.name)
		}
		// A machine that is off cannot be replaced without being switched on by that: it stays as it is.
		if w.upToDate(n) || wanted {
			kept = append(kept, n)
		} else {
			outdated = append(outdated, n)
		}
	}
	slices.SortFunc(kept, w.whoGoesFirst)
	slices.SortFunc(outdated, w.whoGoesFirst)
	if len(outdated) == 0 {
		p.scale(kept, w)
	} else {
		p.roll(kept, outdated, w)
	}
	slices.Sort(p.stop)
	slices.Sort(p.start)
	p.done = gone == 0 && p.create == 0 && len(outdated)+len(p.remove)+len(p.stop)+len(p.start) == 0 &&
		!slices.ContainsFunc(kept, func(n node) bool { return !w.satisfied(n) })
	return p
}

// scale adds what is missing or takes away what is too much.
func (p *plan) scale(kept []node, w wish) {
	missing := w.replicas - len(kept)
	p.create = max(missing, 0)
	for _, n := range kept[:max(-missing, 0)] {
		p.remove = append(p.remove, n.name)
	}
}

// roll replaces outdated nodes: never more than replicas+maxSurge in all, and never fewer than replicas-maxUnavailable that
// work.
func (p *plan) roll(kept, outdated []node, w wish) {
	total := len(kept) + len(outdated)
	p.create = max(min(w.replicas+w.maxSurge-total, w.replicas-len(kept)), 0)

	working := 0
	for _, n := range slices.Concat(kept, outdated) {
		if w.satisfied(n) {
			working++
		}
	}
	spare := working - max(w.replicas-w.maxUnavailable, 0)
	for _, n := range outdated {
		switch {
		case !w.satisfied(n):
			p.remove = append(p.remove, n.name)
		case spare > 0:
			p.remove = append(p.remove, n.name)
			spare--
		}
	}
}

// upToDate tells whether a node is made as it should be.
func (w wish) upToDate(n node) bool {
	return n.template == w.template && (w.later || n.network == w.network)
}

// satisfied tells whether a node is as it should be: ready, or off.
func (w wish) satisfied(n node) bool {
	if w.stop.Has(n.id) {
		return n.off && !n.ready
	}
	return n.ready && !n.off
}

// whoGoesFirst orders nodes for removal: those that are named, then those that do not work, then the youngest.
func (w wish) whoGoesFirst(a, b node) int {
	return cmp.Or(
		-compareBool(w.remove.Has(a.id), w.remove.Has(b.id)),
		compareBool(w.satisfied(a), w.satisfied(b)),
		b.created.Compare(a.created),
		cmp.Compare(a.name, b.name),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
