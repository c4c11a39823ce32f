package hub

import (
	"slices"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// entry is the place of one object in a room. Its record changes; where it stands in the order, and under which name, does not.
type entry struct {
	object string
	record *Record
}

// posting is a list of entries, newest first.
type posting []*entry

// newestFirst is the order of lists: by the time of creation, the newest first, then by id. Two objects can have one id, if
// somebody copied the label; their names tell them apart.
func newestFirst(a, b *Record) int {
	if c := b.Object.CreationTimestamp.Compare(a.Object.CreationTimestamp.Time); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.ID), string(b.ID)); c != 0 {
		return c
	}
	return strings.Compare(a.Object.Name, b.Object.Name)
}

func before(a, b *entry) int { return newestFirst(a.record, b.record) }

func (p posting) with(e *entry) posting {
	i, found := slices.BinarySearchFunc(p, e, before)
	if found {
		return p
	}
	return slices.Insert(p, i, e)
}

func (p posting) without(e *entry) posting {
	i, found := slices.BinarySearchFunc(p, e, before)
	if !found {
		return p
	}
	return slices.Delete(p, i, i+1)
}

// field is what a term is about.
type field uint8

const (
	termID field = iota
	termName
	termLabel
	termCondition
	termCluster
	termPool
)

// term is something that records can have in common: an id, a name, a label, a condition, a Cluster, a pool's name in a Cluster.
type term struct {
	field      field
	key, value string
}

// fixed returns the terms of a record that no change of labels or conditions moves.
func fixed(r *Record) []term {
	terms := []term{{field: termID, value: string(r.ID)}, {field: termName, value: r.Name}}
	if r.NodePool != nil {
		cluster := r.NodePool.Spec.ClusterName
		terms = append(terms, term{field: termCluster, value: cluster}, term{termPool, cluster, r.Name})
	}
	return terms
}

// movesNot tells whether a record can take the place of another one in order and in the fixed terms.
func (r *Record) movesNot(other *Record) bool {
	return newestFirst(r, other) == 0 && r.Name == other.Name &&
		(r.NodePool == nil || r.NodePool.Spec.ClusterName == other.NodePool.Spec.ClusterName)
}

// indexed tells whether a label has postings. The id has one of its own.
func indexed(label string) bool { return label != fleetv1.LabelID }

// post puts an entry into the postings of its record.
func (r *room) post(e *entry) {
	for _, t := range fixed(e.record) {
		r.add(t, e)
	}
	r.repost(e, &Record{Object: noObject}, e.record)
}

// unpost takes an entry out of the postings of its record.
func (r *room) unpost(e *entry) {
	r.repost(e, e.record, &Record{Object: noObject})
	for _, t := range fixed(e.record) {
		r.cut(t, e)
	}
}

// repost moves an entry from the labels and conditions of one record to those of another one.
func (r *room) repost(e *entry, from, to *Record) {
	for name, value := range from.Object.Labels {
		if other, kept := to.Object.Labels[name]; indexed(name) && (!kept || other != value) {
			r.cut(term{termLabel, name, value}, e)
		}
	}
	for name, value := range to.Object.Labels {
		if other, kept := from.Object.Labels[name]; indexed(name) && (!kept || other != value) {
			r.add(term{termLabel, name, value}, e)
		}
	}
	for i := range from.Conditions {
		if c := &from.Conditions[i]; !shows(to, c) {
			r.cut(term{termCondition, c.Type, string(c.Status)}, e)
		}
	}
	for i := range to.Conditions {
		if c := &to.Conditions[i]; !shows(from, c) {
			r.add(term{termCondition, c.Type, string(c.Status)}, e)
		}
	}
}

// shows tells whether a record shows a condition with the same status.
func shows(r *Record, c *Condition) bool {
	other := r.Condition(c.Type)
	return other != nil && other.Status == c.Status
}

func (r *room) add(t term, e *entry) { r.postings[t] = r.postings[t].with(e) }

func (r *room) cut(t term, e *entry) {
	left := r.postings[t].without(e)
	if len(left) == 0 {
		delete(r.postings, t)
		return
	}
	r.postings[t] = left
}
