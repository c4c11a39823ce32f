package hub

import (
	"context"
	"slices"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// bookmarkPeriod is how long a stream says nothing about its version at most. The promise is 30 seconds.
const bookmarkPeriod = 25 * time.Second

// Watch implements Reader.
func (x *Index) Watch(_ context.Context, namespace string, query WatchQuery) (Stream, error) {
	if err := x.mustBeSynced(); err != nil {
		return nil, err
	}
	filter, err := x.within(namespace, query.Kind, query.Cluster, query.Filter)
	if err != nil {
		return nil, err
	}
	s := &stream{x: x, place: place{namespace, query.Kind}, filter: filter, bookmarked: x.clock.Now()}
	s.room = x.rooms.visit(s.place)
	if query.ResourceVersion == "" || query.ResourceVersion == "0" {
		s.begin()
		return s, nil
	}
	version, err := strconv.ParseUint(query.ResourceVersion, 10, 64)
	if err != nil {
		s.Close()
		return nil, &Error{Reason: Invalid, Message: "The resource version is no version that this server has given",
			Faults: []Fault{{Field: "resourceVersion", Message: "must be a version that a list or a bookmark has told"}}}
	}
	if err := s.resume(version); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// stream is a reader of a room's log. It keeps nothing for its room to fill: a slow one falls behind until the log has forgotten
// what it wants next.
type stream struct {
	x      *Index
	place  place
	room   *room
	filter Filter
	closed bool

	// start are the records of the beginning that are still to be sent.
	start []*Record
	// number is that of the next change.
	number uint64
	// after is the version up to which a client that resumes knows everything; see history.
	after uint64
	// lagging tells that this replica may not know everything up to that version yet.
	lagging bool
	// again are the ids of what is told again; nil once all of it is told. Those with true have changed after that version.
	again map[types.UID]bool
	// resumed tells that the client may know what was never shown here.
	resumed bool
	// version is the one up to which everything was sent, but for start.
	version uint64
	// announce tells that a bookmark is due whatever the time.
	announce   bool
	bookmarked time.Time
	pending    []Event
}

// begin begins with all that there is.
func (s *stream) begin() {
	s.version = s.x.horizon(s.place.kind)
	s.room.mu.RLock()
	defer s.room.mu.RUnlock()
	s.start = s.room.gather(plan{all: true}, make([]*Record, 0, len(s.room.order)))
	s.number = s.room.log.end()
	s.announce = true
}

// resume begins with the changes after a version.
func (s *stream) resume(version uint64) error {
	s.after, s.version, s.lagging, s.resumed = version, version, true, true
	return s.catchUp()
}

// catchUp begins to look at the log as soon as this replica knows all that the client does.
func (s *stream) catchUp() error {
	delivered := s.x.horizon(s.place.kind)
	first, ok := s.room.log.resume(s.after)
	if !ok {
		return &Error{Reason: Expired, Message: "Changes since that resource version are no longer known; list again"}
	}
	if delivered >= s.after {
		s.lagging, s.number, s.again = false, first, map[types.UID]bool{}
	}
	return nil
}

// Close implements Stream.
func (s *stream) Close() {
	if !s.closed {
		s.closed = true
		s.x.rooms.leave(s.place, s.room)
	}
}

// Next implements Stream.
func (s *stream) Next(ctx context.Context) (Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Event{}, err
		}
		if event, ok := s.ready(); ok {
			return event, nil
		}
		woken, err := s.advance()
		if err != nil {
			return Event{}, err
		}
		if woken == nil {
			continue
		}
		if err := s.wait(ctx, woken); err != nil {
			return Event{}, err
		}
	}
}

