package certificate

import (
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// Pair is a certificate and its key, as PEM.
type Pair struct{ Certificate, Key []byte }

// Authority is one that is trusted.
type Authority struct {
	// TrustedSince is when it had reached every bundle; the zero time if it has not, or is not known to have.
	TrustedSince time.Time
	// TrustedUntil is when it leaves the bundles; the zero time while it signs or is to sign.
	TrustedUntil time.Time

	certificate *x509.Certificate
	// signer is nil for those that sign no more; key is the same as PEM.
	signer crypto.Signer
	key    []byte
}

// parseAuthority reads an authority that can sign. A chain may follow the certificate; nothing is made of it.
func parseAuthority(pair Pair) (*Authority, error) {
	parsed, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the authority: %w", err)
	}
	signer, ok := parsed.PrivateKey.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("the authority's key, a %T, cannot sign", parsed.PrivateKey)
	}
	if !parsed.Leaf.IsCA || parsed.Leaf.KeyUsage != 0 && parsed.Leaf.KeyUsage&x509.KeyUsageCertSign == 0 {
		return nil, errors.New("the certificate is not that of an authority")
	}
	return &Authority{certificate: parsed.Leaf, signer: signer, key: pair.Key}, nil
}

// NotAfter is when the authority expires.
func (a *Authority) NotAfter() time.Time { return a.certificate.NotAfter }

// String names the authority in logs.
func (a *Authority) String() string {
	if a == nil {
		return "none"
	}
	return a.certificate.Subject.CommonName + " " + a.fingerprint()
}

// fingerprint tells authorities apart.
func (a *Authority) fingerprint() string {
	sum := sha256.Sum256(a.certificate.Raw)
	return hex.EncodeToString(sum[:8])
}

func (a *Authority) same(certificate *x509.Certificate) bool { return a.certificate.Equal(certificate) }

// valid tells whether the authority has not expired. That it begins in the future only tells of a clock that was turned back.
func (a *Authority) valid(now time.Time) bool { return now.Before(a.certificate.NotAfter) }

// pem is the authority's certificate.
func (a *Authority) pem() []byte { return encode(a.certificate) }

// retired is the authority as one that signs no more.
func (a *Authority) retired(until time.Time) *Authority {
	return &Authority{certificate: a.certificate, TrustedSince: a.TrustedSince, TrustedUntil: until.UTC().Truncate(time.Second)}
}

// trusted is the authority as one that has reached every bundle at that time; the zero time takes it back.
func (a *Authority) trusted(since time.Time) *Authority {
	changed := *a
	changed.TrustedSince = since.UTC().Truncate(time.Second)
	if since.IsZero() {
		changed.TrustedSince = time.Time{}
	}
	return &changed
}

// hasIssued tells whether a certificate leads to the authority, by itself or by what follows it.
func (a *Authority) hasIssued(chain []*x509.Certificate) bool {
	if len(chain) == 0 {
		return false
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(a.certificate)
	for _, certificate := range chain[1:] {
		between.AddCert(certificate)
	}
	// Whether either has expired is another question.
	at := chain[0].NotBefore
	if at.Before(a.certificate.NotBefore) {
		at = a.certificate.NotBefore
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	return err == nil
}

func encode(certificate *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
}

// parseAll reads every certificate of a text that can be read, and passes over the rest.
func parseAll(text []byte) []*x509.Certificate {
	var found []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return found
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			found = append(found, certificate)
		}
	}
}
