package certificate

import (
	"bytes"
	"crypto/x509"
	"maps"
	"testing"
	"time"
)

// testPolicy makes an authority last little longer than a day.
var testPolicy = Policy{Validity: 9 * time.Hour, RenewBefore: 3 * time.Hour, AuthorityValidity: 24 * time.Hour}

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// world is what would lie in the cluster.
type world struct {
	t interface {
		Helper()
		Fatalf(format string, args ...any)
	}
	policy  Policy
	now     time.Time
	stored  map[string][]byte
	places  map[string]*Place
	servers map[string]*Server
	// writes counts what was written.
	writes int
	// after is called after every write; a step ends where it returns false, as if the manager had died.
	after func() bool
}

// newWorld has two servers and nothing else.
func newWorld(t *testing.T) *world {
	return &world{
		t: t, policy: testPolicy, now: start,
		places: map[string]*Place{"configmap": {Object: "configmap"}, "webhooks": {Object: "webhooks", Guarded: true}},
		servers: map[string]*Server{
			"webhook": {Name: "webhook", Names: []string{"slipway-webhook.slipway-system.svc"}},
			"facade":  {Name: "facade", Names: []string{"api.slipway-system.svc", "127.0.0.1"}},
		},
		after: func() bool { return true },
	}
}

func (w *world) observed() Observed {
	o := Observed{Stored: maps.Clone(w.stored)}
	for _, name := range []string{"configmap", "webhooks", "secret webhook", "secret facade"} {
		if place := w.places[name]; place != nil {
			o.Places = append(o.Places, *place)
		}
	}
	for _, name := range []string{"webhook", "facade"} {
		o.Servers = append(o.Servers, *w.servers[name])
	}
	return o
}

func (w *world) decide() Step { return Decide(w.observed(), w.policy, w.now) }

// do does one step. It reports false if it was cut short.
func (w *world) do(step Step) bool {
	w.t.Helper()
	switch {
	case step.Make != "":
		made, err := NewAuthority(w.policy, w.now)
		if err != nil {
			w.t.Fatalf("%v", err)
		}
		return w.store(step.State.With(step.Make, made))
	case step.Store:
		return w.store(step.State)
	}
	for _, object := range step.Publish {
		w.places[object].Bundle = step.State.Bundle()
		if !w.wrote() {
			return false
		}
	}
	for _, server := range step.Issue {
		pair, err := step.State.Signing.Issue(server.Names, w.policy, w.now)
		if err != nil {
			w.t.Fatalf("%v", err)
		}
		w.servers[server.Name].Pair = pair
		w.places["secret "+server.Name] = &Place{Object: "secret " + server.Name, Bundle: step.State.Bundle()}
		if !w.wrote() {
			return false
		}
	}
	return true
}

func (w *world) wrote() bool {
	w.writes++
	return w.after()
}

func (w *world) store(state State) bool {
	w.t.Helper()
	data, err := state.Data()
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	w.stored = data
	return w.wrote()
}

// pass does all that there is to do now. It returns the last step, which has nothing to do, and reports false if it was cut short.
func (w *world) pass() (Step, bool) {
	w.t.Helper()
	for range 20 {
		step := w.decide()
		if idle(step) {
			return step, true
		}
		if !w.do(step) {
			return step, false
		}
	}
	w.t.Fatalf("at %s there is always something to do: %+v", w.now, w.decide())
	return Step{}, false
}

func idle(step Step) bool {
	return step.Make == "" && !step.Store && len(step.Publish) == 0 && len(step.Issue) == 0
}

func (w *world) state() State { return ReadState(w.stored) }

// until passes time, always to the moment that Decide names, and does what there is to do.
func (w *world) until(end time.Time) {
	w.t.Helper()
	for {
		step, _ := w.pass()
		if !step.At.After(w.now) {
			w.t.Fatalf("at %s the time to look again is %s", w.now, step.At)
		}
		if step.At.After(end) {
			w.now = end
			return
		}
		w.now = step.At
	}
}

// accepts tells whether a client who trusts a bundle accepts a server's certificate now.
func (w *world) accepts(bundle []byte, server *Server, pair Pair) error {
	parsed, err := tlsPair(pair)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	for _, name := range server.Names {
		if _, err := parsed.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: w.now}); err != nil {
			return err
		}
	}
	return nil
}

func contains(bundle []byte, a *Authority) bool { return bytes.Contains(bundle, a.pem()) }