// advance takes one change, or returns a channel that is closed when there may be one.
func (s *stream) advance() (<-chan struct{}, error) {
	if s.lagging {
		woken := s.x.News()
		if err := s.catchUp(); err != nil || !s.lagging {
			return nil, err
		}
		return woken, nil
	}
	// Read before the log is: whatever comes up to it is in the log already.
	horizon := s.x.horizon(s.place.kind)
	change, woken, ok := s.room.log.next(s.number)
	switch {
	case !ok:
		return nil, &Error{Reason: Expired, Message: "The reader was too slow; resume at the last bookmark, or list again"}
	case woken == nil:
		s.number++
		s.take(change)
	default:
		s.version, s.again = max(s.version, horizon), nil
	}
	return woken, nil
}

// ready returns what can be sent without looking at the log.
func (s *stream) ready() (Event, bool) {
	for len(s.start) > 0 {
		record := s.start[0]
		s.start[0] = nil
		s.start = s.start[1:]
		if s.wants(record) {
			return Event{Type: Added, Record: record, ResourceVersion: record.Object.ResourceVersion}, true
		}
	}
	if len(s.pending) > 0 {
		event := s.pending[0]
		s.pending = slices.Delete(s.pending, 0, 1)
		return event, true
	}
	if s.announce || s.untilBookmark() <= 0 {
		s.announce, s.bookmarked = false, s.x.clock.Now()
		return Event{Type: Bookmark, ResourceVersion: strconv.FormatUint(s.version, 10)}, true
	}
	return Event{}, false
}

func (s *stream) untilBookmark() time.Duration { return bookmarkPeriod - s.x.clock.Since(s.bookmarked) }

// take turns a change into what the client sees of it.
//
// A client that resumes knows everything up to the version after, and more: it was told changes as they came, some later than its
// last bookmark, and perhaps by another replica. Whatever it is told now must not set it back to a state that nobody would take
// back: it may break off after each event, and go on somewhere else from the same version. So nothing is told before this replica
// knows all up to that version (see catchUp), and then:
//
//   - A change at a later version is told, and all that the log has of that object from then on: every replica tells it of that
//     object, now or when it comes.
//   - A change up to the version is known and left out.
//   - A change that has no version is told as the object is now, which is no step back. So is one that was never shown here, if
//     it means that the object is no longer wanted.
//
// One thing is left: replicas may learn of a report and of a change of its object in a different order. Who moves to another
// replica in that moment, with a filter on both at once, may not be told that an object ceased to match before it next changes.
func (s *stream) take(change logged) {
	id := change.id()
	changed, told := s.again[id]
	switch {
	case s.again == nil:
		s.version = max(s.version, change.horizon)
	case change.passed:
		if change.version <= s.after && !told {
			return
		}
		change.after = s.room.now(id, change.before)
	case changed:
	case change.version == always:
		s.again[id] = false
		change.after = s.room.now(id, change.after)
	case change.version <= s.after:
		return
	default:
		s.again[id] = true
	}
	if event, ok := s.event(change); ok {
		s.pending = append(s.pending, event)
	}
}

// event returns a change as the filter lets it look: what comes to match is new, what ceases to is gone.
func (s *stream) event(change logged) (Event, bool) {
	was := change.before != nil && s.wants(change.before)
	is := change.after != nil && s.wants(change.after)
	event := Event{Record: change.after}
	switch {
	case change.passed && (is || !s.resumed):
		return Event{}, false
	case was && is:
		event.Type = Modified
	case is:
		event.Type = Added
	case was && change.after != nil:
		event.Type = Deleted
	case was:
		event.Type, event.Record = Deleted, change.before
	default:
		return Event{}, false
	}
	event.ResourceVersion = event.Record.Object.ResourceVersion
	return event, true
}

func (s *stream) wants(record *Record) bool { return s.filter == nil || s.filter.Match(record) }

// wait waits for a change, or for the time of a bookmark.
func (s *stream) wait(ctx context.Context, woken <-chan struct{}) error {
	timer := s.x.clock.NewTimer(max(s.untilBookmark(), 0))
	defer timer.Stop()
	select {
	case <-woken:
	case <-timer.C():
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}
