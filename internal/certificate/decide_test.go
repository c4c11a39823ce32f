package certificate

import (
	"slices"
	"testing"
	"time"
)

// What happens to a world that was at rest, at once and in the long run.
func TestWhatSomebodyChanges(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(t *testing.T, w *world)
		// reissued are the servers that get another certificate at once, forgotten tells that the first authority is not trusted any
		// more, and replaced that another one signs.
		reissued            []string
		forgotten, replaced bool
	}{
		"a server's Secret is deleted": {
			change:   func(_ *testing.T, w *world) { w.lose("facade") },
			reissued: []string{"facade"},
		},
		"a server's Secret holds no certificate": {
			change: func(_ *testing.T, w *world) {
				w.servers["webhook"].Pair = Pair{Certificate: []byte("a"), Key: []byte("b")}
			},
			reissued: []string{"webhook"},
		},
		"somebody puts in a certificate of another authority": {
			change: func(t *testing.T, w *world) {
				w.servers["facade"].Pair = foreign(t, w, w.servers["facade"].Names)
			},
			reissued: []string{"facade"},
		},
		"a server gets another name": {
			change: func(_ *testing.T, w *world) {
				w.servers["facade"].Names = []string{"api.slipway-system.svc", "fleet.example.com"}
			},
			reissued: []string{"facade"},
		},
		"an address is written in another way": {
			change: func(_ *testing.T, w *world) {
				w.servers["facade"].Names = []string{"::ffff:127.0.0.1", "api.slipway-system.svc"}
			},
		},
		"the Secret with the authority is deleted": {
			change:   func(_ *testing.T, w *world) { w.stored = nil },
			replaced: true,
		},
		"the authority's key is damaged": {
			change:   func(_ *testing.T, w *world) { w.stored[PrivateKeyKey] = []byte("no key") },
			replaced: true,
		},
		"somebody gives an authority of their own": {
			change: func(t *testing.T, w *world) {
				own, err := NewAuthority(w.policy, w.now)
				if err != nil {
					t.Fatal(err)
				}
				w.stored[CertificateKey], w.stored[PrivateKeyKey] = own.pem(), own.key
			},
			replaced: true,
		},
		"all Secrets are deleted": {
			change:   func(_ *testing.T, w *world) { w.stored = nil; w.lose("facade"); w.lose("webhook") },
			reissued: []string{"facade", "webhook"}, replaced: true,
		},
		"all Secrets are deleted, and nobody trusts the old authority": {
			change: func(_ *testing.T, w *world) {
				w.stored = nil
				w.lose("facade")
				w.lose("webhook")
				w.places["webhooks"].Bundle, w.places["configmap"].Bundle = nil, nil
			},
			reissued: []string{"facade", "webhook"}, replaced: true, forgotten: true,
		},
		"a bundle is emptied":          {change: func(_ *testing.T, w *world) { w.places["webhooks"].Bundle = nil }},
		"a bundle holds no PEM":        {change: func(_ *testing.T, w *world) { w.places["configmap"].Bundle = []byte("nothing") }},
		"the records are damaged":      {change: func(_ *testing.T, w *world) { w.stored[recordsKey] = []byte("{") }},
		"somebody else's key is there": {change: func(_ *testing.T, w *world) { w.stored["notes"] = []byte("do not touch") }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.pass()
			first, before := w.state().Signing, map[string]string{}
			for name, server := range w.servers {
				before[name] = string(server.Pair.Certificate)
			}
			w.now = w.now.Add(time.Minute)
			tc.change(t, w)
			w.pass()
			w.works(t)
			var reissued []string
			for name, server := range w.servers {
				if before[name] != string(server.Pair.Certificate) {
					reissued = append(reissued, name)
				}
			}
			slices.Sort(reissued)
			if !slices.Equal(reissued, tc.reissued) {
				t.Errorf("new certificates for %v, want %v", reissued, tc.reissued)
			}
			if replaced := !w.state().Signing.same(first.certificate); replaced != tc.replaced {
				t.Errorf("another authority signs: %t, want %t", replaced, tc.replaced)
			}
			if forgotten := !contains(w.state().Bundle(), first); forgotten != tc.forgotten {
				t.Errorf("the first authority is forgotten: %t, want %t", forgotten, tc.forgotten)
			}

			w.until(w.now.Add(w.policy.RenewBefore + time.Minute))
			w.pass()
			w.works(t)
			for name, server := range w.servers {
				if !w.state().Signing.hasIssued(server.chain()) {
					t.Errorf("%s never gets a certificate of the authority that signs", name)
				}
			}
		})
	}
}

// lose deletes a server's Secret.
func (w *world) lose(server string) {
	w.servers[server].Pair = Pair{}
	delete(w.places, "secret "+server)
}

// works expects that everybody who knows a bundle accepts every server.
func (w *world) works(t *testing.T) {
	t.Helper()
	for where, place := range w.places {
		for name, server := range w.servers {
			if err := w.accepts(place.Bundle, server, server.Pair); err != nil {
				t.Errorf("whoever trusts what %s says refuses %s: %v", where, name, err)
			}
		}
	}
}

