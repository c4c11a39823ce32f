package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"slices"
	"time"
)

// latest is how long nobody looks if nothing happens.
const latest = time.Hour

// due are the servers that need a new certificate, and may get it now.
func (d *decision) due() []Server {
	var due []Server
	for _, server := range d.Servers {
		if chain := server.chain(); d.needs(server, chain) && d.may(chain) {
			due = append(due, server)
		}
	}
	return due
}

// needs tells whether a server needs a new certificate. It does not if that would last no longer, which is so where the
// authority itself is about to expire.
func (d *decision) needs(server Server, chain []*x509.Certificate) bool {
	if !d.works(chain) || !d.state.Signing.hasIssued(chain) || !sameNames(chain[0], server.Names) {
		return true
	}
	return chain[0].NotAfter.Sub(d.now) <= d.policy.RenewBefore && d.state.Signing.end(d.policy, d.now).After(chain[0].NotAfter)
}

// may tells whether a certificate can be replaced by one of the authority that signs: because everybody has had the time to learn
// of the authority; because whoever accepts the present certificate knows it; or because clients do not accept the present one, or
// soon will not.
func (d *decision) may(chain []*x509.Certificate) bool {
	return d.longTrusted(d.state.Signing) || !d.works(chain) || d.state.Signing.hasIssued(chain) ||
		chain[0].NotAfter.Sub(d.now) <= d.policy.urgency()
}

// works tells whether clients who trust the bundle accept a certificate.
func (d *decision) works(chain []*x509.Certificate) bool {
	return len(chain) > 0 && d.now.Before(chain[0].NotAfter) &&
		slices.ContainsFunc(d.state.all(), func(a *Authority) bool { return a.hasIssued(chain) })
}

// sameNames tells whether a certificate is for these names and no others.
func sameNames(certificate *x509.Certificate, names []string) bool {
	has := slices.Clone(certificate.DNSNames)
	for _, address := range certificate.IPAddresses {
		has = append(has, address.String())
	}
	var wanted []string
	for _, name := range names {
		if address := net.ParseIP(name); address != nil {
			name = address.String() // an address can be written in many ways
		}
		wanted = append(wanted, name)
	}
	slices.Sort(has)
	slices.Sort(wanted)
	return slices.Equal(slices.Compact(has), slices.Compact(wanted))
}

// next is when something will be to do if nothing happens before.
func (d *decision) next() time.Time {
	signing := d.state.Signing
	times := []time.Time{signing.NotAfter(), signing.NotAfter().Add(-d.policy.succession())}
	if !signing.TrustedSince.IsZero() {
		times = append(times, signing.TrustedSince.Add(d.policy.RenewBefore))
	}
	if next := d.state.Next; next != nil {
		times = append(times, next.NotAfter(), next.TrustedSince.Add(d.policy.RenewBefore), signing.NotAfter().Add(-d.policy.urgency()))
	}
	for _, old := range d.state.Old {
		times = append(times, old.TrustedUntil, old.NotAfter())
	}
	for _, server := range d.Servers {
		if chain := server.chain(); len(chain) > 0 {
			end := chain[0].NotAfter
			times = append(times, end.Add(-d.policy.RenewBefore), end.Add(-d.policy.urgency()), end)
		}
	}
	at := d.now.Add(latest)
	for _, t := range times {
		if t.After(d.now) {
			at = earlier(at, t)
		}
	}
	return at
}

func tlsPair(pair Pair) (tls.Certificate, error) { return tls.X509KeyPair(pair.Certificate, pair.Key) }
