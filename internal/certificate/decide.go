package certificate

import (
	"bytes"
	"crypto/x509"
	"slices"
	"time"
)

// Observed is what lies in the cluster.
type Observed struct {
	// Stored is the data of the Secret with the authorities; nil if there is none.
	Stored map[string][]byte
	// Places are where people and programs learn whom to trust, as far as they exist, or are ours to make.
	Places []Place
	// Servers are those who need certificates.
	Servers []Server
}

// Place is one place with a bundle.
type Place struct {
	// Object is what has to be written to change it. Several places may lie in one object.
	Object string
	Bundle []byte
	// Guarded tells that only administrators of the whole cluster write there: what stands there was trusted for a reason.
	Guarded bool
}

// Server is a server and the certificate that it has.
type Server struct {
	Name string
	// Names are the DNS names and IP addresses that its certificate must be good for.
	Names []string
	// Pair is empty if it has none.
	Pair Pair
}

// Step is what to do next: make an authority, or store what has become of those there are, or else publish and then issue. With
// none of them there is nothing to do until At.
type Step struct {
	// Make is a new authority to be made and stored with State.
	Make Role
	// Store tells that State must be stored.
	Store bool
	// Publish are the objects into which State's bundle must be written.
	Publish []string
	// Issue are the servers that need a new certificate of State.Signing.
	Issue []Server

	// State is what the Secret with the authorities says, or has to say.
	State State
	// Reason says why an authority has to be made or State to be stored.
	Reason string
	// At is when to look again if nothing happens.
	At time.Time
}

// Role is what an authority is made for.
type Role string

// What authorities are made for.
const (
	RoleSigning Role = "Signing"
	RoleNext    Role = "Next"
)

// With returns the state with a new authority in a role.
func (s State) With(role Role, made *Authority) State {
	if role == RoleNext {
		s.Next = made
	} else {
		s.Signing = made
	}
	return s
}

// Decide names the next step.
func Decide(observed Observed, policy Policy, now time.Time) Step {
	d := decision{Observed: observed, policy: policy, now: now, state: ReadState(observed.Stored)}
	d.settle()
	if role := d.missing(); role != "" {
		return Step{Make: role, State: d.state, Reason: d.reason}
	}
	if d.changed() {
		return Step{Store: true, State: d.state, Reason: d.reason}
	}
	return Step{Publish: d.unpublished(), Issue: d.due(), State: d.state, At: d.next()}
}

// decision is one call of Decide.
type decision struct {
	Observed
	policy Policy
	now    time.Time
	state  State
	reason string
}

// changed tells whether the Secret has to be written: because something is to change, or because what it said was not what is
// made of it.
func (d *decision) changed() bool {
	wanted, err := d.state.Data()
	if err != nil {
		return false // cannot happen: the records are plain values
	}
	same := func(key string) bool { return bytes.Equal(wanted[key], d.Stored[key]) }
	if !slices.ContainsFunc(Keys, func(key string) bool { return !same(key) }) {
		return false
	}
	if d.reason == "" {
		d.reason = "The Secret held something that was of no use"
	}
	return true
}

// unpublished are the objects whose bundle is not the present one.
func (d *decision) unpublished() []string {
	bundle := d.state.Bundle()
	var objects []string
	for _, place := range d.Places {
		if !bytes.Equal(place.Bundle, bundle) && !slices.Contains(objects, place.Object) {
			objects = append(objects, place.Object)
		}
	}
	return objects
}

// everywhere tells whether every place has an authority in its bundle.
func (d *decision) everywhere(a *Authority) bool {
	return !slices.ContainsFunc(d.Places, func(place Place) bool {
		return !slices.ContainsFunc(parseAll(place.Bundle), a.same)
	})
}

// NotAfter is when a server's certificate expires; the zero time if it has none that can be used.
func (s Server) NotAfter() time.Time {
	if chain := s.chain(); len(chain) > 0 {
		return chain[0].NotAfter
	}
	return time.Time{}
}

// chain is a server's certificate and what follows it; empty if it has none that can be used.
func (s Server) chain() []*x509.Certificate {
	if _, err := tlsPair(s.Pair); err != nil {
		return nil
	}
	return parseAll(s.Pair.Certificate)
}
