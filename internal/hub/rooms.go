package hub

import (
	"slices"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
)

// place is where a room is: one tenant's objects of one kind.
type place struct{ namespace, kind string }

// rooms holds the rooms that there are.
type rooms struct {
	clock clock.PassiveClock

	mu      sync.RWMutex
	byPlace map[place]*room
	// floor is that of the log of a new room: nothing that happened up to it is known any more.
	floor uint64
	// tidied is when the logs last had to forget. The lock of the index guards it.
	tidied time.Time
}

// room holds one tenant's records of one kind, for reads.
type room struct {
	mu       sync.RWMutex
	objects  map[string]*entry
	order    posting
	postings map[term]posting

	// closed tells that the room was taken away. Nothing is put into it any more.
	closed bool

	log watchLog
}

// noObject is the metadata of no object.
var noObject = &metav1.ObjectMeta{}

// find returns a room, or nil if there is nothing.
func (r *rooms) find(p place) *room {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.byPlace[p]
}

// at returns a room, a new one if need be.
func (r *rooms) at(p place) *room {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.make(p)
}

func (r *rooms) make(p place) *room {
	found, known := r.byPlace[p]
	if !known {
		found = &room{objects: map[string]*entry{}, postings: map[term]posting{}, log: watchLog{floor: r.floor}}
		r.byPlace[p] = found
	}
	return found
}

// visit returns a room for a watch, a new one if need be. It stays as long as somebody is in it; leave tells that the watch is
// over.
func (r *rooms) visit(p place) *room {
	r.mu.Lock()
	defer r.mu.Unlock()
	visited := r.make(p)
	visited.log.visitors++
	return visited
}

func (r *rooms) leave(p place, left *room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	left.log.visitors--
	r.tidy(p, left)
}

// tidy takes an empty room away that nobody is in. What its log had forgotten, no log knows from then on.
func (r *rooms) tidy(p place, empty *room) {
	empty.mu.Lock()
	defer empty.mu.Unlock()
	floor, idle := empty.log.idle()
	if idle && len(empty.order) == 0 && !empty.closed {
		empty.closed = true
		r.floor = max(r.floor, floor)
		delete(r.byPlace, p)
	}
}

// open says from which version on everything is logged.
func (r *rooms) open(floor uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.floor = floor
}

// put puts a record into its room in place of the one before; nil takes that away.
func (r *rooms) put(p place, object string, record *Record, what logged) {
	what.at = r.clock.Now()
	for {
		room := r.find(p)
		if room == nil {
			if record == nil {
				return
			}
			room = r.at(p)
		}
		if room.put(object, record, what) {
			return
		}
	}
}

// pass logs a record that was never shown.
func (r *rooms) pass(p place, record *Record, what logged) {
	what.at = r.clock.Now()
	for !r.at(p).pass(record, what) {
	}
}

// gap says that the logs of some kinds know nothing of what happened up to a version.
func (r *rooms) gap(version uint64, kinds ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.floor = max(r.floor, version)
	for p, room := range r.byPlace {
		if slices.Contains(kinds, p.kind) {
			room.log.gap(version)
		}
	}
}

// memory is how long the logs remember what happened, if there is room; tidyPeriod is how often they are told to forget.
const (
	memory     = 5 * time.Minute
	tidyPeriod = 30 * time.Second
)

// forgetAfter makes the logs forget what happened long ago, if it is time for it. Versions advance each minute if nothing else
// happens, so that the news of them is a clock good enough.
func (r *rooms) forgetAfter(now time.Time) {
	if now.Sub(r.tidied) < tidyPeriod {
		return
	}
	r.tidied = now
	r.mu.Lock()
	defer r.mu.Unlock()
	for p, room := range r.byPlace {
		room.log.forget(now.Add(-memory))
		r.tidy(p, room)
	}
}

// fill puts a record into a room that nobody reads yet, and whose order is made when all are in.
func (r *room) fill(record *Record) {
	e := &entry{object: record.Object.Name, record: record}
	r.objects[e.object] = e
	r.order = append(r.order, e)
}

// order puts what was filled in into order.
func (r *rooms) order() {
	for _, room := range r.byPlace {
		slices.SortFunc(room.order, before)
		for _, e := range room.order {
			room.post(e)
		}
	}
}

// put puts a record in place of the one before, and logs the change. It is false if the room was taken away.
func (r *room) put(object string, record *Record, what logged) bool {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return false
	}
	e := r.objects[object]
	switch {
	case e == nil && record == nil:
	case e == nil:
		r.insert(object, record)
		r.log.append(len(r.order), what.of(nil, record))
	case record == nil:
		r.remove(e)
		r.log.append(len(r.order), what.of(e.record, nil))
	case e.record.sameAs(record):
	case !e.record.movesNot(record):
		r.remove(e)
		r.insert(object, record)
		r.log.append(len(r.order), what.of(e.record, nil), what.of(nil, record))
	default:
		r.log.append(len(r.order), what.of(e.record, record))
		r.repost(e, e.record, record)
		e.record = record
	}
	r.mu.Unlock()
	r.log.wake()
	return true
}

// now returns the present record of an object, or nil if it is gone. last is one of its records, if there is any.
func (r *room) now(id types.UID, last *Record) *Record {
	if last == nil {
		return nil
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if e := r.objects[last.Object.Name]; e != nil && e.record.ID == id {
		return e.record
	}
	return nil
}

// pass logs a record that was never shown. It is false if the room was taken away.
func (r *room) pass(record *Record, what logged) bool {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return false
	}
	var shown *Record
	if e := r.objects[record.Object.Name]; e != nil && e.record.ID == record.ID {
		shown = e.record
	}
	r.log.append(len(r.order), what.of(record, shown))
	r.mu.Unlock()
	r.log.wake()
	return true
}

func (r *room) insert(object string, record *Record) {
	e := &entry{object, record}
	r.objects[object] = e
	r.order = r.order.with(e)
	r.post(e)
}

func (r *room) remove(e *entry) {
	r.unpost(e)
	r.order = r.order.without(e)
	delete(r.objects, e.object)
}
