package controlplane

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"
)

// backdate makes certificates valid for programs whose clock is a little behind.
const backdate = 5 * time.Minute

// pair is a certificate with its key, as PEM.
type pair struct{ certPEM, keyPEM []byte }

// authority signs certificates.
type authority struct {
	pair
	cert *x509.Certificate
	key  crypto.Signer
}

// newAuthority makes a self-signed certificate authority. Its name carries a serial, so that two authorities of one name
// are never taken for each other while old certificates are still about.
func newAuthority(name string, now time.Time, validity time.Duration) (*authority, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: fmt.Sprintf("%s@%x", name, serial.Bytes()[:4])},
		NotBefore:    now.Add(-backdate), NotAfter: now.Add(validity),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing the certificate authority %s: %w", name, err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return nil, err
	}
	return parseAuthority(encodeCertificate(der), keyPEM)
}

func parseAuthority(certPEM, keyPEM []byte) (*authority, error) {
	cert, err := parseCertificate(certPEM)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority: %w", err)
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate authority's key: %w", err)
	}
	return &authority{pair: pair{certPEM: certPEM, keyPEM: keyPEM}, cert: cert, key: key}, nil
}

// client issues a client certificate; the subject's name is the user, its organizations are the groups.
func (a *authority) client(subject pkix.Name, now time.Time, validity time.Duration) (pair, error) {
	key, err := newKey()
	if err != nil {
		return pair{}, err
	}
	return a.issue(key, &x509.Certificate{
		Subject:   subject,
		NotBefore: now.Add(-backdate), NotAfter: now.Add(validity),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// server issues a serving certificate for names and IP addresses.
func (a *authority) server(name string, names []string, now time.Time, validity time.Duration) (pair, error) {
	key, err := newKey()
	if err != nil {
		return pair{}, err
	}
	return a.issue(key, serverTemplate(name, names, now, validity))
}

// reissueServer issues a serving certificate for a key that exists.
func (a *authority) reissueServer(keyPEM []byte, name string, names []string, now time.Time, validity time.Duration) (pair, error) {
	key, err := parseKey(keyPEM)
	if err != nil {
		return pair{}, err
	}
	return a.issue(key, serverTemplate(name, names, now, validity))
}

func serverTemplate(name string, names []string, now time.Time, validity time.Duration) *x509.Certificate {
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: name},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(validity),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	return template
}

// issue signs a certificate, which never outlives the authority.
func (a *authority) issue(key crypto.Signer, template *x509.Certificate) (pair, error) {
	serial, err := newSerial()
	if err != nil {
		return pair{}, err
	}
	template.SerialNumber = serial
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.BasicConstraintsValid = true
	if template.NotAfter.After(a.cert.NotAfter) {
		template.NotAfter = a.cert.NotAfter
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return pair{}, fmt.Errorf("signing the certificate of %s: %w", template.Subject.CommonName, err)
	}
	keyPEM, err := encodeKey(key)
	if err != nil {
		return pair{}, err
	}
	return pair{certPEM: encodeCertificate(der), keyPEM: keyPEM}, nil
}

// tokenKeys sign and verify service account tokens.
type tokenKeys struct{ keyPEM, publicPEM []byte }

// serviceAccountKeys makes a key pair, or derives it from an existing private key.
func serviceAccountKeys(keyPEM []byte) (tokenKeys, error) {
	key, err := newKey()
	if err != nil {
		return tokenKeys{}, err
	}
	if keyPEM == nil {
		if keyPEM, err = encodeKey(key); err != nil {
			return tokenKeys{}, err
		}
	} else if key, err = parseKey(keyPEM); err != nil {
		return tokenKeys{}, fmt.Errorf("reading the key of service account tokens: %w", err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return tokenKeys{}, fmt.Errorf("encoding the public key of service account tokens: %w", err)
	}
	return tokenKeys{keyPEM: keyPEM, publicPEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}, nil
}

func newKey() (crypto.Signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	return key, nil
}

func newSerial() (*big.Int, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, fmt.Errorf("making a serial number: %w", err)
	}
	return serial.SetBit(serial, 126, 1), nil // never zero, always of one length
}

func encodeCertificate(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func encodeKey(key crypto.Signer) ([]byte, error) {
	private, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("only elliptic curve keys are used here")
	}
	// The SEC 1 form, because kube-apiserver's readers of service account keys know it.
	der, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("encoding a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}

func parseCertificate(content []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, errors.New("it holds no PEM block")
	}
	return x509.ParseCertificate(block.Bytes)
}

func parseKey(content []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, errors.New("the key holds no PEM block")
	}
	return x509.ParseECPrivateKey(block.Bytes)
}
