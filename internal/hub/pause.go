package hub

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	// attempts is how often a write is tried after conflicts. Each conflict means that somebody else got on.
	attempts = 15
	// prompt is how many attempts follow each other without a pause: most conflicts are with one other writer.
	prompt = 3
	// pauseUnit grows from pause to pause, up to maxPause.
	pauseUnit, maxPause = 4 * time.Millisecond, 100 * time.Millisecond
)

// pause waits before an attempt, ever longer and by chance, so that those who are in each other's way part.
func (s *Store) pause(ctx context.Context, attempt int) {
	if attempt < prompt {
		return
	}
	limit := min(pauseUnit<<(attempt-prompt), maxPause)
	select {
	case <-s.Clock.After(rand.N(limit)):
	case <-ctx.Done():
	}
}
