package certificate

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"
)

// NewAuthority makes an authority. Its name carries a part of its serial number, so that nothing that it signs is ever held
// against another one's key.
func NewAuthority(policy Policy, now time.Time) (*Authority, error) {
	key, keyPEM, err := newKey()
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: fmt.Sprintf("slipway-ca-%x", serial.Bytes()[:4])},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(policy.AuthorityValidity),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true, IsCA: true, MaxPathLenZero: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing the authority: %w", err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return parseAuthority(Pair{Certificate: certificate, Key: keyPEM})
}

// Issue makes a serving certificate for some names and IP addresses. It never outlives the authority.
func (a *Authority) Issue(names []string, policy Policy, now time.Time) (Pair, error) {
	key, keyPEM, err := newKey()
	if err != nil {
		return Pair{}, err
	}
	serial, err := newSerial()
	if err != nil {
		return Pair{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, NotBefore: a.notBefore(now), NotAfter: a.end(policy, now),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
		if template.Subject.CommonName == "" && len(name) <= 64 { // more does not fit there
			template.Subject.CommonName = name
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.signer)
	if err != nil {
		return Pair{}, fmt.Errorf("signing the certificate for %v: %w", names, err)
	}
	chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if !bytes.Equal(a.certificate.RawIssuer, a.certificate.RawSubject) {
		chain = append(chain, a.pem()...) // for those who trust the one above the authority
	}
	return Pair{Certificate: chain, Key: keyPEM}, nil
}

// notBefore is from when a certificate that is signed now is valid.
func (a *Authority) notBefore(now time.Time) time.Time {
	if begin := now.Add(-backdate); begin.After(a.certificate.NotBefore) {
		return begin
	}
	return a.certificate.NotBefore
}

// end is when a certificate that is signed now expires. Certificates know whole seconds.
func (a *Authority) end(policy Policy, now time.Time) time.Time {
	end := now.Add(policy.Validity).Truncate(time.Second)
	if end.After(a.certificate.NotAfter) {
		return a.certificate.NotAfter
	}
	return end
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("encoding a key: %w", err)
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// newSerial makes a positive number of sixteen bytes.
func newSerial() (*big.Int, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("choosing a serial number: %w", err)
	}
	return serial.SetBit(serial, 127-1, 1), nil // so that it has all its bytes
}
