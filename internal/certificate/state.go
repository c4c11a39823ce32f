package certificate

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Keys of the Secret with the authorities. The first three mean what they mean in every Secret of type kubernetes.io/tls.
const (
	// CertificateKey and PrivateKeyKey hold the authority that signs.
	CertificateKey = "tls.crt"
	PrivateKeyKey  = "tls.key"
	// BundleKey holds the certificates of all authorities that are trusted.
	BundleKey = "ca.crt"
	// nextCertificateKey and nextPrivateKeyKey hold the authority that will sign next, if there is one.
	nextCertificateKey = "next.crt"
	nextPrivateKeyKey  = "next.key"
	// recordsKey holds what is known about the authorities beyond their certificates, as JSON.
	recordsKey = "authorities.json"
)

// Keys are all keys of the Secret that mean something; what else it may hold is left alone.
var Keys = []string{CertificateKey, PrivateKeyKey, BundleKey, nextCertificateKey, nextPrivateKeyKey, recordsKey}

// State is what the Secret with the authorities says.
type State struct {
	// Signing signs. It is nil if there is none that can.
	Signing *Authority
	// Next will sign once it has been trusted for long enough; nil for none.
	Next *Authority
	// Old are those that have signed before.
	Old []*Authority
}

// record is what is known about one authority.
type record struct {
	Fingerprint  string     `json:"fingerprint"`
	TrustedSince *time.Time `json:"trustedSince,omitempty"`
	TrustedUntil *time.Time `json:"trustedUntil,omitempty"`
}

// ReadState reads the Secret's data. What cannot be used is passed over: it is as if it was not there.
func ReadState(data map[string][]byte) State {
	known := map[string]record{}
	var records []record
	if err := json.Unmarshal(data[recordsKey], &records); err == nil {
		for _, r := range records {
			known[r.Fingerprint] = r
		}
	}
	recall := func(a *Authority) *Authority {
		r := known[a.fingerprint()]
		if r.TrustedSince != nil {
			a.TrustedSince = r.TrustedSince.UTC().Truncate(time.Second)
		}
		if r.TrustedUntil != nil {
			a.TrustedUntil = r.TrustedUntil.UTC().Truncate(time.Second)
		}
		return a
	}
	var s State
	if a, err := parseAuthority(Pair{data[CertificateKey], data[PrivateKeyKey]}); err == nil {
		s.Signing = recall(a)
		s.Signing.TrustedUntil = time.Time{}
	}
	if a, err := parseAuthority(Pair{data[nextCertificateKey], data[nextPrivateKeyKey]}); err == nil && !s.has(a.certificate) {
		s.Next = recall(a)
		s.Next.TrustedUntil = time.Time{}
	}
	for _, certificate := range parseAll(data[BundleKey]) {
		if !s.has(certificate) {
			s.Old = append(s.Old, recall(&Authority{certificate: certificate}))
		}
	}
	return s
}

// Data is the Secret's data that says all this.
func (s State) Data() (map[string][]byte, error) {
	data := map[string][]byte{BundleKey: s.Bundle()}
	if s.Signing != nil {
		data[CertificateKey], data[PrivateKeyKey] = s.Signing.pem(), s.Signing.key
	}
	if s.Next != nil {
		data[nextCertificateKey], data[nextPrivateKeyKey] = s.Next.pem(), s.Next.key
	}
	records := []record{}
	for _, a := range s.all() {
		r := record{Fingerprint: a.fingerprint()}
		if !a.TrustedSince.IsZero() {
			r.TrustedSince = &a.TrustedSince
		}
		if !a.TrustedUntil.IsZero() {
			r.TrustedUntil = &a.TrustedUntil
		}
		records = append(records, r)
	}
	encoded, err := json.Marshal(records)
	if err != nil {
		return nil, fmt.Errorf("encoding the records of the authorities: %w", err)
	}
	data[recordsKey] = encoded
	return data, nil
}

// Bundle is the certificates of all that are trusted, as PEM.
func (s State) Bundle() []byte {
	var bundle bytes.Buffer
	for _, a := range s.all() {
		bundle.Write(a.pem())
	}
	return bundle.Bytes()
}

// all are the authorities that are trusted, in an order that does not depend on what they do.
func (s State) all() []*Authority {
	var all []*Authority
	for _, a := range []*Authority{s.Signing, s.Next} {
		if a != nil {
			all = append(all, a)
		}
	}
	all = append(all, s.Old...)
	slices.SortFunc(all, func(a, b *Authority) int {
		return cmp.Or(a.NotAfter().Compare(b.NotAfter()), cmp.Compare(a.fingerprint(), b.fingerprint()))
	})
	return all
}

func (s State) has(certificate *x509.Certificate) bool {
	return slices.ContainsFunc(s.all(), func(a *Authority) bool { return a.same(certificate) })
}
