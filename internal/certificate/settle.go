package certificate

import (
	"slices"
	"time"
)

// settle turns what the Secret says into what it should say. It makes no authority: see missing.
func (d *decision) settle() {
	d.discard()
	d.adopt()
	d.observe()
	d.activate()
	d.drop()
}

func (d *decision) because(reason string) {
	if d.reason == "" {
		d.reason = reason
	}
}

// discard takes from those that sign, or will, what has expired. Where the one that signs is lost its successor takes its place,
// trusted or not: there is no other.
func (d *decision) discard() {
	if next := d.state.Next; next != nil && !next.valid(d.now) {
		d.state.Next = nil
		d.because("The next authority had expired before it signed anything")
	}
	if signing := d.state.Signing; signing != nil && !signing.valid(d.now) {
		d.state.Signing = nil
		d.because("The authority had expired")
	}
	if d.state.Signing == nil && d.state.Next != nil {
		d.state.Signing, d.state.Next = d.state.Next, nil
		d.because("The authority was lost; its successor took its place")
	}
}

// adopt keeps authorities trusted that the Secret does not know but the cluster does: those that have issued a certificate that
// is in use, and, where the Secret was lost, for a short while, those that administrators trust. So nothing breaks when the
// Secret is deleted, or when somebody else has made the certificates before.
func (d *decision) adopt() {
	lost := d.state.Signing == nil
	for _, place := range d.Places {
		for _, certificate := range parseAll(place.Bundle) {
			candidate := &Authority{certificate: certificate}
			if d.state.has(certificate) || !candidate.valid(d.now) {
				continue
			}
			var until time.Time
			if end := d.inUse(candidate); !end.IsZero() {
				until = earlier(end, d.now.Add(d.policy.Validity)).Add(d.policy.RenewBefore)
			}
			if lost && place.Guarded {
				until = later(until, d.now.Add(grace))
			}
			if until.IsZero() {
				continue
			}
			d.state.Old = append(d.state.Old, candidate.retired(until))
			d.because("An authority was found that is still needed")
		}
	}
}

// inUse is when the last certificate expires that some server has, that is still valid, and that only leads to that authority;
// the zero time if there is none.
func (d *decision) inUse(a *Authority) time.Time {
	var last time.Time
	for _, server := range d.Servers {
		chain := server.chain()
		if len(chain) == 0 || !d.now.Before(chain[0].NotAfter) || !a.hasIssued(chain) {
			continue
		}
		if signing := d.state.Signing; signing != nil && signing.hasIssued(chain) {
			continue
		}
		last = later(last, chain[0].NotAfter)
	}
	return last
}

// observe notes since when authorities have been trusted everywhere. One that is to sign has to begin anew if somebody has taken
// it out of a bundle.
func (d *decision) observe() {
	if signing := d.state.Signing; signing != nil && signing.TrustedSince.IsZero() && d.everywhere(signing) {
		d.state.Signing = signing.trusted(d.now)
		d.because("The authority had become trusted everywhere")
	}
	next := d.state.Next
	if next == nil {
		return
	}
	switch everywhere := d.everywhere(next); {
	case everywhere && next.TrustedSince.IsZero():
		d.state.Next = next.trusted(d.now)
		d.because("The next authority had become trusted everywhere")
	case !everywhere && !next.TrustedSince.IsZero():
		d.state.Next = next.trusted(time.Time{})
		d.because("Somebody had taken the next authority out of a bundle")
	}
}

// activate has the next authority sign once it has been trusted for long enough. The one before stays trusted for as long as
// anything is valid that it may have signed.
func (d *decision) activate() {
	signing, next := d.state.Signing, d.state.Next
	if next == nil || next.TrustedSince.IsZero() {
		return
	}
	if !d.longTrusted(next) && signing.NotAfter().Sub(d.now) > d.policy.urgency() {
		return
	}
	until := d.now.Add(d.policy.Validity)
	for _, server := range d.Servers {
		if chain := server.chain(); signing.hasIssued(chain) {
			until = later(until, chain[0].NotAfter)
		}
	}
	d.state.Old = append(slices.Clone(d.state.Old), signing.retired(until.Add(d.policy.RenewBefore)))
	d.state.Signing, d.state.Next = next, nil
	d.because("The next authority had been trusted for long enough")
}

// longTrusted tells whether everybody has had the time to learn of an authority.
func (d *decision) longTrusted(a *Authority) bool {
	return !a.TrustedSince.IsZero() && d.now.Sub(a.TrustedSince) >= d.policy.RenewBefore
}

// drop takes old authorities out of the bundle that nothing needs any more.
func (d *decision) drop() {
	var kept []*Authority
	for _, old := range d.state.Old {
		if old.TrustedUntil.IsZero() { // somebody has put another in its place by hand
			old = old.retired(d.now.Add(d.policy.Validity + d.policy.RenewBefore))
			d.because("An authority signed no more")
		}
		if !old.valid(d.now) || !d.now.Before(old.TrustedUntil) && d.inUse(old).IsZero() {
			d.because("Nothing was left that an old authority had signed")
			continue
		}
		kept = append(kept, old)
	}
	d.state.Old = kept
}

// missing is what an authority has to be made for; empty if none has.
func (d *decision) missing() Role {
	switch signing := d.state.Signing; {
	case signing == nil:
		d.because("There was no authority")
		return RoleSigning
	case d.state.Next == nil && signing.NotAfter().Sub(d.now) <= d.policy.succession():
		d.because("The authority was about to expire")
		return RoleNext
	default:
		return ""
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
