package hub

import (
	"math"
	"sort"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// always is the version of a change of a record that was not caused by a change of its object or of a report about it, but by
// another kind, whose watch runs at its own pace, or by what is known to be gone at a version that nobody told. Who resumes gets
// such a change whatever version it resumes at.
const always = math.MaxUint64

// logged is one change of a record.
type logged struct {
	// before and after are nil where there was or is no record.
	before, after *Record
	// version is the version of what caused it.
	version uint64
	// horizon is the version up to which everything had been logged before.
	horizon uint64
	at      time.Time
	// passed tells that before was never shown here. It matters only to those who may have seen it elsewhere.
	passed bool
}

func (l logged) of(before, after *Record) logged {
	l.before, l.after = before, after
	return l
}

// id returns the id of the object that changed.
func (l logged) id() types.UID {
	if l.after != nil {
		return l.after.ID
	}
	return l.before.ID
}

// Bounds of how many changes a log remembers. In between it is one for each object of the room: what a log holds grows with what
// the room holds. It holds more only for those who were told a version just now; see dispensable.
const (
	leastLogged = 512
	mostLogged  = 8192
)

// fresh is how long a version can be resumed from after it was told, even in a busy room, as long as mostLogged allows it. It is
// the time between two bookmarks, so that a client that follows can go on from its last one.
const fresh = 30 * time.Second

// watchLog remembers the latest changes in a room. A change has a number; the first one has the number 0.
type watchLog struct {
	mu sync.Mutex
	// events are the changes from number first on.
	events []logged
	first  uint64
	// floor is the version after which every change is remembered.
	floor uint64
	// woken is closed at the next change; nil if nobody waits.
	woken chan struct{}
	// visitors are the watches in the room. The lock of rooms guards it.
	visitors int
}

// append adds changes. size is the number of objects in the room.
func (l *watchLog) append(size int, events ...logged) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, events...)
	l.evict(max(l.dispensable(len(l.events)-max(size, leastLogged)), len(l.events)-mostLogged))
}

// dispensable returns how many of the first changes, at most count, nobody misses who was told a version just now. Versions lag
// behind the changes while one of the kinds that they speak for is quiet: a list shows changes that its version does not cover.
func (l *watchLog) dispensable(count int) int {
	if count <= 0 {
		return 0
	}
	before := l.events[len(l.events)-1].at.Add(-fresh)
	old := sort.Search(len(l.events), func(i int) bool { return l.events[i].at.After(before) })
	if old == 0 {
		return 0
	}
	told := l.events[old-1].horizon
	for i := range count {
		if l.asksFor(&l.events[i]) > told {
			return i
		}
	}
	return count
}

// asksFor returns the version that somebody must know who is not told of a change.
func (l *watchLog) asksFor(e *logged) uint64 {
	if e.version == always {
		return l.knownBy(e.at.Add(spread))
	}
	return e.version
}

// evict forgets the first changes.
func (l *watchLog) evict(count int) {
	if count <= 0 {
		return
	}
	for i := range count {
		l.floor = max(l.floor, l.asksFor(&l.events[i]))
	}
	clear(l.events[:count])
	l.events = l.events[count:]
	l.first += uint64(count)
}

// spread is how long a change of no known version takes to be known to every replica. Whoever knows a version that was reached
// later than that knows the change too, and need not be told when it is forgotten.
const spread = 3 * time.Second

// knownBy returns the version up to which everything had been logged at a time, or, if no change has been logged since, at the
// last one.
func (l *watchLog) knownBy(at time.Time) uint64 {
	i := sort.Search(len(l.events), func(i int) bool { return !l.events[i].at.Before(at) })
	return l.events[min(i, len(l.events)-1)].horizon
}

// forget forgets what happened before a time.
func (l *watchLog) forget(before time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for count < len(l.events) && l.events[count].at.Before(before) {
		count++
	}
	l.evict(count)
	if len(l.events) == 0 {
		l.events = nil
	}
}

// gap says that what happened up to a version is not remembered.
func (l *watchLog) gap(version uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.floor = max(l.floor, version)
}

// idle tells whether nothing is remembered and nobody is there, and returns the floor.
func (l *watchLog) idle() (uint64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.floor, len(l.events) == 0 && l.visitors == 0
}

// wake wakes those who wait for a change.
func (l *watchLog) wake() {
	l.mu.Lock()
	woken := l.woken
	l.woken = nil
	l.mu.Unlock()
	if woken != nil {
		close(woken)
	}
}

// end returns the number of the next change.
func (l *watchLog) end() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first + uint64(len(l.events))
}

// resume returns the number of the first change to look at for somebody who knows everything up to a version; false if not
// everything after that is remembered.
func (l *watchLog) resume(version uint64) (first uint64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first, version >= l.floor
}

// next returns the change of that number. If there is none yet, the channel is closed when there is one; if it is forgotten, ok
// is false.
func (l *watchLog) next(number uint64) (event logged, woken <-chan struct{}, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case number < l.first:
		return logged{}, nil, false
	case number < l.first+uint64(len(l.events)):
		return l.events[number-l.first], nil, true
	}
	if l.woken == nil {
		l.woken = make(chan struct{})
	}
	return logged{}, l.woken, true
}
