package certificate

import (
	"fmt"
	"time"
)

// grace is for how long an authority stays trusted of which nothing is known but that it was: as long as processes may take to
// see a Secret that changed.
const grace = 10 * time.Minute

// backdate is how far in the past certificates become valid, for those whose clock is behind.
const backdate = time.Hour

// Policy says how long things last.
type Policy struct {
	// Validity is how long a certificate is good for.
	Validity time.Duration
	// RenewBefore is how long before its end a certificate is replaced, and how long a new authority is trusted before it signs:
	// the time that everybody has to take notice. It also is how far clocks may be apart.
	RenewBefore time.Duration
	// AuthorityValidity is how long an authority is good for.
	AuthorityValidity time.Duration
}

// Check returns what is wrong with the policy. The names are those of the manager's flags.
func (p Policy) Check() error {
	switch {
	case p.RenewBefore < time.Second:
		return fmt.Errorf("--certificate-renew-before must be at least 1s, not %s", p.RenewBefore)
	case p.Validity < 2*p.RenewBefore:
		return fmt.Errorf("--certificate-validity must be at least twice --certificate-renew-before (%s), not %s", p.RenewBefore, p.Validity)
	case p.AuthorityValidity < p.succession()+p.RenewBefore:
		return fmt.Errorf("--authority-validity must be at least --certificate-validity and three times --certificate-renew-before "+
			"(%s), not %s", p.succession()+p.RenewBefore, p.AuthorityValidity)
	}
	return nil
}

// succession is how long before the end of an authority its successor is made: it has to become trusted, and the authority has
// to outlast what it signs until then.
func (p Policy) succession() time.Duration { return p.Validity + 2*p.RenewBefore }

// urgency is how little time something may have left before waiting is worse than what one waits for.
func (p Policy) urgency() time.Duration { return p.RenewBefore / 3 }