// foreign is a certificate of somebody else's authority.
func foreign(t *testing.T, w *world, names []string) Pair {
	t.Helper()
	authority, err := NewAuthority(w.policy, w.now)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue(names, w.policy, w.now)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// Somebody else made the certificates before, and everybody goes on trusting them until everybody trusts ours.
func TestWhatOthersMadeIsTakenOver(t *testing.T) {
	w := newWorld(t)
	other, err := NewAuthority(w.policy, w.now)
	if err != nil {
		t.Fatal(err)
	}
	for name, server := range w.servers {
		if server.Pair, err = other.Issue(server.Names, w.policy, w.now); err != nil {
			t.Fatal(err)
		}
		w.places["secret "+name] = &Place{Object: "secret " + name}
	}
	w.places["webhooks"].Bundle = other.pem()
	before := w.servers["facade"].Pair

	w.pass()
	w.works(t)
	if string(w.servers["facade"].Pair.Certificate) != string(before.Certificate) {
		t.Error("the certificate was replaced before anybody knew our authority")
	}
	w.until(w.now.Add(w.policy.RenewBefore + time.Minute))
	w.works(t)
	if other.hasIssued(w.servers["facade"].chain()) {
		t.Error("the certificate was never replaced")
	}
	w.until(w.now.Add(w.policy.Validity + w.policy.RenewBefore))
	w.pass()
	if contains(w.state().Bundle(), other) {
		t.Error("the other authority is trusted for ever")
	}
}

// A manager that was away for too long finds everything expired, and makes it anew.
func TestALongAbsence(t *testing.T) {
	for name, away := range map[string]time.Duration{
		"certificates are due":                          7 * time.Hour,
		"certificates have expired":                     10 * time.Hour,
		"the authority is about to expire":              23*time.Hour + 30*time.Minute,
		"the authority has expired":                     25 * time.Hour,
		"everything has expired a long time ago":        1000 * time.Hour,
		"the clock was turned back by more than a day":  -30 * time.Hour,
		"the clock was turned back by a quarter hour":   -15 * time.Minute,
		"the authority expires at this very moment":     24 * time.Hour,
		"the certificates expire at this very moment":   9 * time.Hour,
		"the certificates become due at this very time": 6 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.pass()
			writes := w.writes
			w.now = w.now.Add(away)
			w.pass()
			if away < 0 {
				if w.writes != writes {
					t.Errorf("%d writes because of a clock", w.writes-writes)
				}
				return
			}
			w.works(t)
			w.until(w.now.Add(48 * time.Hour))
			w.works(t)
		})
	}
}

// With a successor at hand nothing breaks when the one that signs is lost, or expires because nobody was there.
func TestASuccessorStepsIn(t *testing.T) {
	for name, change := range map[string]func(w *world){
		"the one that signs is damaged": func(w *world) { w.stored[CertificateKey] = []byte("damaged") },
		"the successor is damaged":      func(w *world) { w.stored[nextPrivateKeyKey] = []byte("damaged") },
		"the successor leaves a bundle": func(w *world) { w.places["webhooks"].Bundle = w.state().Signing.pem() },
		"nobody was there for long":     func(w *world) { w.now = w.now.Add(14*time.Hour + 30*time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.until(start.Add(9 * time.Hour))
			w.pass()
			if w.state().Next == nil {
				t.Fatal("there is no successor yet")
			}
			change(w)
			w.pass()
			w.works(t)
			w.until(w.now.Add(48 * time.Hour))
			w.works(t)
		})
	}
}

// The successor has to be trusted for all its time again if somebody takes it out of a bundle.
func TestASuccessorBeginsAnew(t *testing.T) {
	w := newWorld(t)
	w.until(start.Add(11 * time.Hour))
	w.pass()
	w.places["webhooks"].Bundle = w.state().Signing.pem()
	w.pass()
	if since := w.state().Next.TrustedSince; !since.Equal(w.now) {
		t.Errorf("the successor counts as trusted since %s, want %s", since, w.now)
	}
}

func TestPolicies(t *testing.T) {
	for name, tc := range map[string]struct {
		policy Policy
		wrong  bool
	}{
		"the default":                              {policy: Policy{2160 * time.Hour, 720 * time.Hour, 87600 * time.Hour}},
		"the shortest authority":                   {policy: Policy{2 * time.Hour, time.Hour, 5 * time.Hour}},
		"renewing takes no time":                   {policy: Policy{time.Hour, 0, 10 * time.Hour}, wrong: true},
		"a certificate is renewed all the time":    {policy: Policy{time.Hour, 31 * time.Minute, 10 * time.Hour}, wrong: true},
		"an authority's successor is made at once": {policy: Policy{2 * time.Hour, time.Hour, 5*time.Hour - 1}, wrong: true},
	} {
		t.Run(name, func(t *testing.T) {
			if err := tc.policy.Check(); (err != nil) != tc.wrong {
				t.Errorf("got %v, want an error: %t", err, tc.wrong)
			}
		})
	}
}
