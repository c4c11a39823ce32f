package certificate

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// version is what somebody could read from a time on.
type version struct {
	since time.Time
	what  []byte
	pair  Pair
}

// history keeps what clients and servers may still go by because they are late.
type history struct {
	*world
	bundles map[string][]version
	pairs   map[string][]version
	// clientLag and serverLag are how late clients notice a bundle and servers their certificate.
	clientLag, serverLag time.Duration
}

func newHistory(w *world, clientLag, serverLag time.Duration) *history {
	return &history{world: w, bundles: map[string][]version{}, pairs: map[string][]version{}, clientLag: clientLag, serverLag: serverLag}
}

// note writes down what can be read now, and forgets what nobody goes by any more.
func (h *history) note() {
	for name, place := range h.places {
		if had := h.bundles[name]; len(had) == 0 || !bytes.Equal(had[len(had)-1].what, place.Bundle) {
			h.bundles[name] = append(recent(had, h.now.Add(-h.clientLag)), version{since: h.now, what: slices.Clone(place.Bundle)})
		}
	}
	for name, server := range h.servers {
		if had := h.pairs[name]; len(server.Pair.Certificate) > 0 &&
			(len(had) == 0 || !bytes.Equal(had[len(had)-1].pair.Certificate, server.Pair.Certificate)) {
			h.pairs[name] = append(recent(had, h.now.Add(-h.serverLag)), version{since: h.now, pair: server.Pair})
		}
	}
}

// recent leaves out the versions that were replaced before a time.
func recent(versions []version, since time.Time) []version {
	for len(versions) > 1 && !versions[1].since.After(since) {
		versions = versions[1:]
	}
	return versions
}

// check is an error if some client, however late, would refuse some server, however late.
func (h *history) check() error {
	for place, bundles := range h.bundles {
		for _, bundle := range recent(bundles, h.now.Add(-h.clientLag)) {
			for name, pairs := range h.pairs {
				for _, pair := range recent(pairs, h.now.Add(-h.serverLag)) {
					if err := h.accepts(bundle.what, h.servers[name], pair.pair); err != nil {
						return fmt.Errorf("at %s whoever trusts what %s said at %s refuses what %s had at %s: %w",
							h.now, place, bundle.since, name, pair.since, err)
					}
				}
			}
		}
	}
	return nil
}

// Whenever the manager dies, and however late everybody is within the policy's bounds, nobody ever refuses a certificate.
func TestNobodyEverRefusesACertificate(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		w.t = r
		w.pass()
		h := newHistory(w, w.policy.RenewBefore, w.policy.RenewBefore/3)
		h.note()
		dies := false
		w.after = func() bool {
			h.note()
			if err := h.check(); err != nil {
				r.Fatalf("%v", err)
			}
			return !dies || !rapid.Bool().Draw(r, "dies")
		}
		// Two authorities are made, trusted, used and forgotten in this time.
		w.until(start.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "hours")) * time.Hour))
		dies = true
		down := time.Duration(0)
		for range 12 {
			// The manager is never away for longer than a sixth of the time that everybody is given.
			step := time.Duration(rapid.IntRange(1, 30).Draw(r, "minutes")) * time.Minute
			w.now = w.now.Add(step)
			if err := h.check(); err != nil {
				r.Fatalf("%v", err)
			}
			_, finished := w.pass()
			for down += step; !finished && down > w.policy.RenewBefore/6; {
				_, finished = w.pass()
			}
			if finished {
				down = 0
			}
		}
	})
}

// Three days: authorities and certificates follow each other, and what was trusted is forgotten again.
func TestAuthoritiesFollowEachOther(t *testing.T) {
	w := newWorld(t)
	w.pass()
	h := newHistory(w, w.policy.RenewBefore, w.policy.RenewBefore)
	h.note()
	w.after = func() bool {
		h.note()
		if err := h.check(); err != nil {
			t.Fatal(err)
		}
		return true
	}
	signed, most := map[string]bool{}, 0
	for end := start.Add(3 * 24 * time.Hour); w.now.Before(end); {
		w.until(w.now.Add(20 * time.Minute))
		if err := h.check(); err != nil {
			t.Fatal(err)
		}
		signed[w.state().Signing.fingerprint()] = true
		most = max(most, len(w.state().all()))
	}
	if len(signed) < 5 {
		t.Errorf("%d authorities signed in three days, want one for each twelve hours or so", len(signed))
	}
	if most > 4 {
		t.Errorf("%d authorities were trusted at a time: old ones are not forgotten", most)
	}
}

// Between two deadlines there is nothing to do, to the last second.
func TestASteadyStateWritesNothing(t *testing.T) {
	w := newWorld(t)
	for range 40 {
		step, _ := w.pass()
		writes := w.writes
		for _, at := range []time.Time{w.now, w.now.Add(step.At.Sub(w.now) / 2), step.At.Add(-time.Second)} {
			if at.Before(w.now) {
				continue
			}
			w.now = at
			w.pass()
		}
		if w.writes != writes {
			t.Fatalf("%d writes before %s, when something was to be done", w.writes-writes, step.At)
		}
		w.now = step.At
	}
}
