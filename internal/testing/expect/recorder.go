package expect

import (
	"fmt"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
)

// Recorder is an event recorder that remembers.
type Recorder struct {
	mu     sync.Mutex
	events []string
}

// Eventf remembers an event as "<type> <reason> <note>".
func (r *Recorder) Eventf(_, _ runtime.Object, eventType, reason, _, note string, arguments ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, fmt.Sprintf("%s %s %s", eventType, reason, fmt.Sprintf(note, arguments...)))
}

// Take returns the events since the last call.
func (r *Recorder) Take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.events
	r.events = nil
	return taken
}
