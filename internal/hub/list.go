package hub

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// retryAfter is when to come again while the index is being filled.
const retryAfter = time.Second

func errNotFound(kind string) error {
	return &Error{Reason: NotFound, Message: "There is no such " + kind}
}

func (x *Index) mustBeSynced() error {
	if x.synced.Load() {
		return nil
	}
	return &Error{Reason: Unavailable, Message: "The server is starting and has not read all objects yet", RetryAfter: retryAfter}
}

// Get implements Reader.
func (x *Index) Get(_ context.Context, namespace string, ref Ref) (*Record, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	if record := x.lookUp(namespace, ref); record != nil {
		return record, nil
	}
	return nil, errNotFound(ref.Kind)
}

// Name returns the metadata.name of an object, and false if there is no such object, or the index is not filled yet.
func (x *Index) Name(namespace string, ref Ref) (string, bool) {
	if !x.synced.Load() {
		return "", false
	}
	if ref.Kind == fleetv1.KindAddon {
		addon, _ := x.findAddon(namespace, ref)
		if addon == nil {
			return "", false
		}
		return addon.Name, true
	}
	record := x.lookUp(namespace, ref)
	if record == nil {
		return "", false
	}
	return record.Object.Name, true
}

// lookUp returns the record that a reference names, or nil.
func (x *Index) lookUp(namespace string, ref Ref) *Record {
	t := term{field: termID, value: string(ref.ID)}
	if ref.ID == "" {
		t = term{field: termName, value: ref.Name}
	}
	if ref.Kind == fleetv1.KindCluster {
		return x.first(place{namespace, ref.Kind}, t, nil)
	}
	if ref.Cluster == nil {
		if ref.ID == "" {
			return nil // a pool's name says nothing without its Cluster
		}
		return x.first(place{namespace, ref.Kind}, t, nil)
	}
	cluster := x.lookUp(namespace, *ref.Cluster)
	if cluster == nil {
		return nil
	}
	of := inCluster(cluster.Object.Name)
	if ref.ID == "" {
		t = term{termPool, string(of), ref.Name}
	}
	return x.first(place{namespace, ref.Kind}, t, of)
}

// first returns the newest record with a term that a filter wants.
func (x *Index) first(p place, t term, filter Filter) *Record {
	room := x.rooms.find(p)
	if room == nil {
		return nil
	}
	room.mu.RLock()
	defer room.mu.RUnlock()
	for _, e := range room.postings[t] {
		if filter == nil || filter.Match(e.record) {
			return e.record
		}
	}
	return nil
}

// List implements Reader.
func (x *Index) List(_ context.Context, namespace string, query Query) (Page, error) {
	if err := x.mustBeSynced(); err != nil {
		return Page{}, err
	}
	filter, err := x.within(namespace, query.Kind, query.Cluster, query.Filter)
	if err != nil {
		return Page{}, err
	}
	// The version is read first: what is shown then is at least as new.
	page := Page{ResourceVersion: strconv.FormatUint(x.horizon(query.Kind), 10)}
	if room := x.rooms.find(place{namespace, query.Kind}); room != nil {
		page.Items, page.Total = room.list(filter, query)
	}
	return page, nil
}

// within narrows a filter to the pools of a Cluster, if one is given.
func (x *Index) within(namespace, kind string, cluster *Ref, filter Filter) (Filter, error) {
	if kind != fleetv1.KindNodePool || cluster == nil {
		return filter, nil
	}
	owner := x.lookUp(namespace, *cluster)
	if owner == nil {
		return nil, errNotFound(fleetv1.KindCluster)
	}
	if filter == nil {
		return inCluster(owner.Object.Name), nil
	}
	return And{inCluster(owner.Object.Name), filter}, nil
}

// list returns a part of what a filter wants, and how much it wants in all.
func (r *room) list(filter Filter, query Query) ([]*Record, int) {
	scratch := scratches.Get().(*[]*Record) // the pool holds nothing else
	defer func() {
		clear(*scratch)
		*scratch = (*scratch)[:0]
		scratches.Put(scratch)
	}()
	r.mu.RLock()
	p := r.plan(filter)
	if p.exact && query.Compare == nil && (p.all || len(p.postings) == 1) {
		defer r.mu.RUnlock()
		return r.pageOf(p, query)
	}
	*scratch = r.gather(p, *scratch)
	r.mu.RUnlock()

	records := *scratch
	if !p.all && len(p.postings) > 1 {
		slices.SortFunc(records, newestFirst)
		records = slices.Compact(records)
	}
	if filter != nil && !p.exact {
		records = keep(records, filter)
	}
	if query.Compare != nil {
		slices.SortFunc(records, func(a, b *Record) int {
			if c := query.Compare(a, b); c != 0 {
				return c
			}
			return cmp.Or(cmp.Compare(a.ID, b.ID), newestFirst(a, b))
		})
	}
	from, to := bounds(query, len(records))
	return slices.Clone(records[from:to]), len(records)
}

// scratches are slices to gather records in.
var scratches = sync.Pool{New: func() any { return new([]*Record) }}

// pageOf returns a part of what is in order already.
func (r *room) pageOf(p plan, query Query) ([]*Record, int) {
	entries := r.order
	if !p.all {
		entries = p.postings[0]
	}
	from, to := bounds(query, len(entries))
	items := make([]*Record, 0, to-from)
	for _, e := range entries[from:to] {
		items = append(items, e.record)
	}
	return items, len(entries)
}

// gather appends the records of a plan, in the order of each posting.
func (r *room) gather(p plan, records []*Record) []*Record {
	postings := p.postings
	if p.all {
		postings = []posting{r.order}
	}
	for _, entries := range postings {
		for _, e := range entries {
			records = append(records, e.record)
		}
	}
	return records
}

// keep keeps what a filter wants, in place.
func keep(records []*Record, filter Filter) []*Record {
	kept := records[:0]
	for _, record := range records {
		if filter.Match(record) {
			kept = append(kept, record)
		}
	}
	return kept
}

// bounds returns which part of so many is wanted. A limit of 0 is none.
func bounds(query Query, count int) (from, to int) {
	from = min(max(query.Offset, 0), count)
	if query.Limit <= 0 || query.Limit > count-from {
		return from, count
	}
	return from, from + query.Limit
}
