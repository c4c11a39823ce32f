package operation

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/slipway-dev/slipway/internal/operation"
)

// maxNoted is how much is remembered of one object while its records cannot be written.
const maxNoted = 64

// note is an object as an informer showed it.
type note struct {
	object, before operation.Object
	new, gone      bool
	at             time.Time
}

// sightings remember what the informers showed until it is recorded. A queue holds each object once, and a cache only its last
// state: without them a generation that another one follows at once would have no record, and one that was ready for a moment would
// look as if it had never been.
type sightings struct {
	mu    *sync.Mutex
	notes map[Target][]note
	// whole are the objects of which every record is known here: they were seen coming into being, or all their records were read
	// from the API server.
	whole map[types.UID]bool
}

func newSightings() sightings {
	return sightings{mu: &sync.Mutex{}, notes: map[Target][]note{}, whole: map[types.UID]bool{}}
}

// add remembers what was shown.
func (s *sightings) add(target Target, n note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n.new {
		s.whole[n.object.GetUID()] = true
	}
	list := append(s.notes[target], n)
	if len(list) > maxNoted {
		list = list[len(list)-maxNoted:]
	}
	s.notes[target] = list
}

// of returns what is remembered of an object.
func (s *sightings) of(target Target) []note {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notes[target]
}

// done forgets what has been recorded.
func (s *sightings) done(target Target, recorded []note) {
	if len(recorded) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	last := recorded[len(recorded)-1]
	list := s.notes[target]
	for i := range list {
		if list[i].object == last.object && list[i].gone == last.gone {
			list = list[i+1:]
			break
		}
	}
	for _, n := range recorded {
		if n.gone {
			delete(s.whole, n.object.GetUID())
		}
	}
	if len(list) == 0 {
		delete(s.notes, target)
		return
	}
	s.notes[target] = append([]note(nil), list...)
}

// knowsAll tells whether every record about the object is known here.
func (s *sightings) knowsAll(uid types.UID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.whole[uid]
}

// learned says whether every record about the object is known here.
func (s *sightings) learned(uid types.UID, all bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if all {
		s.whole[uid] = true
		return
	}
	delete(s.whole, uid)
}
