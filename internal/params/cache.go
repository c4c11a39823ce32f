package params

import "sync"

// The cache of compiled schemas is emptied when it would hold more than this. A fleet has a schema or two per Platform and
// one per version of an add-on; whoever evaluates ten thousand clusters finds his own there.
const (
	maxCached      = 256
	maxCachedBytes = 16 << 20
)

// compiled remembers what schemas compile to, by their content. That it does is not to be seen: equal documents compile to
// equal schemas.
var compiled = &schemas{known: map[string]outcome{}}

// schemas is a cache of compiled schemas. It is safe for concurrent use.
type schemas struct {
	mu    sync.RWMutex
	known map[string]outcome
	bytes int
}

// outcome is what a document compiles to.
type outcome struct {
	schema *Schema
	err    error
}

// get returns what the document compiles to.
func (s *schemas) get(document []byte) (*Schema, error) {
	s.mu.RLock()
	found, known := s.known[string(document)]
	s.mu.RUnlock()
	if !known {
		found.schema, found.err = compile(document)
		s.put(string(document), found)
	}
	return found.schema, found.err
}

func (s *schemas) put(document string, made outcome) {
	if len(document) > MaxSize {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.known[document]; known {
		return
	}
	if len(s.known) == maxCached || s.bytes+len(document) > maxCachedBytes {
		clear(s.known)
		s.bytes = 0
	}
	s.known[document] = made
	s.bytes += len(document)
}
