package hub

import (
	"strconv"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// key is where an object is. Objects that are in no namespace have an empty one.
type key struct{ namespace, name string }

func keyOf(object client.Object) key { return key{object.GetNamespace(), object.GetName()} }

// versionOf returns the object's resource version. All our kinds lie in one store, whose versions are integers that grow.
func versionOf(object client.Object) uint64 { return parseVersion(object.GetResourceVersion()) }

// parseVersion returns 0 for what is no version.
func parseVersion(text string) uint64 {
	version, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return version
}

// shelf holds the objects of one kind: what the watch delivered and, on top of it, what writes of this replica returned and
// the watch has not delivered yet.
//
// Two facts carry the argument. The versions of one name grow from write to write, also from one incarnation to the next. And a
// watch delivers in the order of versions, so that what is delivered is the truth as of the version delivered, for every name.
//
//   - An injected object is shown only while its version is above delivered. Then no delivered state of its name is newer, so
//     nobody sees an object go back. Once delivered has come that far, the truth of the name is at least as new: the injection
//     goes, and with it any chance of its standing in the way of the truth.
//   - An injection at or below delivered is refused for the same reason: whatever happened to the name since, a deletion too,
//     has been delivered.
//   - What is known to be gone hides its UID, and everything of the name up to its last version, until the watch has delivered
//     that version and then nothing or a later incarnation of the name: that is after the deletion. Nothing later than a
//     deletion has the UID.
//   - A list is the truth as of its version, just like a series of events up to it, so the same rules end it. If its version
//     is below what was delivered, then the store was put back: nothing injected before that counts any more.
//
// When everything is delivered, no injection is left and the shelf equals the store.
type shelf[T thing] struct {
	objects   map[key]state[T]
	injected  map[key]injection[T]
	delivered uint64
}

// thing is an object of one kind.
type thing interface {
	comparable
	client.Object
}

// state is an object at a version.
type state[T thing] struct {
	object  T
	version uint64
}

// injection is what a write returned: the object, or that it is gone.
type injection[T thing] struct {
	state[T]
	gone bool
}

// change is what became of a name. before and after are zero where there was or is nothing.
type change[T thing] struct {
	key           key
	before, after T
	// version is the version at which it happened; 0 if nobody knows.
	version uint64
}

func newShelf[T thing]() *shelf[T] {
	return &shelf[T]{objects: map[key]state[T]{}, injected: map[key]injection[T]{}}
}

// get returns what is shown under a name, and its version; a zero T if there is nothing.
func (s *shelf[T]) get(k key) state[T] {
	held, found := s.objects[k]
	if injected, ok := s.injected[k]; ok {
		switch {
		case !injected.gone:
			return injected.state
		case found && injected.hides(held):
			return state[T]{}
		}
	}
	return held
}

// hides tells whether a mark that an object is gone covers a delivered object of the name.
func (i injection[T]) hides(held state[T]) bool {
	return held.object.GetUID() == i.object.GetUID() || held.version <= i.version
}

// each calls a function for all that is shown.
func (s *shelf[T]) each(do func(k key, object T)) {
	for k, held := range s.objects {
		if _, touched := s.injected[k]; !touched {
			do(k, held.object)
		}
	}
	for k := range s.injected {
		if shown := s.get(k); shown.version != 0 {
			do(k, shown.object)
		}
	}
}

// deliver takes an object that the watch delivered.
func (s *shelf[T]) deliver(object T) (change[T], bool) {
	k, version := keyOf(object), versionOf(object)
	before := s.get(k)
	s.objects[k] = before.or(state[T]{object, version})
	s.delivered = max(s.delivered, version)
	s.settle(k)
	return s.changed(k, before, version)
}

// or returns the state itself if the other one is a copy of it, so that one copy is held, and else the other.
func (s state[T]) or(other state[T]) state[T] {
	if s.version != 0 && s.version == other.version && s.object.GetUID() == other.object.GetUID() {
		return s
	}
	return other
}

// drop takes a deletion that the watch delivered.
func (s *shelf[T]) drop(object T) (change[T], bool) {
	k, version := keyOf(object), versionOf(object)
	before := s.get(k)
	delete(s.objects, k)
	s.delivered = max(s.delivered, version)
	s.settle(k)
	return s.changed(k, before, version)
}

// replace takes a list of all objects there are, as of its version.
func (s *shelf[T]) replace(objects []T, version uint64) []change[T] {
	before := make(map[key]state[T], len(s.objects))
	s.each(func(k key, _ T) { before[k] = s.get(k) })

	s.objects = make(map[key]state[T], len(objects))
	for _, object := range objects {
		k := keyOf(object)
		s.objects[k] = before[k].or(state[T]{object, versionOf(object)})
	}
	if version < s.delivered {
		clear(s.injected)
	}
	s.delivered = version
	s.settleAll()

	var changes []change[T]
	s.each(func(k key, _ T) {
		after := s.get(k)
		was, known := before[k]
		delete(before, k)
		if !known || was.version != after.version || was.object.GetUID() != after.object.GetUID() {
			changes = append(changes, change[T]{key: k, before: was.object, after: after.object, version: after.version})
		}
	})
	for k, was := range before {
		changes = append(changes, change[T]{key: k, before: was.object, version: version})
	}
	return changes
}

// advance takes the news that everything up to a version was delivered.
func (s *shelf[T]) advance(version uint64) {
	if version > s.delivered {
		s.delivered = version
		s.settleAll()
	}
}

// inject takes an object that a write returned.
func (s *shelf[T]) inject(object T) (change[T], bool) {
	k, version := keyOf(object), versionOf(object)
	if version <= s.delivered || version <= s.objects[k].version {
		return change[T]{}, false
	}
	if injected, ok := s.injected[k]; ok {
		if version <= injected.version || injected.gone && injected.object.GetUID() == object.GetUID() {
			return change[T]{}, false
		}
	}
	before := s.get(k)
	s.injected[k] = injection[T]{state: state[T]{object, version}}
	return s.changed(k, before, version)
}

// injectGone takes the news that an object, last seen like this, is gone.
func (s *shelf[T]) injectGone(object T) (change[T], bool) {
	k, gone := keyOf(object), state[T]{object, versionOf(object)}
	before := s.get(k)
	for _, known := range []state[T]{s.objects[k], s.injected[k].state} {
		switch {
		case known.version <= gone.version:
		case known.object.GetUID() == object.GetUID():
			gone = known
		default:
			return change[T]{}, false // a later incarnation is known
		}
	}
	s.injected[k] = injection[T]{state: gone, gone: true}
	s.settle(k)
	return s.changed(k, before, 0)
}

func (s *shelf[T]) settleAll() {
	for k := range s.injected {
		s.settle(k)
	}
}

// settle takes away what was injected under a name once the watch has delivered as much.
func (s *shelf[T]) settle(k key) {
	injected, ok := s.injected[k]
	if !ok || s.delivered < injected.version {
		return
	}
	if held, found := s.objects[k]; injected.gone && found && injected.hides(held) {
		return
	}
	delete(s.injected, k)
}

// changed returns what is shown under a name now, if it is another object or version than before.
func (s *shelf[T]) changed(k key, before state[T], version uint64) (change[T], bool) {
	after := s.get(k)
	if before.version == after.version {
		return change[T]{}, false
	}
	return change[T]{key: k, before: before.object, after: after.object, version: version}, true
}
